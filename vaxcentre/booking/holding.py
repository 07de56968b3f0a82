"""Keep the chosen time for whoever is typing, and the second one that goes with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from vaxcentre.booking import eligibility, offer, service
from vaxcentre.booking.availability import FreeTime, Picture
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.offer import Wish
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import ClinicClosed, NoSecondTime, SlotFull, SlotOver
from vaxcentre.booking.service import HoldRequest

# The picture may be a second old: the best second time may be gone, hardly the best eight.
SECONDS_TRIED = 8
Held = list[AppointmentCard]  # nothing, one time, or the two of a pair in order


@dataclass(frozen=True)
class Visitor:
    """Who chooses: the language they read, and the mark of their address on the Internet."""

    language: str
    held_from: str | None


def hold_first(
    session: Session,
    picture: Picture,
    draft: Draft,
    held: Held,
    day: date,
    time: FreeTime,
    *,
    visitor: Visitor,
    now: datetime,
) -> tuple[int, ...]:
    """Keep this time, and a second one where the vaccination takes two; give the old first back.

    The second time that was kept stays, where it still fits and was not left for later.

    Raises:
        NoSecondTime: no second place is left, and the centre books both together.
        and all that `service.hold` refuses.
    """
    wish = draft.wish
    seconds = offer.seconds_of(picture, wish, day)
    is_for_later = len(held) == 1 and offer.may_come_later(picture, seconds)
    pair_id = secrets.token_hex(8) if seconds else None
    service.let_go(session, draft.holds, now=now)
    first = _hold(session, time.slot_id, wish.doses, pair_id, visitor, now)
    if not seconds or is_for_later:
        return (first,)
    best = offer.best_seconds(picture, wish, seconds, time, day)
    slots = [candidate.slot_id for candidate in best]
    if (kept := _kept_second(picture, wish, seconds, held, day)) is not None:
        slots.insert(0, kept)
    for slot_id in slots[:SECONDS_TRIED]:
        try:
            with session.begin_nested():  # a slot that is full is not kept from others
                return first, _hold(session, slot_id, seconds, pair_id, visitor, now)
        except (SlotFull, SlotOver, ClinicClosed):
            continue
    if offer.may_come_later(picture, seconds):
        return (first,)
    raise NoSecondTime


def _kept_second(
    picture: Picture, wish: Wish, seconds: tuple[PlannedFor, ...], held: Held, day: date
) -> int | None:
    """The slot of the second time that was kept, where it suits a first visit on that day."""
    if len(held) < 2:
        return None
    second = held[1]
    asked = {(dose.course_id, dose.dose_number) for dose in seconds}
    if asked != {(dose.course_id, dose.dose_number) for dose in second.doses}:
        return None
    days = {fitting.day for fitting in offer.fitting_days(picture, wish, seconds, day)}
    return second.slot_id if second.day in days else None


def hold_second(
    session: Session,
    held: Held,
    seconds: tuple[PlannedFor, ...],
    time: FreeTime,
    *,
    visitor: Visitor,
    now: datetime,
) -> tuple[int, ...]:
    """Keep another second time with the first one that is kept already.

    Raises: all that `service.hold` refuses.
    """
    first, *others = held
    service.let_go(session, [other.id for other in others], now=now)
    return first.id, _hold(session, time.slot_id, seconds, first.pair_id, visitor, now)


def _hold(
    session: Session,
    slot_id: int,
    doses: tuple[PlannedFor, ...],
    pair_id: str | None,
    visitor: Visitor,
    now: datetime,
) -> int:
    request = HoldRequest(
        slot_id, doses, language=visitor.language, pair_id=pair_id, held_from=visitor.held_from
    )
    return service.hold(session, request, by_id=None, now=now).id


def still_fits(picture: Picture, draft: Draft, held: Held) -> bool:
    """Whether the kept times suit the person as corrected."""
    wish = draft.wish
    kept = {(dose.course_id, dose.dose_number, dose.previous_on) for dose in held[0].doses}
    if kept != {(dose.course_id, dose.dose_number, dose.previous_on) for dose in wish.doses}:
        return False
    first_on = held[0].day
    if eligibility.may_have(picture.cards, wish.doses, wish.subject, on=first_on) is None:
        return False
    seconds = offer.seconds_of(picture, wish, first_on)
    if len(held) == 1:
        return not seconds or offer.may_come_later(picture, seconds)
    return any(
        day.day == held[1].day for day in offer.fitting_days(picture, wish, seconds, first_on)
    )
