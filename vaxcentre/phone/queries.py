"""Who is calling, and what they already have."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from vaxcentre.booking.queries import AppointmentCard, appointment_cards
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.rules.identity import fold

LIMIT = 10
LAST_LETTER = "\U0010ffff"  # above every name that begins so


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
    """The people born that day whose name begins with these letters, in any order of names."""
    words = [fold(word) for word in letters.split() if fold(word)]
    begins = [_begins(word) for word in words]
    found = session.scalars(
        select(Patient)
        .where(Patient.birth_on == birth_on, Patient.merged_into_id.is_(None), *begins)
        .order_by(Patient.folded_family, Patient.folded_given)
        .limit(LIMIT)
    ).all()
    return [_caller(session, patient, now) for patient in found]


def _begins(word: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - a condition
    columns = (Patient.folded_family, Patient.folded_given, Patient.folded_used)
    return or_(*(and_(column >= word, column < word + LAST_LETTER) for column in columns))


def caller(session: Session, patient_id: int, now: datetime) -> Caller | None:
    """Somebody on record, by number."""
    patient = session.get(Patient, patient_id)
    return _caller(session, patient, now) if patient and patient.merged_into_id is None else None


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
