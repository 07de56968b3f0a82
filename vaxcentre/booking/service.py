"""Hold a place, confirm it, or both at once for somebody the centre knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking import candidate, people, places, visitors
from vaxcentre.booking.changes import cancel, move
from vaxcentre.booking.claims import Kept, book_held, keep
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.holds import let_go
from vaxcentre.booking.people import Person, find_patient
from vaxcentre.booking.refusals import SlotOver
from vaxcentre.messages.service import enqueue_for
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Place
from vaxcentre.rules.vocabulary import MessageKind, Origin

__all__ = [
    "BookRequest",
    "HoldRequest",
    "Person",
    "PlannedFor",
    "book",
    "cancel",
    "confirm",
    "find_patient",
    "hold",
    "let_go",
    "move",
]

HELD_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class HoldRequest:
    """A time that somebody has chosen, and the doses it is for."""

    slot_id: int
    doses: tuple[PlannedFor, ...]
    origin: Origin = Origin.WEB
    language: str = "fr"
    phone: str | None = None
    pair_id: str | None = None  # the same for the two appointments of a pair
    held_from: str | None = None  # the mark of the visitor's address; None for staff


@dataclass(frozen=True)
class BookRequest:
    """A time for a patient on record: `slot_id` takes the next place of it, `place_id` that one."""

    patient_id: int
    doses: tuple[PlannedFor, ...]
    slot_id: int | None = None
    place_id: int | None = None
    origin: Origin = Origin.DESK
    phone: str | None = None
    email: str | None = None
    language: str = "fr"
    declared: frozenset[int] = frozenset()  # the courses whose condition they declare
    pair_id: str | None = None


def hold(session: Session, request: HoldRequest, *, by_id: int | None, now: datetime) -> Kept:
    """Keep a place of this slot for ten minutes, for somebody who is still typing.

    Raises:
        SlotOver, ClinicClosed, NotYetOpen, CourseNotOffered, SlotFull.
        TooManyHolds: the visitor's address keeps too many times already.
    """
    slot = places.lock_slot(session, request.slot_id, by_id=by_id, now=now)
    places.refuse_unoffered(slot, [dose.course_id for dose in request.doses])
    place_id = places.take_free_place(session, slot.id, now=now)
    visitors.refuse_many(session, request.held_from, now=now)
    row = {
        "place_id": place_id,
        "pair_id": request.pair_id,
        "origin": request.origin,
        "language": request.language,
        "phone": request.phone,
        "held_until": now + HELD_FOR,
        "held_from": request.held_from,
    }
    return keep(session, "hold", row, request.doses, by_id=by_id, now=now)


def confirm(
    session: Session,
    appointment_ids: Sequence[int],
    person: Person,
    *,
    by_id: int | None,
    now: datetime,
) -> list[Kept]:
    """Book what was held: one appointment, or the two of a pair together, in order of their days.

    The person is matched by folded names and birth date; a match is neither shown nor changed.

    Raises:
        HoldLapsed: the ten minutes are over.
        AlreadyBooked: the person has a live appointment for this course and dose.
        CallTheCentre: what is on record speaks against it; staff are told what.
        PairOutsideInterval, SecondNeeded, and all that the rules of the courses refuse.
    """
    record, is_new = people.patient_for(session, person, by_id=by_id, now=now)
    if not is_new:
        people.take_claims(session, [record.id], appointment_ids)
    held = candidate.held(session, appointment_ids, now=now)
    candidate.check_without_record(session, held, person, by_id=by_id)
    if not is_new:
        people.release_spent(session, record.id, candidate.doses_of(held), by_id=by_id, now=now)
        candidate.check_with_record(session, held, person, record.id, by_id=by_id)
    for time in held:
        book_held(session, time, record, person, by_id=by_id, now=now)
    return [Kept(time.id, time.reference) for time in held]


def book(
    session: Session, request: BookRequest, *, by_id: int | None, now: datetime
) -> Appointment:
    """Book a time for a patient on record, in one step: a walk-in, a call, the next dose.

    Raises:
        NoPatient, AlreadyBooked, SlotOver, ClinicClosed, NotYetOpen, CourseNotOffered, SlotFull.
        and all that the rules of the courses refuse.
    """
    patient = people.known_patient(session, request.patient_id)
    wanted = {(dose.course_id, dose.dose_number) for dose in request.doses}
    people.release_spent(session, patient.id, wanted, by_id=by_id, now=now)
    slot, place_id = _place_for(session, request, by_id=by_id, now=now)
    places.refuse_unoffered(slot, [dose.course_id for dose in request.doses])
    candidate.check_known(session, patient, request.doses, slot.day, declared=request.declared)
    row = {
        "place_id": place_id,
        "patient_id": patient.id,
        "pair_id": request.pair_id,
        "origin": request.origin,
        "language": request.language,
        "phone": request.phone,
        "email": request.email,
        "booked_at": now,
        "booked_by_id": by_id,
    }
    declared = request.declared
    kept = keep(session, "book", row, request.doses, declared=declared, by_id=by_id, now=now)
    if request.email:
        enqueue_for(session, kept.id, MessageKind.CONFIRMATION, now=now)
    return session.get_one(Appointment, kept.id)


def _place_for(
    session: Session, request: BookRequest, *, by_id: int | None, now: datetime
) -> tuple[places.OpenSlot, int]:
    if request.place_id is not None:
        slot_id = session.scalars(select(Place.slot_id).where(Place.id == request.place_id)).one()
        slot = places.lock_running_slot(session, slot_id, now=now)
        return slot, places.take_this_place(session, request.place_id, slot, by_id=by_id, now=now)
    if request.slot_id is None:
        raise SlotOver
    slot = places.lock_slot(session, request.slot_id, by_id=by_id, now=now)
    return slot, places.take_free_place(session, slot.id, now=now)
