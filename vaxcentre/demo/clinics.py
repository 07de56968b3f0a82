"""Open clinics for the demo: slots and places by the row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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
class Opening:
    """Hours on one local day, the courses offered and the places of each slot."""

    starts_at: datetime
    ends_at: datetime
    course_ids: tuple[int, ...]
    places: int
    opens_at: datetime


def office_hours(
    day: date, zone: ZoneInfo, start: int = 9, end: int = 17
) -> tuple[datetime, datetime]:
    """The hours of an ordinary clinic."""
    return (
        datetime.combine(day, time(start), zone),
        datetime.combine(day, time(end), zone),
    )


def around(moment: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Four hours before to four hours after, parted where a local day ends."""
    local = moment.astimezone(zone)
    start = local.replace(minute=local.minute - local.minute % 10, second=0, microsecond=0)
    first, last = start - timedelta(hours=4), start + timedelta(hours=4)
    midnight = datetime.combine(last.date(), time.min, zone)
    if first.date() == last.date() or midnight == last:
        return [(first, last)]
    return [(first, midnight), (midnight, last)]


def open_clinics(
    session: Session, openings: Sequence[Opening], zone: ZoneInfo, *, by_id: int, now: datetime
) -> list[OpenSlot]:
    """Write the clinics with their slots and places; slots come back in order of time."""
    clinic_ids = add_rows(
        session,
        Clinic,
        [
            {
                "day": opening.starts_at.astimezone(zone).date(),
                "starts_at": opening.starts_at,
                "ends_at": opening.ends_at,
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
    return _add_slots(session, pairs, zone)


def _add_slots(
    session: Session, clinics: Sequence[tuple[int, Opening]], zone: ZoneInfo
) -> list[OpenSlot]:
    times = [
        (clinic_id, opening.places, start, end)
        for clinic_id, opening in clinics
        for start, end in cut(opening.starts_at, opening.ends_at, 10)
    ]
    slot_ids = add_rows(
        session,
        Slot,
        [{"clinic_id": c, "starts_at": start, "ends_at": end} for c, _n, start, end in times],
    )
    places = [
        {"slot_id": slot_id, "number": number}
        for slot_id, (_c, count, _s, _e) in zip(slot_ids, times, strict=True)
        for number in range(1, count + 1)
    ]
    place_ids = iter(add_rows(session, Place, places))
    slots = [
        OpenSlot(
            start, end, start.astimezone(zone).date(), tuple(next(place_ids) for _ in range(n))
        )
        for _c, n, start, end in times
    ]
    return sorted(slots, key=lambda slot: slot.starts_at)
