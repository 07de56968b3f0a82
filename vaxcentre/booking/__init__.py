"""Booking: a person chooses, holds and confirms a time."""
