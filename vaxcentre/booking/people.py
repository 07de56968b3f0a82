"""Who books: matched by folded names and birth date only, and what they already have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from vaxcentre.booking.names import words_of
from vaxcentre.booking.refusals import AlreadyBooked, NoPatient
from vaxcentre.booking.review import mark_to_review
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.locks import ALONE, take, take_one, take_patient
from vaxcentre.models.patient import NameWord, Patient
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.identity import first_given_name, fold, is_same_first_name
from vaxcentre.rules.vocabulary import Sex
from vaxcentre.writing import insert_row, read, write

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
    declared: frozenset[int] = frozenset()  # the courses whose condition they declare


def folded(family: str, given: str) -> tuple[str, str]:
    """The two folded names, as the columns hold them (a fold may be longer than the name)."""
    return fold(family)[:LONGEST_NAME], fold(first_given_name(given))[:LONGEST_NAME]


@dataclass(frozen=True)
class Record:
    """Whose record it is, and the names as they stand on it."""

    id: int
    family_name: str
    given_names: str


# The given names are compared one by one: somebody leaves the hyphen of "Jean-Pierre" out.
_SAME_FAMILY = (
    select(Patient.id, Patient.folded_given, Patient.given_names)
    .where(
        Patient.birth_on == bindparam("birth_on"),
        Patient.folded_family == bindparam("family"),
        Patient.merged_into_id.is_(None),
    )
    .order_by(Patient.id)
)
_NEW_PATIENT = insert(Patient)
_NEW_WORDS = insert(NameWord)


def find_patient(session: Session, family: str, given: str, birth_on: date) -> Patient | None:
    """The person with this birth name, first given name and birth date.

    Of two records of one person, the older; the one spelt the same before one with a hyphen less.
    """
    key = _same_person(session, family, given, birth_on)
    return session.get(Patient, key) if key else None


def _same_person(session: Session, family: str, given: str, birth_on: date) -> int | None:
    folded_family, folded_given = folded(family, given)
    found = read(session, _SAME_FAMILY, {"birth_on": birth_on, "family": folded_family})
    exact = (one.id for one in found if one.folded_given == folded_given)
    alike = (one.id for one in found if is_same_first_name(one.given_names, given))
    return next(exact, None) or next(alike, None)


def patient_for(
    session: Session, person: Person, *, by_id: int | None, now: datetime
) -> tuple[Record, bool]:
    """The matched patient's record, untouched, or a new one; and whether it is new.

    The contact stays with the appointment: who types a name has not proved to be that person.
    """
    family, given = folded(person.family_name, person.given_names)
    _one_at_a_time(session, _identity(person))
    found = _same_person(session, person.family_name, person.given_names, person.birth_on)
    # A booking online waits for the desk that books or merges the same person, and reads after.
    if found is not None and (kept := take_patient(session, found)) is not None:
        return Record(kept.id, kept.family_name, kept.given_names), False
    record = Record(0, person.family_name[:LONGEST_NAME], person.given_names[:LONGEST_NAME])
    row = {
        "family_name": record.family_name,
        "given_names": record.given_names,
        "folded_family": family,
        "folded_given": given,
        "sex": person.sex or Sex.UNKNOWN,
        "birth_on": person.birth_on,
        "created_at": now,
        "created_by_id": by_id,
    }
    record = replace(record, id=insert_row(session, _NEW_PATIENT, row))
    if words := words_of(person.family_name, person.given_names):
        found_by = {"patient_id": record.id, "birth_on": person.birth_on}
        write(session, _NEW_WORDS, [{"word": word, **found_by} for word in words])
    return record, True


def known_patient(session: Session, patient_id: int) -> Patient:
    """The patient of this number, locked against a second booking at the same instant.

    Raises:
        NoPatient: there is none, or the record was merged into another.
    """
    patient = take_one(session, Patient, patient_id)
    if patient is None or patient.merged_into_id is not None:
        raise NoPatient
    return patient


def take_together(session: Session, people: Collection[Person], holds: Collection[int]) -> None:
    """Take several people who are booked in one transaction, then their appointments and holds.

    Booked one after the other they would be taken out of the order of models/locks.py.
    """
    for identity in sorted(map(_identity, people)):
        _one_at_a_time(session, identity)
    named = ((one.family_name, one.given_names, one.birth_on) for one in people)
    found = {key for name in named if (key := _same_person(session, *name))}
    take_claims(session, [one.id for one in take(session, Patient, found)], holds)


def take_claims(session: Session, patient_ids: Collection[int], holds: Collection[int]) -> None:
    """Take these holds, and all that these people have claimed and that a booking may end."""
    claimed = select(PlannedDose.appointment_id).where(
        PlannedDose.patient_id.in_(patient_ids), PlannedDose.released_at.is_(None)
    )
    pairs = select(Appointment.pair_id).where(
        Appointment.id.in_(claimed), Appointment.pair_id.is_not(None)
    )
    session.execute(
        select(Appointment.id)
        .where(
            or_(
                Appointment.id.in_(holds),
                Appointment.id.in_(claimed),
                Appointment.pair_id.in_(pairs),
            )
        )
        .order_by(Appointment.id)
        .with_for_update(**ALONE)
    ).all()


def _identity(person: Person) -> str:
    """What two bookings of one person share, however the given names are written."""
    return f"{fold(person.family_name)[:LONGEST_NAME]}/{person.birth_on}"


def _one_at_a_time(session: Session, identity: str) -> None:
    """Let two bookings for one new person queue on PostgreSQL; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(identity, 0))))


def release_spent(
    session: Session,
    patient_id: int,
    doses: Collection[tuple[int, int]],
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    """Free the person's claims on these doses that came to nothing: missed, or not vaccinated.

    Where the first of a pair was missed, the second is marked to be reviewed.

    Raises:
        AlreadyBooked: one of the claims still stands.
    """
    claims = _claims(session, patient_id, doses)
    pairs = {one.pair_id for _planned, one in claims if one.pair_id}
    others = select(Appointment.id).where(Appointment.pair_id.in_(pairs))
    ids = {one.id for _planned, one in claims} | set(session.scalars(others) if pairs else ())
    take(session, Appointment, ids)
    for planned, appointment in claims:
        if not _is_spent(session, planned, appointment, now):
            raise AlreadyBooked
        planned.released_at = now
        for other in _others_to_come(session, appointment, now):
            mark_to_review(session, other, by_id=by_id, now=now)
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
            Injection.is_current,
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


def _others_to_come(session: Session, missed: Appointment, now: datetime) -> list[Appointment]:
    if missed.pair_id is None:
        return []
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
    return list(session.scalars(others))
