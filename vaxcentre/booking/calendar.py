"""An appointment as a calendar file: the time and the place, never the vaccine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from icalendar import Alarm, Calendar, Event

from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.web import keys


def calendar_file(
    cards: Sequence[AppointmentCard], *, summary: str, place: str, description: str
) -> bytes:
    """The appointments as one .ics file; a later one of the same appointment replaces it."""
    calendar = Calendar()
    calendar.add("prodid", "-//vaxcentre//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for card in cards:
        calendar.add_component(_event(card, summary, place, description))
    return bytes(calendar.to_ical())


def _event(card: AppointmentCard, summary: str, place: str, description: str) -> Event:
    event = Event()
    # Calendars are shared: neither the reference nor the vaccination is in them.
    event.add("uid", f"{keys.mark('calendar', str(card.id).encode()).hex()[:32]}@vaxcentre")
    event.add("sequence", card.sequence)
    event.add("dtstamp", card.changed_at.astimezone(UTC))
    event.add("dtstart", card.starts_at.astimezone(UTC))
    event.add("dtend", card.ends_at.astimezone(UTC))
    event.add("summary", summary)
    event.add("location", place)
    event.add("description", description)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if card.cancelled_at else "CONFIRMED")
    if card.cancelled_at is None:
        event.add_component(_alarm(summary))
    return event


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(days=-1))
    return alarm
