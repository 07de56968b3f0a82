"""What the pages on clinics show: weeks, slots, doses beside places."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.vaccine import Course
from vaxcentre.office.clinic_plan import Plan, PlannedClinic

LIVE = and_(Appointment.cancelled_at.is_(None), Appointment.lapsed_at.is_(None))


@dataclass(frozen=True)
class Counts:
    """Places of a slot, a clinic or a day, and who has them."""

    places: int
    booked: int
    held: int

    @property
    def free(self) -> int:
        """What can still be given."""
        return self.places - self.booked - self.held


NOTHING = Counts(0, 0, 0)


@dataclass(frozen=True)
class ClinicLine:
    """A clinic with its courses and how full it is."""

    clinic: Clinic
    courses: tuple[Course, ...]
    slots: int
    counts: Counts


def clinics_between(session: Session, first: date, end: date, now: datetime) -> list[ClinicLine]:
    """The clinics of some days (the end excluded) in order of their hours."""
    clinics = session.scalars(
        select(Clinic)
        .where(Clinic.day >= first, Clinic.day < end)
        .options(selectinload(Clinic.courses).joinedload(ClinicCourse.course))
        .order_by(Clinic.starts_at, Clinic.id)
    ).all()
    counts = _counts_by(session, Slot.clinic_id, [clinic.id for clinic in clinics], now)
    slots = _slots_by_clinic(session, [clinic.id for clinic in clinics])
    return [
        ClinicLine(
            clinic, _courses(clinic), slots.get(clinic.id, 0), counts.get(clinic.id, NOTHING)
        )
        for clinic in clinics
    ]


def clinic_line(session: Session, clinic_id: int, now: datetime) -> ClinicLine | None:
    """One clinic, or nothing."""
    clinic = session.get(Clinic, clinic_id)
    if clinic is None:
        return None
    counts = _counts_by(session, Slot.clinic_id, [clinic_id], now).get(clinic_id, NOTHING)
    slots = _slots_by_clinic(session, [clinic_id]).get(clinic_id, 0)
    return ClinicLine(clinic, _courses(clinic), slots, counts)


def slots_of(session: Session, clinic_id: int, now: datetime) -> list[tuple[Slot, Counts]]:
    """The slots of a clinic with who has their places."""
    slots = session.scalars(
        select(Slot).where(Slot.clinic_id == clinic_id).order_by(Slot.starts_at)
    ).all()
    counts = _counts_by(session, Slot.id, [slot.id for slot in slots], now)
    return [(slot, counts.get(slot.id, NOTHING)) for slot in slots]


def clinics_in_series(session: Session, clinic: Clinic) -> int:
    """How many clinics still to come were opened together with this one, itself included."""
    if clinic.series is None:
        return 1
    return int(
        session.scalar(
            select(func.count(Clinic.id)).where(
                Clinic.series == clinic.series,
                Clinic.closed_at.is_(None),
                Clinic.starts_at >= clinic.starts_at,
            )
        )
        or 0
    )


def overlaps(session: Session, plan: Plan) -> list[tuple[PlannedClinic, Clinic]]:
    """Each planned clinic with an open one that runs at the same time."""
    first, last = plan.clinics[0], plan.clinics[-1]
    there = session.scalars(
        select(Clinic)
        .where(
            Clinic.closed_at.is_(None),
            Clinic.starts_at < last.ends_at,
            Clinic.ends_at > first.starts_at,
        )
        .order_by(Clinic.starts_at)
    ).all()
    return [
        (planned, clinic)
        for planned in plan.clinics
        for clinic in there
        if clinic.starts_at < planned.ends_at and planned.starts_at < clinic.ends_at
    ]


def free_by_day(
    session: Session, course_ids: Collection[int], *, without: int, now: datetime
) -> list[tuple[date, int]]:
    """The coming days with free places for these courses, and how many places."""
    offering = (
        select(ClinicCourse.clinic_id)
        .where(ClinicCourse.course_id.in_(course_ids), ClinicCourse.clinic_id != without)
        .distinct()
    )
    taken = and_(Appointment.place_id == Place.id, LIVE, claims(now))
    rows = session.execute(
        select(Clinic.day, func.count(Place.id))
        .join(Slot, Slot.clinic_id == Clinic.id)
        .join(Place, Place.slot_id == Slot.id)
        .outerjoin(Appointment, taken)
        .where(
            Clinic.id.in_(offering),
            Clinic.closed_at.is_(None),
            Slot.starts_at > now,
            Place.extra_reason.is_(None),
            Appointment.id.is_(None),
        )
        .group_by(Clinic.day)
        .order_by(Clinic.day)
    )
    return [(day, free) for day, free in rows]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def claims(now: datetime) -> ColumnElement[bool]:
    """Whether an appointment has its place: booked, or held by somebody who is choosing."""
    return or_(Appointment.booked_at.is_not(None), Appointment.held_until > now)


def _counts_by(
    session: Session, key: InstrumentedAttribute[int], ids: Collection[int], now: datetime
) -> dict[int, Counts]:
    is_held = and_(Appointment.booked_at.is_(None), Appointment.held_until > now)
    rows = session.execute(
        select(
            key,
            func.count(Place.id),
            func.count(case((Appointment.booked_at.is_not(None), 1))),
            func.count(case((is_held, 1))),
        )
        .select_from(Slot)
        .join(Place, Place.slot_id == Slot.id)
        .outerjoin(Appointment, and_(Appointment.place_id == Place.id, LIVE))
        .where(key.in_(ids))
        .group_by(key)
    )
    return {number: Counts(places, booked, held) for number, places, booked, held in rows}


def _slots_by_clinic(session: Session, ids: Collection[int]) -> dict[int, int]:
    rows = session.execute(
        select(Slot.clinic_id, func.count(Slot.id))
        .where(Slot.clinic_id.in_(ids))
        .group_by(Slot.clinic_id)
    )
    return dict(rows.all())


def _courses(clinic: Clinic) -> tuple[Course, ...]:
    return tuple(sorted((link.course for link in clinic.courses), key=lambda c: c.position))
