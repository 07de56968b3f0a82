"""Where an appointment may go, so that both of a pair stay inside the interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking import offer
from vaxcentre.booking.availability import FreeTime, OpenDay, Picture
from vaxcentre.booking.cards import Subject
from vaxcentre.booking.eligibility import PlannedFor, may_have
from vaxcentre.booking.history import full_history
from vaxcentre.booking.offer import Wish
from vaxcentre.booking.queries import AppointmentCard, with_pair
from vaxcentre.booking.refusals import NoSecondTime
from vaxcentre.models.appointment import Appointment
from vaxcentre.rules.course import PastDose


@dataclass(frozen=True)
class Change:
    """The appointment to be moved, and the live one of its pair."""

    card: AppointmentCard
    other: AppointmentCard | None
    # What is on record, for staff; None on the public pages, which show nothing of it.
    history: tuple[PastDose, ...] | None = None

    @property
    def is_second(self) -> bool:
        """Whether the appointment follows the other of its pair."""
        return self.other is not None and self.other.starts_at < self.card.starts_at


def change_for_staff(session: Session, appointment_id: int, *, now: datetime) -> Change | None:
    """A live appointment with the other of its pair that can still follow, and the record."""
    cards = with_pair(session, appointment_id)
    live = [one for one in cards if one.booked_at and not one.cancelled_at and not one.lapsed_at]
    card = next((one for one in live if one.id == appointment_id), None)
    if card is None:
        return None
    other = next((one for one in live if one.id != card.id and not one.is_past(now)), None)
    patient_id = session.scalar(
        select(Appointment.patient_id).where(Appointment.id == appointment_id)
    )
    ids = [one.id for one in (card, other) if one]
    history = full_history(session, patient_id or 0, before=date.max, without=ids)
    return Change(card, other, tuple(history))


def _wish_of(change: Change, card: AppointmentCard) -> Wish:
    """The doses and the person of an appointment, as the rules are asked."""
    assert card.birth_on is not None
    return Wish(_doses(card), Subject(card.birth_on, card.declared, change.history or ()))


def _doses(card: AppointmentCard) -> tuple[PlannedFor, ...]:
    return tuple(PlannedFor(d.course_id, d.dose_number, d.previous_on) for d in card.doses)


def days_for(picture: Picture, change: Change) -> Iterator[OpenDay]:
    """The days with all doses of the appointment on which it, and its pair, keep the rules."""
    if change.is_second and change.other is not None:
        first = change.other
        yield from offer.fitting_days(
            picture, _wish_of(change, first), _doses(change.card), first.day
        )
        return
    wish = _wish_of(change, change.card)
    for day in picture.days(wish.course_ids):
        if _suits(picture, change, wish, day.day):
            full = (
                day.times and change.other is not None and not _can_follow(picture, change, day.day)
            )
            yield offer.without_second(day) if full else day


def _suits(picture: Picture, change: Change, wish: Wish, on: date) -> bool:
    """Whether the rules let this person have the doses that day, as far as is known."""
    if change.history is not None or all(
        dose.dose_number == 1 or dose.previous_on for dose in wish.doses
    ):
        return may_have(picture.cards, wish.doses, wish.subject, on=on) is not None
    return on >= change.card.day  # the record decides when it is moved; nothing is shown of it


def must_follow(picture: Picture, change: Change, on: date) -> bool:
    """Whether the second appointment cannot stay where it is when the first goes to that day."""
    if change.other is None or change.is_second:
        return False
    kept = offer.fitting_days(picture, _wish_of(change, change.card), _doses(change.other), on)
    return change.other.day not in {day.day for day in kept}


def _can_follow(picture: Picture, change: Change, on: date) -> bool:
    if change.other is None or not must_follow(picture, change, on):
        return True
    seconds = offer.second_days(picture, _wish_of(change, change.card), _doses(change.other), on)
    return next(seconds, None) is not None


def follow_time(picture: Picture, change: Change, on: date, first: FreeTime) -> FreeTime:
    """The best time for the second appointment after the moved first one.

    Raises:
        NoSecondTime: there is none.
    """
    assert change.other is not None
    wish = _wish_of(change, change.card)
    times = offer.best_seconds(picture, wish, _doses(change.other), first, on)
    if not times:
        raise NoSecondTime
    return times[0]
