"""Who somebody is: mend a typing error, change the contact, show twins, merge them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.names import name_words
from vaxcentre.booking.people import find_patient, folded
from vaxcentre.messages import service as messages
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.locks import take, take_one
from vaxcentre.models.patient import NameCorrection, Patient
from vaxcentre.reception.numbers import SealedNumber, keep_number
from vaxcentre.reception.refusals import (
    AlreadyMerged,
    NoSuchAppointment,
    NoSuchPerson,
    NothingCorrected,
    SameIdentityExists,
)
from vaxcentre.rules.identity import fold
from vaxcentre.rules.vocabulary import Sex

# The contact of an appointment still matters for the rest of its day.
CONTACT_COUNTS_FOR = timedelta(hours=12)


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
    # None: none on record from now on; a walk-in without the number says nothing about it.
    number: SealedNumber | None = None
    says_number: bool = False


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
    is_same = before == _written(patient) and was_protected == correction.is_protected
    has_number = correction.says_number and keep_number(
        session, patient.id, correction.number, by_id=by_id, now=now
    )
    if is_same and not has_number:
        raise NothingCorrected
    if is_same:
        return patient
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


_SEX = {Sex.FEMALE: "F", Sex.MALE: "M", Sex.UNKNOWN: "-"}


def _as_text(identity: tuple[str, str, str, date, Sex]) -> str:
    """As it stays readable, in any language: Mercier (Blanc) Ada, 14/03/1948, F."""
    family, given, used, birth_on, sex = identity
    names = f"{family} ({used}) {given}" if used else f"{family} {given}"
    return f"{names}, {birth_on:%d/%m/%Y}, {_SEX[sex]}"


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
    patient.name_words = name_words(
        correction.family_name, correction.given_names, correction.used_name, correction.birth_on
    )


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
    _write_contact(session, patient, phone, email, by_id=by_id, now=now)
    return patient


@dataclass(frozen=True)
class Settlement:
    """Which of two contacts is right: the appointment's of this number, or the record's (None)."""

    phone_from: int | None
    email_from: int | None


def settle_contact(
    session: Session, patient_id: int, settlement: Settlement, *, by_id: int, now: datetime
) -> Patient:
    """Let the contact that the person confirms hold everywhere: the record's, or an appointment's.

    Raises:
        NoSuchPerson, AlreadyMerged.
        NoSuchAppointment: it is not this person's.
    """
    patient = lock_patient(session, patient_id)
    phone = _booked(session, patient, settlement.phone_from).phone
    email = _booked(session, patient, settlement.email_from).email
    sources = {"phone_from": settlement.phone_from, "email_from": settlement.email_from}
    said = {key: f"appointment {number}" for key, number in sources.items() if number}
    _write_contact(session, patient, phone, email, by_id=by_id, now=now, **said)
    return patient


def _booked(session: Session, patient: Patient, number: int | None) -> Patient | Appointment:
    """What holds the contact that was picked."""
    if number is None:
        return patient
    found = session.get(Appointment, number)
    if found is None or found.patient_id != patient.id:
        raise NoSuchAppointment
    return found


def _write_contact(
    session: Session,
    patient: Patient,
    phone: str | None,
    email: str | None,
    *,
    by_id: int,
    now: datetime,
    **said: str,
) -> None:
    trace = {
        "phone": f"{_ending(patient.phone)} > {_ending(phone)}",
        "email": f"{_ending(patient.email)} > {_ending(email)}",
    }
    patient.phone, patient.email = phone, email
    for appointment in _to_come(session, patient.id, now):
        appointment.phone, appointment.email = phone, email
        session.flush()
        for message in _failed(session, appointment.id):
            messages.enqueue(session, appointment, message.kind, now=now)
    audit.sign(
        session,
        "change_contact",
        patient,
        by_id=by_id,
        now=now,
        patient_id=patient.id,
        **trace,
        **said,
    )


def _ending(contact: str | None) -> str:
    """The last signs of a number or an address: enough to tell two apart, not to write to one."""
    return f"…{contact[-4:]}" if contact else "-"


def failures_seen(session: Session, patient_id: int, *, by_id: int, now: datetime) -> None:
    """Somebody has told the person what the e-mail could not: nobody needs to do it again."""
    patient = lock_patient(session, patient_id)
    wanted = select(Appointment.id).where(Appointment.patient_id == patient_id)
    take(session, Appointment, session.scalars(wanted).all())
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
        select(Appointment.id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            Appointment.patient_id == patient_id,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
            Slot.ends_at > now - CONTACT_COUNTS_FOR,
        )
    )
    return take(session, Appointment, session.scalars(statement).all())


def _failed(session: Session, appointment_id: int) -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(
        OutboxMessage.appointment_id == appointment_id, OutboxMessage.failed_at.is_not(None)
    )
    return list(session.scalars(statement))


def lock_patient(session: Session, patient_id: int) -> Patient:
    """Take somebody's row.

    Raises:
        NoSuchPerson, AlreadyMerged.
    """
    known = session.get(Patient, patient_id)
    if known is not None and known.merged_into_id is not None:
        raise AlreadyMerged  # without waiting for it: the other record may be in our hands
    patient = take_one(session, Patient, patient_id)
    if patient is None:
        raise NoSuchPerson
    if patient.merged_into_id is not None:
        raise AlreadyMerged
    return patient
