"""Who books: matched by folded names and birth date only, and what they already have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from vaxcentre.booking.refusals import AlreadyBooked, NoPatient
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.identity import first_given_name, fold
from vaxcentre.rules.vocabulary import Outcome, Sex

LONGEST_NAME = 100
# A visit without an outcome after so long is over, whatever was forgotten at the desk.
FORGOTTEN_AFTER = timedelta(hours=12)


@dataclass(frozen=True)
class Person:
    """Who an appointment is for, as they typed it, and how to reach them about it."""

    family_name: str
    given_names: str
    birth_on: date
    sex: Sex | None = None
    phone: str | None = None
    email: str | None = None
    language: str = "fr"
    declared: bool = False


def folded(family: str, given: str) -> tuple[str, str]:
    """The two folded names, as the columns hold them (a fold may be longer than the name)."""
    return fold(family)[:LONGEST_NAME], fold(first_given_name(given))[:LONGEST_NAME]


_SAME_PERSON = (
    select(Patient)
    .where(
        Patient.birth_on == bindparam("birth_on"),
        Patient.folded_family == bindparam("family"),
        Patient.folded_given == bindparam("given"),
        Patient.merged_into_id.is_(None),
    )
    .order_by(Patient.id)
    .limit(1)
)


def find_patient(session: Session, family: str, given: str, birth_on: date) -> Patient | None:
    """The person with this birth name, first given name and birth date.

    Of two records of one person, the older.
    """
    folded_family, folded_given = folded(family, given)
    who = {"birth_on": birth_on, "family": folded_family, "given": folded_given}
    return session.scalars(_SAME_PERSON, who).first()


def patient_for(
    session: Session, person: Person, *, by_id: int | None, now: datetime
) -> tuple[Patient, bool]:
    """The matched patient, untouched, or a new one; and whether it is new.

    The contact stays with the appointment: who types a name has not proved to be that person.
    """
    folded_family, folded_given = folded(person.family_name, person.given_names)
    _one_at_a_time(session, f"{folded_family}/{folded_given}/{person.birth_on}")
    found = find_patient(session, person.family_name, person.given_names, person.birth_on)
    if found is not None and (kept := _still_there(session, found.id)) is not None:
        return kept, False
    patient = Patient(
        family_name=person.family_name[:LONGEST_NAME],
        given_names=person.given_names[:LONGEST_NAME],
        folded_family=folded_family,
        folded_given=folded_given,
        sex=person.sex or Sex.UNKNOWN,
        birth_on=person.birth_on,
        created_at=now,
        created_by_id=by_id,
    )
    session.add(patient)
    session.flush()
    return patient, True


def _still_there(session: Session, patient_id: int) -> Patient | None:
    """The record, taken as `known_patient` takes it; of one merged meanwhile, the one that stays.

    So a booking online waits for the desk that books or merges the same person, and reads after.
    """
    patient = session.get(Patient, patient_id, with_for_update=True)
    while patient is not None and patient.merged_into_id is not None:
        patient = session.get(Patient, patient.merged_into_id, with_for_update=True)
    return patient


def known_patient(session: Session, patient_id: int) -> Patient:
    """The patient of this number, locked against a second booking at the same instant.

    Raises:
        NoPatient: there is none, or the record was merged into another.
    """
    patient = session.get(Patient, patient_id, with_for_update=True)
    if patient is None or patient.merged_into_id is not None:
        raise NoPatient
    return patient


def _one_at_a_time(session: Session, identity: str) -> None:
    """Let two bookings for one new person queue on PostgreSQL; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(identity, 0))))


def release_spent(
    session: Session, patient_id: int, doses: Collection[tuple[int, int]], *, now: datetime
) -> None:
    """Free the person's claims on these doses that came to nothing: missed, or not vaccinated.

    Where the first of a pair was missed, the second is marked to be reviewed.

    Raises:
        AlreadyBooked: one of the claims still stands.
    """
    for planned, appointment in _claims(session, patient_id, doses):
        if not _is_spent(session, planned, appointment, now):
            raise AlreadyBooked
        planned.released_at = now
        _review_the_other(session, appointment, now)
    session.flush()


def _claims(
    session: Session, patient_id: int, doses: Collection[tuple[int, int]]
) -> list[tuple[PlannedDose, Appointment]]:
    wanted = or_(
        *(
            and_(PlannedDose.course_id == course_id, PlannedDose.dose_number == number)
            for course_id, number in doses
        )
    )
    rows = session.execute(
        select(PlannedDose, Appointment)
        .join(Appointment, Appointment.id == PlannedDose.appointment_id)
        .where(PlannedDose.patient_id == patient_id, PlannedDose.released_at.is_(None), wanted)
    )
    return [(planned, appointment) for planned, appointment in rows]


def _is_spent(
    session: Session, planned: PlannedDose, appointment: Appointment, now: datetime
) -> bool:
    ends_at = session.scalars(
        select(Slot.ends_at).join(Place).where(Place.id == appointment.place_id)
    ).one()
    if ends_at > now and appointment.is_live and not _came_to_nothing(session, planned):
        return False
    if _was_given(session, planned):
        return False
    came = session.scalar(
        select(Visit.id).where(Visit.appointment_id == appointment.id, Visit.undone_at.is_(None))
    )
    is_forgotten = now - ends_at > FORGOTTEN_AFTER
    return came is None or is_forgotten or _came_to_nothing(session, planned)


def _was_given(session: Session, planned: PlannedDose) -> bool:
    found = session.scalar(
        select(Injection.id).where(
            Injection.patient_id == planned.patient_id,
            Injection.course_id == planned.course_id,
            Injection.dose_number == planned.dose_number,
            Injection.replaced_at.is_(None),
            Injection.outcome == Outcome.GIVEN,
        )
    )
    return found is not None


def _came_to_nothing(session: Session, planned: PlannedDose) -> bool:
    """Whether it is on record that this dose was not given at the visit."""
    found = session.scalar(
        select(NoInjection.id)
        .join(Visit, Visit.id == NoInjection.visit_id)
        .where(
            Visit.appointment_id == planned.appointment_id,
            Visit.undone_at.is_(None),
            NoInjection.course_id == planned.course_id,
            NoInjection.undone_at.is_(None),
        )
    )
    return found is not None


def _review_the_other(session: Session, missed: Appointment, now: datetime) -> None:
    if missed.pair_id is None:
        return
    others = (
        select(Appointment)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            Appointment.pair_id == missed.pair_id,
            Appointment.id != missed.id,
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
            Slot.starts_at > now,
        )
    )
    for other in session.scalars(others):
        other.to_review_at = other.to_review_at or now
