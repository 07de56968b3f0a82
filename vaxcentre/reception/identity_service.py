"""Who somebody is: mend a typing error, change the contact, show twins, merge them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.people import find_patient, folded
from vaxcentre.messages import service as messages
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.patient import NameCorrection, Patient
from vaxcentre.reception.refusals import (
    AlreadyMerged,
    NoSuchPerson,
    NothingCorrected,
    SameIdentityExists,
)
from vaxcentre.rules.identity import fold
from vaxcentre.rules.vocabulary import Sex


@dataclass(frozen=True)
class Correction:
    """An identity as the document gives it, and why it is corrected."""

    family_name: str
    given_names: str
    used_name: str
    birth_on: date
    sex: Sex
    is_protected: bool
    reason: str


def correct_identity(
    session: Session, patient_id: int, correction: Correction, *, by_id: int, now: datetime
) -> Patient:
    """Mend a typing error in an identity; what stood before stays readable.

    Raises:
        NoSuchPerson, AlreadyMerged, NothingCorrected.
        SameIdentityExists: this would make two records of one person.
    """
    patient = lock_patient(session, patient_id)
    twin = find_patient(
        session, correction.family_name, correction.given_names, correction.birth_on
    )
    if twin is not None and twin.id != patient.id:
        raise SameIdentityExists
    before, was_protected = _written(patient), patient.is_protected_adult
    _write(patient, correction)
    if before == _written(patient) and was_protected == correction.is_protected:
        raise NothingCorrected
    if before != _written(patient):
        session.add(
            NameCorrection(
                patient_id=patient.id,
                before=_as_text(before),
                after=_as_text(_written(patient)),
                reason=correction.reason,
                corrected_at=now,
                corrected_by_id=by_id,
            )
        )
    audit.sign(
        session,
        "correct_identity",
        patient,
        by_id=by_id,
        now=now,
        patient_id=patient.id,
        reason=correction.reason,
    )
    return patient


def _written(patient: Patient) -> tuple[str, str, str, date, Sex]:
    used = patient.used_name or ""
    return (patient.family_name, patient.given_names, used, patient.birth_on, patient.sex)


def _as_text(identity: tuple[str, str, str, date, Sex]) -> str:
    family, given, used, birth_on, sex = identity
    return f"{family} ({used}), {given}, {birth_on:%d/%m/%Y}, {sex}"


def _write(patient: Patient, correction: Correction) -> None:
    patient.family_name = correction.family_name
    patient.given_names = correction.given_names
    patient.used_name = correction.used_name or None
    patient.folded_family, patient.folded_given = folded(
        correction.family_name, correction.given_names
    )
    patient.folded_used = fold(correction.used_name)[:100] or None
    patient.birth_on = correction.birth_on
    patient.sex = correction.sex
    patient.is_protected_adult = correction.is_protected


def change_contact(
    session: Session,
    patient_id: int,
    *,
    phone: str | None,
    email: str | None,
    by_id: int,
    now: datetime,
) -> Patient:
    """Write down how to reach somebody, on the record and on every appointment to come.

    What could not be delivered to the address before is told again to the new one.

    Raises:
        NoSuchPerson, AlreadyMerged.
    """
    patient = lock_patient(session, patient_id)
    patient.phone, patient.email = phone, email
    for appointment in _to_come(session, patient_id, now):
        appointment.phone, appointment.email = phone, email
        session.flush()
        for message in _failed(session, appointment.id):
            messages.enqueue(session, appointment, message.kind, now=now)
    audit.sign(session, "change_contact", patient, by_id=by_id, now=now, patient_id=patient.id)
    return patient


def failures_seen(session: Session, patient_id: int, *, by_id: int, now: datetime) -> None:
    """Somebody has told the person what the e-mail could not: nobody needs to do it again."""
    patient = lock_patient(session, patient_id)
    wanted = select(Appointment.id).where(Appointment.patient_id == patient_id)
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.appointment_id.in_(wanted),
            OutboxMessage.failed_at.is_not(None),
            OutboxMessage.seen_at.is_(None),
        )
        .values(seen_at=now, seen_by_id=by_id)
    )
    audit.sign(session, "see_failures", patient, by_id=by_id, now=now, patient_id=patient.id)


def _to_come(session: Session, patient_id: int, now: datetime) -> list[Appointment]:
    statement = (
        select(Appointment)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            Appointment.patient_id == patient_id,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
            Slot.ends_at > now,
        )
    )
    return list(session.scalars(statement))


def _failed(session: Session, appointment_id: int) -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(
        OutboxMessage.appointment_id == appointment_id, OutboxMessage.failed_at.is_not(None)
    )
    return list(session.scalars(statement))


def lock_patient(session: Session, patient_id: int) -> Patient:
    patient = session.get(Patient, patient_id, with_for_update=True)
    if patient is None:
        raise NoSuchPerson
    if patient.merged_into_id is not None:
        raise AlreadyMerged
    return patient
