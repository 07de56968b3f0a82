"""Who is calling, and what they already have."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking.names import is_named, values_of
from vaxcentre.booking.queries import AppointmentCard, appointment_cards
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.rules.identity import fold

LIMIT = 10


@dataclass(frozen=True)
class Caller:
    """Somebody on record, with every appointment that is still to come."""

    id: int
    family_name: str
    given_names: str
    birth_on: date
    phone: str | None
    email: str | None
    appointments: tuple[AppointmentCard, ...]


def callers(session: Session, birth_on: date, letters: str, now: datetime) -> list[Caller]:
    """The people born that day with these beginnings of their names, in any order."""
    words = [folded for word in letters.split() if (folded := fold(word))]
    named = [is_named(len(words))] if words else []
    found = session.scalars(
        select(Patient)
        .where(Patient.birth_on == birth_on, Patient.merged_into_id.is_(None), *named)
        .order_by(Patient.folded_family, Patient.folded_given)
        .limit(LIMIT),
        values_of(words),
    ).all()
    return [_caller(session, patient, now) for patient in found]


def caller(session: Session, patient_id: int, now: datetime) -> Caller | None:
    """Somebody on record, by number."""
    patient = session.get(Patient, patient_id)
    return _caller(session, patient, now) if patient and patient.merged_into_id is None else None


def caller_of_reference(session: Session, reference: str, now: datetime) -> Caller | None:
    """Who has an appointment of this reference, live or not; of a merged record, the one kept."""
    patient = session.scalar(
        select(Patient)
        .join(Appointment, Appointment.patient_id == Patient.id)
        .where(Appointment.reference == reference, Appointment.booked_at.is_not(None))
    )
    while patient is not None and patient.merged_into_id is not None:
        patient = session.get(Patient, patient.merged_into_id)
    return _caller(session, patient, now) if patient else None


def patients_of(session: Session, appointment_ids: Collection[int]) -> list[int]:
    """Whose appointments these are."""
    found = session.scalars(
        select(Appointment.patient_id).where(Appointment.id.in_(appointment_ids)).distinct()
    )
    return sorted(patient_id for patient_id in found if patient_id is not None)


def _caller(session: Session, patient: Patient, now: datetime) -> Caller:
    to_come = session.scalars(
        select(Appointment.id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
            Slot.ends_at > now,
        )
    ).all()
    return Caller(
        id=patient.id,
        family_name=patient.family_name,
        given_names=patient.given_names,
        birth_on=patient.birth_on,
        phone=patient.phone,
        email=patient.email,
        appointments=tuple(appointment_cards(session, to_come)),
    )
