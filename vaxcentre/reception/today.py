"""What is still possible today: doses not promised to anybody, places free, missed or extra."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.stock import service as stock

GIVEN_UP_AFTER = timedelta(minutes=20)  # late, until then; their place waits for them
LIVE = (Appointment.cancelled_at.is_(None), Appointment.lapsed_at.is_(None))


@dataclass(frozen=True)
class CourseToday:
    """A course that a clinic gives now or later today, and what a walk-in can have of it."""

    id: int
    name_fr: str
    name_en: str
    condition_fr: str
    condition_en: str
    doses_free: int

    def condition(self, language: str) -> str:
        """What a person may have to declare on honour, in the reader's language."""
        return self.condition_en if language == "en" else self.condition_fr

    def name(self, language: str) -> str:
        """The vaccination in the reader's language."""
        return self.name_en if language == "en" else self.name_fr


def courses_today(session: Session, day: date, now: datetime) -> list[CourseToday]:
    """The courses of the clinics that are not over yet."""
    statement = (
        select(Course)
        .join(ClinicCourse, ClinicCourse.course_id == Course.id)
        .join(Clinic, Clinic.id == ClinicCourse.clinic_id)
        .where(*_running(day, now))
        .distinct()
        .order_by(Course.position, Course.id)
    )
    courses = session.scalars(statement).all()
    free = doses_free(session, [course.id for course in courses], day, now)
    return [
        CourseToday(
            id=course.id,
            name_fr=course.short_name("fr"),
            name_en=course.short_name("en"),
            condition_fr=course.condition_fr,
            condition_en=course.condition_en,
            doses_free=free[course.id],
        )
        for course in courses
    ]


def doses_free(
    session: Session, course_ids: Collection[int], day: date, now: datetime
) -> dict[int, int]:
    """Of each of these courses, the usable doses that nobody expected or here needs; never < 0."""
    usable = stock.usable_doses(session, course_ids, day)
    promised = _promised(session, course_ids, day, now)
    return {
        number: max(0, sum(usable[number].values()) - promised.get(number, 0))
        for number in course_ids
    }


def _promised(
    session: Session, course_ids: Collection[int], day: date, now: datetime
) -> dict[int, int]:
    """People still expected today (holds included), or here and neither vaccinated nor refused."""
    settled = or_(
        exists().where(
            Injection.visit_id == Visit.id,
            Injection.course_id == PlannedDose.course_id,
            Injection.is_current,
        ),
        exists().where(
            NoInjection.visit_id == Visit.id,
            NoInjection.course_id == PlannedDose.course_id,
            NoInjection.undone_at.is_(None),
        ),
    )
    coming = and_(
        Slot.ends_at > now, or_(Appointment.booked_at.is_not(None), Appointment.held_until > now)
    )
    statement = (
        select(PlannedDose.course_id, func.count(PlannedDose.id))
        .join(Appointment, Appointment.id == PlannedDose.appointment_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .outerjoin(Visit, and_(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None)))
        .where(
            Clinic.day == day,
            PlannedDose.course_id.in_(course_ids),
            PlannedDose.released_at.is_(None),
            *LIVE,
            or_(and_(Visit.id.is_(None), coming), and_(Visit.id.is_not(None), ~settled)),
        )
        .group_by(PlannedDose.course_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def present_slot(
    session: Session, course_ids: Collection[int], day: date, now: datetime
) -> int | None:
    """The slot that is running, or the next of today, in a clinic that gives all these courses."""
    return session.scalar(
        _slots(course_ids, day, now).where(Slot.ends_at > now).order_by(Slot.starts_at).limit(1)
    )


def free_slot(
    session: Session, course_ids: Collection[int], day: date, now: datetime
) -> int | None:
    """The first slot from now on that has a place left."""
    return session.scalar(
        _slots(course_ids, day, now)
        .join(Place, Place.slot_id == Slot.id)
        .where(Slot.ends_at > now, Place.extra_reason.is_(None), ~_is_claimed(now))
        .order_by(Slot.starts_at)
        .limit(1)
    )


def free_place(session: Session, slot_id: int, now: datetime) -> int | None:
    """A place of the slot that nobody claims."""
    return session.scalar(
        select(Place.id)
        .where(Place.slot_id == slot_id, Place.extra_reason.is_(None), ~_is_claimed(now))
        .order_by(Place.number)
        .limit(1)
    )


def missed_place(
    session: Session, course_ids: Collection[int], day: date, now: datetime
) -> int | None:
    """A place whose owner is later than `GIVEN_UP_AFTER`; of several, who is latest."""
    return session.scalar(
        _slots(course_ids, day, now)
        .with_only_columns(Place.id)
        .join(Place, Place.slot_id == Slot.id)
        .join(Appointment, Appointment.place_id == Place.id)
        .outerjoin(Visit, and_(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None)))
        .where(
            Slot.starts_at <= now - GIVEN_UP_AFTER,
            Slot.ends_at <= now,
            Appointment.booked_at.is_not(None),
            *LIVE,
            Visit.id.is_(None),
        )
        .order_by(Slot.starts_at, Place.number)
        .limit(1)
    )


def given_away(session: Session, place_id: int, now: datetime) -> datetime | None:
    """When somebody was expected on this place, who has lost it at this moment."""
    return session.scalar(
        select(Slot.starts_at)
        .join(Place, Place.slot_id == Slot.id)
        .join(Appointment, Appointment.place_id == Place.id)
        .where(Place.id == place_id, Appointment.lapsed_at == now)
    )


def replaced_by(session: Session, visit: Visit) -> datetime | None:
    """When the appointment was for which this walk-in stood: both were written at one moment."""
    return session.scalar(
        select(Slot.starts_at)
        .join(Place, Place.slot_id == Slot.id)
        .join(Appointment, Appointment.place_id == Place.id)
        .where(
            Appointment.patient_id == visit.patient_id,
            Appointment.id != visit.appointment_id,
            Appointment.cancelled_at == visit.checked_in_at,
        )
    )


def _slots(course_ids: Collection[int], day: date, now: datetime) -> Select[int]:
    statement = select(Slot.id).join(Clinic, Clinic.id == Slot.clinic_id)
    gives: Sequence[ColumnElement[bool]] = [
        exists().where(ClinicCourse.clinic_id == Clinic.id, ClinicCourse.course_id == course_id)
        for course_id in course_ids
    ]
    return statement.where(*_running(day, now), *gives)


def _running(day: date, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Clinic.day == day, Clinic.closed_at.is_(None), Clinic.ends_at > now)


def _is_claimed(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        Appointment.place_id == Place.id,
        *LIVE,
        or_(Appointment.booked_at.is_not(None), Appointment.held_until > now),
    )
