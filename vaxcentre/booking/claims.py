"""Write the rows of an appointment: the claim on a place, its doses, the signature, the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import SystemRandom
from typing import NamedTuple, cast

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from vaxcentre.audit.service import sign_row
from vaxcentre.booking.candidate import HeldTime
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.people import LONGEST_NAME, Person, Record
from vaxcentre.messages.service import enqueue_for
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.rules.reference import new_reference
from vaxcentre.rules.vocabulary import MessageKind
from vaxcentre.writing import insert_row, read, write

CHANCE = SystemRandom()
# Written once: building a statement costs as much as running it.
_TAKEN = select(Appointment.id).where(Appointment.reference == bindparam("reference"))
_CLAIM, _PLAN = insert(Appointment), insert(PlannedDose)
_BOOK = update(Appointment).where(Appointment.id == bindparam("key"))
_PLAN_FOR = update(PlannedDose).where(PlannedDose.appointment_id == bindparam("key"))
_DECLARE = _PLAN_FOR.where(PlannedDose.course_id == bindparam("course"))


class Kept(NamedTuple):
    """An appointment that was just written, by its number and its reference."""

    id: int
    reference: str


def keep(
    session: Session,
    verb: str,
    row: Mapping[str, object],
    doses: Sequence[PlannedFor],
    *,
    by_id: int | None,
    now: datetime,
    declared: frozenset[int] = frozenset(),
) -> Kept:
    """Write an appointment under a new reference, with its doses."""
    reference = _free_reference(session)
    key = insert_row(session, _CLAIM, {"reference": reference, **row})
    patient_id = cast("int | None", row.get("patient_id"))
    for dose in doses:
        planned = {
            "appointment_id": key,
            "course_id": dose.course_id,
            "dose_number": dose.dose_number,
            "previous_on": dose.previous_on,
            "patient_id": patient_id,
            "declared_at": now if dose.course_id in declared else None,
        }
        write(session, _PLAN, planned)
    sign_row(session, verb, Appointment, key, by_id=by_id, now=now, patient_id=patient_id)
    return Kept(key, reference)


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference(CHANCE)
        if not read(session, _TAKEN, {"reference": reference}):
            return reference


def book_held(
    session: Session,
    time: HeldTime,
    record: Record,
    person: Person,
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    """Make a booking of what was held, and queue its confirmation."""
    booked = {
        "key": time.id,
        "patient_id": record.id,
        "held_from": None,
        "booked_at": now,
        "booked_by_id": by_id,
        "phone": person.phone,
        "email": person.email,
        "language": person.language,
        **_typed_otherwise(record, person),
    }
    write(session, _BOOK, booked)
    write(session, _PLAN_FOR, {"key": time.id, "patient_id": record.id})
    for course_id in {dose.course_id for dose in time.doses} & person.declared:
        write(session, _DECLARE, {"key": time.id, "course": course_id, "declared_at": now})
    who = record.id
    sign_row(session, "book", Appointment, time.id, by_id=by_id, now=now, patient_id=who)
    if person.email:
        enqueue_for(session, time.id, MessageKind.CONFIRMATION, now=now)


def _typed_otherwise(record: Record, person: Person) -> dict[str, str]:
    """The names as they were typed, where the matched record writes them otherwise."""
    typed = (person.family_name[:LONGEST_NAME], person.given_names[:LONGEST_NAME])
    if typed == (record.family_name, record.given_names):
        return {}
    return {"typed_family_name": typed[0], "typed_given_names": typed[1]}
