"""Is there a dose behind each place that would be opened? Counted day by day, for each course."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.office.clinic_queries import LIVE, claims
from vaxcentre.rules.cover import Need, Supply, missing_doses
from vaxcentre.stock import deliveries
from vaxcentre.stock import service as stock


@dataclass(frozen=True)
class Cover:
    """One course of a plan: the doses there are and will be, and who needs them."""

    course: Course
    usable: int  # on hand today, in lots that may be used
    to_come: int  # confirmed deliveries
    second_doses: int  # booked, and owed first of all
    booked: int  # all other booked doses
    open_places: int  # free places of clinics that are open already
    places: int  # what the plan would add
    missing: int  # doses that the plan lacks
    is_confirmed: bool

    @property
    def is_short(self) -> bool:
        """Whether the plan opens places without a dose behind them."""
        return self.missing > 0


def covers(
    session: Session,
    course_ids: Collection[int],
    places_by_day: Mapping[date, int],
    *,
    day: date,
    now: datetime,
) -> list[Cover]:
    """For each course, whether so many more places a day have doses behind them.

    A place counts for each vaccination that its clinic gives: nobody knows which will be taken.
    """
    courses = session.scalars(
        select(Course).where(Course.id.in_(course_ids)).order_by(Course.position, Course.id)
    ).all()
    on_hand = stock.usable_doses(session, course_ids, day)
    lots = {lot_id for doses in on_hand.values() for lot_id in doses}
    expiry = {lot.id: lot.expires_on for lot in _lots(session, lots)}
    to_come = deliveries.coming(session, course_ids, since=day)
    booked, seconds = _booked(session, course_ids, now)
    open_places = _open_places(session, course_ids, now)
    return [
        _cover(
            course,
            [Supply(doses, day, expiry[lot]) for lot, doses in on_hand[course.id].items()],
            [Supply(doses, on) for on, doses in to_come[course.id]],
            (booked[course.id], seconds[course.id], open_places[course.id]),
            places_by_day,
        )
        for course in courses
    ]


def _cover(
    course: Course,
    here: list[Supply],
    to_come: list[Supply],
    promised: tuple[Counter[date], Counter[date], Counter[date]],
    places_by_day: Mapping[date, int],
) -> Cover:
    booked, seconds, open_places = promised
    before = [Need(on, doses) for days in promised for on, doses in days.items()]
    wanted = [Need(on, places) for on, places in places_by_day.items()]
    supplies = [*here, *to_come]
    missing = missing_doses(supplies, [*before, *wanted]) - missing_doses(supplies, before)
    return Cover(
        course=course,
        usable=_sum(here),
        to_come=_sum(to_come),
        second_doses=seconds.total(),
        booked=booked.total(),
        open_places=open_places.total(),
        places=sum(places_by_day.values()),
        missing=missing,
        is_confirmed=any(rule.confirmed_at is not None for rule in course.rules),
    )


def _sum(supplies: Iterable[Supply]) -> int:
    return sum(supply.doses for supply in supplies)


def _lots(session: Session, ids: Collection[int]) -> Iterable[Lot]:
    return session.scalars(select(Lot).where(Lot.id.in_(ids)))


def _booked(
    session: Session, course_ids: Collection[int], now: datetime
) -> tuple[dict[int, Counter[date]], dict[int, Counter[date]]]:
    """Doses booked on slots still to come, by day: first ones and single ones, then the others."""
    rows = session.execute(
        select(PlannedDose.course_id, PlannedDose.dose_number, Clinic.day, func.count())
        .join(Appointment, Appointment.id == PlannedDose.appointment_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(
            PlannedDose.course_id.in_(course_ids),
            PlannedDose.released_at.is_(None),
            LIVE,
            claims(now),
            Slot.starts_at >= now,
        )
        .group_by(PlannedDose.course_id, PlannedDose.dose_number, Clinic.day)
    )
    firsts: dict[int, Counter[date]] = {course_id: Counter() for course_id in course_ids}
    seconds: dict[int, Counter[date]] = {course_id: Counter() for course_id in course_ids}
    for course_id, number, on, doses in rows:
        (firsts if number == 1 else seconds)[course_id][on] += doses
    return firsts, seconds


def _open_places(
    session: Session, course_ids: Collection[int], now: datetime
) -> dict[int, Counter[date]]:
    """Free places of the clinics that are open, by course and day."""
    claimed = (
        select(Appointment.id).where(Appointment.place_id == Place.id, LIVE, claims(now)).exists()
    )
    rows = session.execute(
        select(ClinicCourse.course_id, Clinic.day, func.count(Place.id))
        .join(Clinic, Clinic.id == ClinicCourse.clinic_id)
        .join(Slot, Slot.clinic_id == Clinic.id)
        .join(Place, Place.slot_id == Slot.id)
        .where(
            ClinicCourse.course_id.in_(course_ids),
            Clinic.closed_at.is_(None),
            Slot.starts_at >= now,
            ~claimed,
        )
        .group_by(ClinicCourse.course_id, Clinic.day)
    )
    found: dict[int, Counter[date]] = {course_id: Counter() for course_id in course_ids}
    for course_id, on, places in rows:
        found[course_id][on] += places
    return found
