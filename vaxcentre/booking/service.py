"""Hold a place, confirm it, or both at once for somebody the centre knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from vaxcentre.audit.service import sign
from vaxcentre.booking import candidate, people, places
from vaxcentre.booking.changes import cancel, move
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.people import Person, find_patient
from vaxcentre.booking.places import let_go
from vaxcentre.booking.refusals import SlotOver
from vaxcentre.messages.service import enqueue
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Place
from vaxcentre.rules.reference import new_reference
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
CHANCE = SystemRandom()
_TAKEN = select(Appointment.id).where(Appointment.reference == bindparam("reference"))


@dataclass(frozen=True)
class HoldRequest:
    """A time that somebody has chosen, and the doses it is for."""

    slot_id: int
    doses: tuple[PlannedFor, ...]
    origin: Origin = Origin.WEB
    language: str = "fr"
    phone: str | None = None
    pair_id: str | None = None  # the same for the two appointments of a pair


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
    declared: bool = False
    pair_id: str | None = None


def hold(
    session: Session, request: HoldRequest, *, by_id: int | None, now: datetime
) -> Appointment:
    """Keep a place of this slot for ten minutes, for somebody who is still typing.

    Raises:
        SlotOver, ClinicClosed, NotYetOpen, CourseNotOffered, SlotFull.
    """
    slot = places.lock_slot(session, request.slot_id, by_id=by_id, now=now)
    places.refuse_unoffered(slot, [dose.course_id for dose in request.doses])
    place_id = places.take_free_place(session, slot.id, now=now)
    appointment = Appointment(
        reference=_free_reference(session),
        place_id=place_id,
        pair_id=request.pair_id,
        origin=request.origin,
        language=request.language,
        phone=request.phone,
        held_until=now + HELD_FOR,
    )
    return _keep(session, appointment, request.doses, "hold", by_id=by_id, now=now)


def _keep(
    session: Session,
    appointment: Appointment,
    doses: Sequence[PlannedFor],
    verb: str,
    *,
    by_id: int | None,
    now: datetime,
) -> Appointment:
    appointment.planned_doses = [
        PlannedDose(
            course_id=dose.course_id,
            dose_number=dose.dose_number,
            previous_on=dose.previous_on,
            patient_id=appointment.patient_id,
        )
        for dose in doses
    ]
    session.add(appointment)
    patient_id = appointment.patient_id
    sign(session, verb, appointment, by_id=by_id, now=now, patient_id=patient_id)
    return appointment


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference(CHANCE)
        if session.scalar(_TAKEN, {"reference": reference}) is None:
            return reference


def confirm(
    session: Session,
    appointment_ids: Sequence[int],
    person: Person,
    *,
    by_id: int | None,
    now: datetime,
) -> list[Appointment]:
    """Book what was held: one appointment, or the two of a pair together, in order of their days.

    The person is matched by folded names and birth date; a match is neither shown nor changed.

    Raises:
        HoldLapsed: the ten minutes are over.
        AlreadyBooked: the person has a live appointment for this course and dose.
        CallTheCentre: what is on record speaks against it; staff are told what.
        PairOutsideInterval, SecondNeeded, and all that the rules of the courses refuse.
    """
    held = candidate.held(session, appointment_ids, now=now)
    candidate.check_without_record(session, held, person, by_id=by_id)
    patient, is_new = people.patient_for(session, person, by_id=by_id, now=now)
    if not is_new:
        people.release_spent(session, patient.id, candidate.doses_of(held), now=now)
        candidate.check_with_record(session, held, person, patient.id, by_id=by_id)
    for appointment, _day in held:
        _book(session, appointment, patient.id, person, by_id=by_id, now=now)
    return [appointment for appointment, _day in held]


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
    people.release_spent(session, patient.id, wanted, now=now)
    slot, place_id = _place_for(session, request, by_id=by_id, now=now)
    places.refuse_unoffered(slot, [dose.course_id for dose in request.doses])
    candidate.check_known(session, patient, request.doses, slot.day, declared=request.declared)
    appointment = Appointment(
        reference=_free_reference(session),
        place_id=place_id,
        patient_id=patient.id,
        pair_id=request.pair_id,
        origin=request.origin,
        language=request.language,
        phone=request.phone,
        email=request.email,
        booked_at=now,
        booked_by_id=by_id,
        declared_at=now if request.declared else None,
    )
    _keep(session, appointment, request.doses, "book", by_id=by_id, now=now)
    enqueue(session, appointment, MessageKind.CONFIRMATION, now=now)
    return appointment


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


def _book(
    session: Session,
    appointment: Appointment,
    patient_id: int,
    person: Person,
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    appointment.patient_id = patient_id
    appointment.booked_at = now
    appointment.booked_by_id = by_id
    appointment.declared_at = now if person.declared else None
    appointment.phone = person.phone
    appointment.email = person.email
    appointment.language = person.language
    for planned in appointment.planned_doses:
        planned.patient_id = patient_id
    sign(session, "book", appointment, by_id=by_id, now=now, patient_id=patient_id)
    enqueue(session, appointment, MessageKind.CONFIRMATION, now=now)
