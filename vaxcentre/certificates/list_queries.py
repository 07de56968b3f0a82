"""What the lists of a day are made of."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course


@dataclass(frozen=True)
class SlotLines:
    """One slot of the day, and who is expected in it."""

    starts_at: datetime
    appointments: tuple[Appointment, ...]


def expected_on(session: Session, day: date) -> list[SlotLines]:
    """Who is expected that day, slot by slot, by name."""
    rows = session.scalars(
        select(Appointment)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .options(
            joinedload(Appointment.place).joinedload(Place.slot),
            joinedload(Appointment.patient),
            selectinload(Appointment.planned_doses).joinedload(PlannedDose.course),
        )
        .where(
            Clinic.day == day,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
        )
    )
    slots: dict[datetime, list[Appointment]] = {}
    for appointment in rows:
        slots.setdefault(appointment.place.slot.starts_at, []).append(appointment)
    return [
        SlotLines(starts_at, tuple(sorted(slots[starts_at], key=_name)))
        for starts_at in sorted(slots)
    ]


def _name(appointment: Appointment) -> tuple[str, str]:
    patient = appointment.patient
    return (patient.folded_family, patient.folded_given) if patient else ("", "")


def vaccinated_between(session: Session, start: datetime, end: datetime) -> list[int]:
    """The people who had an injection that stands, in the order they had it; each once."""
    ids = session.scalars(
        select(Injection.patient_id)
        .where(
            Injection.given_at >= start,
            Injection.given_at < end,
            Injection.is_current,
        )
        .order_by(Injection.given_at, Injection.id)
    )
    return list(dict.fromkeys(ids))


def offered_courses(session: Session) -> list[Course]:
    """The vaccinations a questionnaire may be printed for."""
    return list(
        session.scalars(
            select(Course).where(Course.is_offered).order_by(Course.position, Course.name_fr)
        )
    )
