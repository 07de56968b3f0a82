"""Vaccination: injection, observation, correction."""
