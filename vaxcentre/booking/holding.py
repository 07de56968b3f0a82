"""Keep the chosen time for whoever is typing, and the second one that goes with it."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy.orm import Session

from vaxcentre.booking import eligibility, offer, service
from vaxcentre.booking.availability import FreeTime, Picture
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import NoSecondTime, SlotFull
from vaxcentre.booking.service import HoldRequest

# The picture may be a second old: the best second time may be gone, hardly the best eight.
SECONDS_TRIED = 8


def hold_first(
    session: Session,
    picture: Picture,
    draft: Draft,
    day: date,
    time: FreeTime,
    *,
    language: str,
    now: datetime,
) -> tuple[int, ...]:
    """Keep this time, and the best second one where the vaccination takes two; give the old back.

    Raises:
        NoSecondTime: no second place is left, and the centre books both together.
        and all that `service.hold` refuses.
    """
    wish = draft.wish
    seconds = offer.seconds_of(picture, wish, day)
    pair_id = secrets.token_hex(8) if seconds else None
    service.let_go(session, draft.holds, now=now)
    request = HoldRequest(time.slot_id, wish.doses, language=language, pair_id=pair_id)
    first = service.hold(session, request, by_id=None, now=now)
    if not seconds:
        return (first.id,)
    for candidate in offer.best_seconds(picture, wish, seconds, time, day)[:SECONDS_TRIED]:
        request = HoldRequest(candidate.slot_id, seconds, language=language, pair_id=pair_id)
        try:
            return first.id, service.hold(session, request, by_id=None, now=now).id
        except SlotFull:
            continue
    if offer.may_come_later(picture, seconds):
        return (first.id,)
    raise NoSecondTime


def hold_second(
    session: Session,
    held: list[AppointmentCard],
    seconds: tuple[PlannedFor, ...],
    time: FreeTime,
    *,
    language: str,
    now: datetime,
) -> tuple[int, ...]:
    """Keep another second time with the first one that is kept already.

    Raises: all that `service.hold` refuses.
    """
    first, *others = held
    service.let_go(session, [other.id for other in others], now=now)
    request = HoldRequest(time.slot_id, seconds, language=language, pair_id=first.pair_id)
    return first.id, service.hold(session, request, by_id=None, now=now).id


def still_fits(picture: Picture, draft: Draft, held: list[AppointmentCard]) -> bool:
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
