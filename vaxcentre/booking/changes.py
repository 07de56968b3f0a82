"""Move an appointment, or cancel it: the place is free for somebody else at once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit.service import sign
from vaxcentre.booking import candidate, eligibility, places
from vaxcentre.booking.cards import Subject, course_cards
from vaxcentre.booking.history import full_history
from vaxcentre.booking.refusals import (
    AlreadyHere,
    AppointmentCancelled,
    AppointmentPast,
    MoveByPhone,
    SlotOver,
)
from vaxcentre.booking.review import mark_to_review
from vaxcentre.messages.service import enqueue
from vaxcentre.models.appointment import Appointment, AppointmentMove
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.locks import take
from vaxcentre.models.visit import Visit
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import MessageKind


def cancel(
    session: Session,
    appointment_id: int,
    *,
    by_id: int | None,
    now: datetime,
    reason: str | None = None,
    also_pair: bool = False,
) -> Appointment:
    """Cancel an appointment, and the other of its pair where asked; a second time changes nothing.

    Where the first of a pair is cancelled alone, the second is marked to be reviewed.

    Raises:
        AppointmentPast, AlreadyHere: it is too late.
    """
    appointment, others = _locked(session, appointment_id)
    if appointment.cancelled_at is not None:
        return appointment
    _refuse_too_late(session, appointment, now)
    _cancel_one(session, appointment, reason, by_id=by_id, now=now)
    for other in others:
        is_open = not _is_over(session, other, now) and not _is_here(session, other)
        if also_pair and is_open:
            _cancel_one(session, other, reason, by_id=by_id, now=now)
        elif _starts_at(session, other) > _starts_at(session, appointment):
            mark_to_review(session, other, by_id=by_id, now=now)
    return appointment


def _cancel_one(
    session: Session,
    appointment: Appointment,
    reason: str | None,
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    appointment.cancelled_at = now
    appointment.cancelled_by_id = by_id
    appointment.cancel_reason = reason[:300] if reason else None
    for planned in appointment.planned_doses:
        planned.released_at = planned.released_at or now
    who = appointment.patient_id
    sign(session, "cancel", appointment, by_id=by_id, now=now, patient_id=who, reason=reason)
    enqueue(session, appointment, MessageKind.CANCELLATION, now=now)


def move(
    session: Session,
    appointment_id: int,
    slot_id: int,
    *,
    by_id: int | None,
    now: datetime,
    reason: str | None = None,
    pair_slot_id: int | None = None,
) -> Appointment:
    """Give an appointment another time; reference and link stay. The same time changes nothing.

    Of a pair, both stay inside the interval: `pair_slot_id` moves the other one with it.

    Raises:
        AppointmentCancelled, AppointmentPast, AlreadyHere: it is too late.
        SlotOver, ClinicClosed, NotYetOpen, CourseNotOffered, SlotFull: not to that time.
        PairOutsideInterval, and all that the rules of the courses refuse on the new day.
        MoveByPhone: to the public, where what is on record may have spoken against it.
    """
    appointment, others = _locked(session, appointment_id)
    # A first dose that has been received today is on record: its plan no longer counts.
    pair = [appointment, *(one for one in others if not _is_here(session, one))]
    steps = [(appointment, slot_id)]
    if pair_slot_id is not None and len(pair) == 2:
        steps.append((pair[1], pair_slot_id))
    # The earlier slot first, as when holding a pair: two of us never wait for each other.
    for one, target in sorted(steps, key=lambda step: _begins(session, step[1])):
        _refuse_change(session, one, now)
        _move_one(session, one, target, reason, by_id=by_id, now=now)
    _refuse_days(session, pair, by_id=by_id)
    return appointment


def _begins(session: Session, slot_id: int) -> datetime:
    """When a slot begins.

    Raises:
        SlotOver: there is no such slot.
    """
    starts_at = session.scalar(select(Slot.starts_at).where(Slot.id == slot_id))
    if starts_at is None:
        raise SlotOver
    return starts_at


def _move_one(
    session: Session,
    appointment: Appointment,
    slot_id: int,
    reason: str | None,
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    before = appointment.place_id
    if session.scalar(select(Place.slot_id).where(Place.id == before)) == slot_id:
        return
    slot = places.lock_slot(session, slot_id, by_id=by_id, now=now)
    places.refuse_unoffered(slot, [p.course_id for p in appointment.planned_doses])
    appointment.place_id = places.take_free_place(session, slot_id, now=now)
    appointment.moved_at = now
    was_to_review, appointment.to_review_at = appointment.to_review_at is not None, None
    session.add(
        AppointmentMove(
            appointment_id=appointment.id,
            from_place_id=before,
            to_place_id=appointment.place_id,
            moved_at=now,
            moved_by_id=by_id,
            reason=reason[:300] if reason else None,
        )
    )
    who = appointment.patient_id
    details = {"reason": reason} | ({"reviewed": True} if was_to_review else {})
    sign(session, "move", appointment, by_id=by_id, now=now, patient_id=who, **details)
    enqueue(session, appointment, MessageKind.CHANGE, now=now)


def _refuse_days(session: Session, pair: list[Appointment], *, by_id: int | None) -> None:
    """Hold the new days against the rules: each appointment on its own, then the two together."""
    dated = sorted(((_day(session, one), one) for one in pair), key=lambda item: item[0])
    (first_on, first), *later = dated
    patient = first.patient
    if patient is None:
        return
    cards = course_cards(session)
    own = [one.id for one in pair]
    history = full_history(session, patient.id, before=first_on, without=own)
    subject = Subject(patient.birth_on, first.declared_courses, tuple(history))
    try:
        eligibility.check(cards, candidate.wanted(first), subject, on=first_on)
        for on, other in later:
            doses = candidate.wanted(other)
            eligibility.check_pair(cards, doses, subject, first_on=first_on, on=on)
    except Refusal as refusal:
        if history and by_id is None:
            raise MoveByPhone from refusal
        raise


def others_of_pair(session: Session, appointment: Appointment) -> list[Appointment]:
    """The other live appointments of a pair; none where it stands alone."""
    if appointment.pair_id is None:
        return []
    statement = (
        select(Appointment)
        .where(
            Appointment.pair_id == appointment.pair_id,
            Appointment.id != appointment.id,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
        )
        .order_by(Appointment.id)
    )
    return list(session.scalars(statement))


def _locked(session: Session, appointment_id: int) -> tuple[Appointment, list[Appointment]]:
    """An appointment and the others of its pair, taken in their order: whichever is asked for."""
    appointment = session.get_one(Appointment, appointment_id)
    others = others_of_pair(session, appointment)
    taken = take(session, Appointment, [appointment_id, *(other.id for other in others)])
    return appointment, [one for one in taken if one.id != appointment_id and one.is_live]


def _refuse_change(session: Session, appointment: Appointment, now: datetime) -> None:
    if appointment.cancelled_at is not None:
        raise AppointmentCancelled
    _refuse_too_late(session, appointment, now)


def _refuse_too_late(session: Session, appointment: Appointment, now: datetime) -> None:
    if appointment.booked_at is None:
        raise SlotOver  # a hold is let go, not cancelled
    if _is_here(session, appointment):
        raise AlreadyHere
    if _is_over(session, appointment, now):
        raise AppointmentPast


def _is_here(session: Session, appointment: Appointment) -> bool:
    visit = select(Visit.id).where(
        Visit.appointment_id == appointment.id, Visit.undone_at.is_(None)
    )
    return session.scalar(visit) is not None


def _is_over(session: Session, appointment: Appointment, now: datetime) -> bool:
    ends_at = select(Slot.ends_at).join(Place).where(Place.id == appointment.place_id)
    return session.scalars(ends_at).one() <= now


def _starts_at(session: Session, appointment: Appointment) -> datetime:
    starts_at = select(Slot.starts_at).join(Place).where(Place.id == appointment.place_id)
    return session.scalars(starts_at).one()


def _day(session: Session, appointment: Appointment) -> date:
    day = select(Clinic.day).join(Slot).join(Place).where(Place.id == appointment.place_id)
    return session.scalars(day).one()
