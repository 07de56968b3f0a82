"""Which days and times are free: read at most once a second, kept in memory, never in a table."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, and_, func, or_, select
from sqlalchemy.orm import Session

from vaxcentre.booking.cards import CourseCard, course_cards
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.rules.slots import places_left

KEPT_SECONDS = 1.0
EVERYTHING_OPEN = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class FreeTime:
    """A slot and how many of its places nobody claims."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    left: int


@dataclass(frozen=True)
class OpenDay:
    """A day on which the courses are given."""

    day: date
    times: tuple[FreeTime, ...]  # only those with a place left
    left: int
    is_closed: bool  # every clinic of the day was closed
    opens_at: datetime | None  # nothing yet, but from then on


@dataclass(frozen=True)
class _ClinicTimes:
    day: date
    opens_at: datetime
    is_closed: bool
    courses: frozenset[int]
    times: tuple[FreeTime, ...]


@dataclass
class Picture:
    """All that can be booked, as it was at one moment."""

    read_at: datetime
    cards: Mapping[int, CourseCard]
    clinics: tuple[_ClinicTimes, ...]
    _days: dict[tuple[frozenset[int], bool], tuple[OpenDay, ...]] = field(default_factory=dict)
    # What others work out from this picture lives as long as it does.
    notes: dict[object, object] = field(default_factory=dict)

    def days(self, course_ids: frozenset[int], *, for_staff: bool = False) -> tuple[OpenDay, ...]:
        """The days on which one visit can give all these courses, in order."""
        key = (course_ids, for_staff)
        if key not in self._days:
            self._days[key] = self._sort_days(course_ids, for_staff)
        return self._days[key]

    def _sort_days(self, course_ids: frozenset[int], for_staff: bool) -> tuple[OpenDay, ...]:
        by_day: dict[date, list[_ClinicTimes]] = defaultdict(list)
        for clinic in self.clinics:
            if clinic.courses >= course_ids:
                by_day[clinic.day].append(clinic)
        return tuple(self._one_day(day, by_day[day], for_staff) for day in sorted(by_day))

    def _one_day(self, day: date, clinics: list[_ClinicTimes], for_staff: bool) -> OpenDay:
        running = [clinic for clinic in clinics if not clinic.is_closed]
        open_now = [c for c in running if for_staff or c.opens_at <= self.read_at]
        times = sorted(
            (time for c in open_now for time in c.times if time.left), key=lambda t: t.starts_at
        )
        later = [clinic.opens_at for clinic in running] if running and not open_now else []
        left = sum(time.left for time in times)
        return OpenDay(day, tuple(times), left, not running, min(later, default=None))


_kept: WeakKeyDictionary[Engine, tuple[float, Picture]] = WeakKeyDictionary()


def picture(session: Session, *, now: datetime) -> Picture:
    """What can be booked, at most a second old."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    at = time.monotonic()
    kept = _kept.get(engine)
    if kept is None or not 0 <= at - kept[0] < KEPT_SECONDS:
        kept = (at, _read(session, now))
        _kept[engine] = kept
    return kept[1]


def picture_for_staff(session: Session, *, now: datetime) -> Picture:
    """The same for staff, who may also book what is not yet open to the public."""
    found = picture(session, now=now)
    kept = found.notes.get("for staff")
    if not isinstance(kept, Picture):
        kept = replace(found, read_at=EVERYTHING_OPEN, _days={}, notes={})
        found.notes["for staff"] = kept
    return kept


def days_with_places(
    session: Session, course_ids: frozenset[int], *, now: datetime, for_staff: bool = False
) -> tuple[OpenDay, ...]:
    """The days on which one visit can give all these courses: free, full, closed or not yet open.

    Staff may also book what is not yet open to the public.
    """
    return picture(session, now=now).days(course_ids, for_staff=for_staff)


def times_of_day(
    session: Session,
    course_ids: frozenset[int],
    day: date,
    *,
    now: datetime,
    for_staff: bool = False,
) -> tuple[FreeTime, ...]:
    """The free times of one day, in order."""
    days = days_with_places(session, course_ids, now=now, for_staff=for_staff)
    return next((found.times for found in days if found.day == day), ())


def places_left_in(session: Session, slot_id: int, *, now: datetime) -> int:
    """The places of this slot that nobody claims, read now."""
    total, taken = session.execute(_counts(now).where(Place.slot_id == slot_id)).one()[1:]
    return places_left(total, taken)


def _counts(now: datetime):  # type: ignore[no-untyped-def] # noqa: ANN202 - see _read
    """Slot, its places, and how many a live claim has; a hold that ran out is no claim."""
    alive = or_(Appointment.booked_at.is_not(None), Appointment.held_until > now)
    return (
        select(Place.slot_id, func.count(Place.id), func.count(Appointment.id))
        .outerjoin(
            Appointment,
            and_(
                Appointment.place_id == Place.id,
                Appointment.cancelled_at.is_(None),
                Appointment.lapsed_at.is_(None),
                alive,
            ),
        )
        .where(Place.extra_reason.is_(None))
        .group_by(Place.slot_id)
    )


def _read(session: Session, now: datetime) -> Picture:
    offers: dict[int, set[int]] = defaultdict(set)
    for clinic_id, course_id in session.execute(
        select(ClinicCourse.clinic_id, ClinicCourse.course_id)
        .join(Clinic, Clinic.id == ClinicCourse.clinic_id)
        .where(Clinic.ends_at > now)
    ):
        offers[clinic_id].add(course_id)
    times = _read_times(session, now)
    clinics = session.execute(
        select(Clinic.id, Clinic.day, Clinic.opens_at, Clinic.closed_at)
        .where(Clinic.ends_at > now)
        .order_by(Clinic.starts_at)
    )
    return Picture(
        read_at=now,
        cards=course_cards(session),
        clinics=tuple(
            _ClinicTimes(
                day, opens_at, closed_at is not None, frozenset(offers[key]), tuple(times[key])
            )
            for key, day, opens_at, closed_at in clinics
        ),
    )


def _read_times(session: Session, now: datetime) -> dict[int, list[FreeTime]]:
    """The slots to come of each clinic, with the places left in each."""
    counts = _counts(now).join(Slot, Slot.id == Place.slot_id).where(Slot.starts_at > now)
    left = {slot_id: places_left(total, taken) for slot_id, total, taken in session.execute(counts)}
    found: dict[int, list[FreeTime]] = defaultdict(list)
    for slot_id, clinic_id, starts_at, ends_at in session.execute(
        select(Slot.id, Slot.clinic_id, Slot.starts_at, Slot.ends_at)
        .where(Slot.starts_at > now)
        .order_by(Slot.starts_at)
    ):
        found[clinic_id].append(FreeTime(slot_id, starts_at, ends_at, left.get(slot_id, 0)))
    return found
