"""Open clinics for the demo: slots and places by the row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.demo.rows import add_rows, put_rows
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.rules.slots import cut

SLOT = timedelta(minutes=10)


@dataclass(frozen=True)
class OpenSlot:
    """A slot with its places, ready to be claimed."""

    starts_at: datetime
    ends_at: datetime
    day: date
    place_ids: tuple[int, ...]


@dataclass(frozen=True)
class Hours:
    """From when to when a clinic is held, and the day it belongs to."""

    starts_at: datetime
    ends_at: datetime
    day: date

    @property
    def slots(self) -> int:
        """How many slots they hold; clocks may go forward or back meanwhile."""
        return round((self.ends_at.timestamp() - self.starts_at.timestamp()) / SLOT.total_seconds())


@dataclass(frozen=True)
class Opening:
    """When a clinic is held, the courses offered and the places of each slot."""

    hours: Hours
    course_ids: tuple[int, ...]
    places: int
    opens_at: datetime


def office_hours(day: date, zone: ZoneInfo, start: int = 9, end: int = 17) -> Hours:
    """The hours of an ordinary clinic."""
    return Hours(
        datetime.combine(day, time(start), zone), datetime.combine(day, time(end), zone), day
    )


def around(moment: datetime, zone: ZoneInfo) -> list[Hours]:
    """From four hours before a moment to four hours after it: today's hours, then tomorrow's.

    Soon after midnight all of it is today's: whoever came the evening before is still here.
    """
    today = moment.astimezone(zone).date()
    start = moment.astimezone(UTC)  # hours of the clock on the wall may be missing tonight
    start = start.replace(minute=start.minute - start.minute % 10, second=0, microsecond=0)
    first = (start - timedelta(hours=4)).astimezone(zone)
    last = (start + timedelta(hours=4)).astimezone(zone)
    midnight = datetime.combine(today + timedelta(days=1), time.min, zone)
    if last <= midnight:
        return [Hours(first, last, today)]
    return [Hours(first, midnight, today), Hours(midnight, last, last.date())]


def open_clinics(
    session: Session, openings: Sequence[Opening], *, by_id: int, now: datetime
) -> list[OpenSlot]:
    """Write the clinics with their slots and places; slots come back in order of time."""
    clinic_ids = add_rows(
        session,
        Clinic,
        [
            {
                "day": opening.hours.day,
                "starts_at": opening.hours.starts_at,
                "ends_at": opening.hours.ends_at,
                "slot_minutes": 10,
                "places_per_slot": opening.places,
                "opens_at": opening.opens_at,
                "created_at": now,
                "created_by_id": by_id,
            }
            for opening in openings
        ],
    )
    pairs = list(zip(clinic_ids, openings, strict=True))
    put_rows(
        session,
        ClinicCourse,
        [
            {"clinic_id": clinic_id, "course_id": course_id}
            for clinic_id, opening in pairs
            for course_id in opening.course_ids
        ],
    )
    return _add_slots(session, pairs)


def _add_slots(session: Session, clinics: Sequence[tuple[int, Opening]]) -> list[OpenSlot]:
    times = [
        (clinic_id, opening, start, end)
        for clinic_id, opening in clinics
        for start, end in cut(opening.hours.starts_at, opening.hours.ends_at, 10)
    ]
    slot_ids = add_rows(
        session,
        Slot,
        [{"clinic_id": c, "starts_at": start, "ends_at": end} for c, _o, start, end in times],
    )
    places = [
        {"slot_id": slot_id, "number": number}
        for slot_id, (_c, opening, _s, _e) in zip(slot_ids, times, strict=True)
        for number in range(1, opening.places + 1)
    ]
    place_ids = iter(add_rows(session, Place, places))
    slots = [
        OpenSlot(
            start, end, opening.hours.day, tuple(next(place_ids) for _ in range(opening.places))
        )
        for _c, opening, start, end in times
    ]
    return sorted(slots, key=lambda slot: slot.starts_at)
