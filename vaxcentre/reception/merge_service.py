"""Two records of one person: show them, and make one of them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.names import name_words
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.injection import Injection
from vaxcentre.models.locks import take
from vaxcentre.models.patient import DeclaredDose, InsuranceNumber, NameCorrection, Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.reception.identity_service import lock_patient
from vaxcentre.reception.numbers import leave_one_of_two
from vaxcentre.reception.refusals import (
    BirthDatesDiffer,
    BothBooked,
    BothVaccinated,
    MergedIntoItself,
)
from vaxcentre.rules.identity import sound_key


def twins_of(
    session: Session, family: str, given: str, birth_on: date, *, but: int | None = None
) -> list[Patient]:
    """People born that day whose name sounds like this one, first and last name exchanged or not.

    To be shown to a person who decides; never a match.
    """
    sought = {sound_key(family), sound_key(given.split(maxsplit=1)[0] if given.split() else "")}
    born = session.scalars(
        select(Patient).where(
            Patient.birth_on == birth_on, Patient.merged_into_id.is_(None), Patient.id != (but or 0)
        )
    )
    return [patient for patient in born if sought in _sounds(patient)]


def _sounds(patient: Patient) -> list[set[str]]:
    given = sound_key(patient.folded_given)
    families = [patient.folded_family, patient.folded_used or patient.folded_family]
    return [{sound_key(family), given} for family in families]


def merge(
    session: Session,
    keep_id: int,
    gone_id: int,
    *,
    reason: str,
    by_id: int,
    now: datetime,
    takes: Collection[str] = (),
) -> Patient:
    """Make one record of two of the same person; the number that goes stays as a signpost.

    `takes` names what is taken from the record that goes although the other has its own: "phone",
    "email". Where only one of the two has it, it is kept in any case.

    Raises:
        MergedIntoItself, NoSuchPerson, AlreadyMerged, BirthDatesDiffer.
        BothBooked, BothVaccinated: the two records contradict each other.
    """
    if keep_id == gone_id:
        raise MergedIntoItself
    both = {number: lock_patient(session, number) for number in sorted((keep_id, gone_id))}
    keep, gone = both[keep_id], both[gone_id]
    _take_what_moves(session, gone_id)
    if keep.birth_on != gone.birth_on:
        raise BirthDatesDiffer
    _refuse_contradictions(session, keep_id, gone_id)
    leave_one_of_two(session, keep_id, gone_id, by_id=by_id, now=now)
    moved = {table.__tablename__: _repoint(session, table, keep_id, gone_id) for table in REPOINTED}
    keep.phone = gone.phone if "phone" in takes or not keep.phone else keep.phone
    keep.email = gone.email if "email" in takes or not keep.email else keep.email
    if not keep.used_name:
        keep.used_name, keep.folded_used = gone.used_name, gone.folded_used
        keep.name_words = name_words(
            keep.family_name, keep.given_names, keep.used_name, keep.birth_on
        )
    keep.is_protected_adult = keep.is_protected_adult or gone.is_protected_adult
    gone.merged_into_id, gone.merged_at = keep_id, now
    details: dict[str, Any] = {"gone": gone_id, "reason": reason, "moved": str(moved)}
    details |= {"takes": sorted(takes)} if takes else {}
    audit.sign(session, "merge", keep, by_id=by_id, now=now, patient_id=keep_id, **details)
    audit.sign(session, "merged_into", gone, by_id=by_id, now=now, patient_id=gone_id, kept=keep_id)
    return keep


REPOINTED: tuple[Any, ...] = (
    Appointment,
    PlannedDose,
    Visit,
    Injection,
    DeclaredDose,
    Certificate,
    NameCorrection,
    InsuranceNumber,
)


def _take_what_moves(session: Session, gone_id: int) -> None:
    """Whoever receives, moves or injects this person at this instant finishes first."""
    for table in (Appointment, Visit):
        take(session, table, session.scalars(select(table.id).filter_by(patient_id=gone_id)).all())


def _repoint(session: Session, table: Any, keep_id: int, gone_id: int) -> int:
    ids = list(session.scalars(select(table.id).where(table.patient_id == gone_id)))
    session.execute(update(table).where(table.id.in_(ids)).values(patient_id=keep_id))
    return len(ids)


def _refuse_contradictions(session: Session, keep_id: int, gone_id: int) -> None:
    planned = select(PlannedDose.course_id, PlannedDose.dose_number).where(
        PlannedDose.released_at.is_(None)
    )
    given = select(Injection.course_id, Injection.dose_number).where(Injection.is_current)
    for statement, column, refusal in (
        (given, Injection.patient_id, BothVaccinated),
        (planned, PlannedDose.patient_id, BothBooked),
    ):
        one, other = (
            {(course, dose) for course, dose in session.execute(statement.where(column == number))}
            for number in (keep_id, gone_id)
        )
        for course_id, dose in sorted(one & other):
            name = session.get_one(Course, course_id).name_fr
            raise refusal(course=name, dose=dose)
