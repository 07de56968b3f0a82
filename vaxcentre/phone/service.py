"""Book by phone: the next free times for this person, held the moment one is chosen."""

import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking import availability, eligibility, moving, offer
from vaxcentre.booking import service as booking
from vaxcentre.booking.availability import FreeTime, OpenDay, Picture
from vaxcentre.booking.cards import CourseCard, Subject
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.history import full_history, past_doses
from vaxcentre.booking.moving import Change
from vaxcentre.booking.offer import Wish
from vaxcentre.booking.refusals import NoSecondTime, SlotFull
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Slot
from vaxcentre.phone.refusals import AlreadyExpected
from vaxcentre.rules.course import PastDose
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Origin

OFFERED = 3


@dataclass(frozen=True)
class Elsewhere:
    """The last injection of a course that was given elsewhere, as the caller says it."""

    course_id: int
    dose_number: int
    given_on: date


@dataclass(frozen=True)
class Call:
    """What the caller wants, and who they are as far as is known."""

    course_ids: tuple[int, ...]
    birth_on: date
    declared: frozenset[int] = frozenset()  # the courses whose condition the caller declares
    patient_id: int | None = None
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True)
class Choice:
    """A time, and the second one where the vaccination takes two."""

    first: FreeTime
    second: FreeTime | None = None

    @property
    def slots(self) -> tuple[int, int | None]:
        """The numbers of the slots."""
        return self.first.slot_id, self.second.slot_id if self.second else None

    @property
    def value(self) -> str:
        """The numbers of the slots, as the button sends them."""
        return f"{self.first.slot_id}-{self.second.slot_id if self.second else ''}"


def wish_of(session: Session, call: Call, picture: Picture, today: date) -> Wish:
    """The doses that are due for this caller: by the record, or where it is empty by what they say.

    Raises:
        AlreadyExpected: an appointment of theirs is for the last one that is due.
        and all that the rules refuse.
    """
    history = full_history(session, call.patient_id, before=date.max) if call.patient_id else []
    given = past_doses(session, call.patient_id) if call.patient_id else []
    planned = {dose.course for dose in history if dose not in given}
    subject = Subject(call.birth_on, call.declared, tuple(history))
    doses = []
    for course_id in call.course_ids:
        card = picture.cards[course_id]
        said = _said(call.elsewhere, card, history)
        try:
            due = eligibility.due(card, subject, on=today, said=said)
        except Refusal:
            if card.code in planned:
                raise AlreadyExpected from None
            raise
        previous_on = said[0].given_on if said else None
        doses.append(PlannedFor(course_id, due.dose_number, previous_on))
    return Wish(tuple(doses), subject)


def _said(
    elsewhere: Elsewhere | None, card: CourseCard, history: Collection[PastDose]
) -> list[PastDose]:
    if elsewhere is None or elsewhere.course_id != card.id:
        return []
    if any(past.course == card.code for past in history):
        return []
    return [PastDose(card.code, card.disease, elsewhere.dose_number, elsewhere.given_on)]


def choices(
    session: Session,
    call: Call,
    *,
    after: datetime,
    today: date,
    now: datetime,
    near: datetime | None = None,
) -> list[Choice]:
    """The next three times for this caller after a moment, each with its second where needed.

    With `near`, the three times nearest to that one: two who come together.

    Raises: all that the rules refuse.
    """
    picture = availability.picture(session, now=now)
    wish = wish_of(session, call, picture, today)
    found: list[Choice] = []
    for choice in _all_choices(picture, wish, after, near):
        if not _is_still_free(session, choice, now):
            continue  # the picture may be a second old
        found.append(choice)
        if len(found) == OFFERED:
            break
    return found


def _is_still_free(session: Session, choice: Choice, now: datetime) -> bool:
    times = [choice.first, *([choice.second] if choice.second else [])]
    return all(availability.places_left_in(session, time.slot_id, now=now) for time in times)


def _all_choices(
    picture: Picture, wish: Wish, after: datetime, near: datetime | None
) -> Iterator[Choice]:
    days = picture.days(wish.course_ids, for_staff=True)
    for day in _nearest_first(days, near) if near else days:
        times = [time for time in day.times if time.starts_at > after]
        if (
            not times
            or eligibility.may_have(picture.cards, wish.doses, wish.subject, on=day.day) is None
        ):
            continue
        seconds = offer.seconds_of(picture, wish, day.day)
        for time in times:
            best = offer.best_seconds(picture, wish, seconds, time, day.day) if seconds else []
            if not seconds or best:
                yield Choice(time, best[0] if best else None)
            elif offer.may_come_later(picture, seconds):
                yield Choice(time)


def _nearest_first(days: Iterable[OpenDay], near: datetime) -> list[OpenDay]:
    """Days and their times, ordered by how far they lie from a moment."""

    def distance(time: FreeTime) -> timedelta:
        return abs(time.starts_at - near)

    found = [replace(day, times=tuple(sorted(day.times, key=distance))) for day in days]
    return sorted(
        (day for day in found if day.times), key=lambda day: (distance(day.times[0]), day.day)
    )


def moves(picture: Picture, change: Change, *, after: datetime) -> Iterator[Choice]:
    """The times to which an appointment may go, each with that of the second where it must follow.

    Of a pair, both stay inside the interval.
    """
    for day in moving.days_for(picture, change):
        must_follow = moving.must_follow(picture, change, day.day)
        for time in day.times:
            if time.starts_at <= after or time.slot_id == change.card.slot_id:
                continue
            try:
                second = moving.follow_time(picture, change, day.day, time) if must_follow else None
            except NoSecondTime:
                break
            yield Choice(time, second)


def next_opening(session: Session, call: Call, *, now: datetime) -> datetime | None:
    """When places for this vaccination open next, where none is free."""
    days = availability.days_with_places(session, frozenset(call.course_ids), now=now)
    return min((day.opens_at for day in days if day.opens_at), default=None)


def hold(
    session: Session,
    call: Call,
    slots: tuple[int, int | None],
    held: Collection[int],
    *,
    language: str,
    by_id: int,
    today: date,
    now: datetime,
) -> list[int]:
    """Keep the chosen time (and its second) for ten minutes; what was held before is given back.

    Raises:
        SlotFull, and all that `booking.service.hold` refuses.
    """
    picture = availability.picture(session, now=now)
    wish = wish_of(session, call, picture, today)
    let_go(session, held, now=now)
    first_id, second_id = slots
    pair_id = secrets.token_hex(8) if second_id else None
    seconds = offer.seconds_of(picture, wish, _day_of(session, first_id))
    steps = [(first_id, wish.doses), *([(second_id, seconds)] if second_id else [])]
    return [
        booking.hold(
            session,
            booking.HoldRequest(
                slot_id, doses, origin=Origin.PHONE, language=language, pair_id=pair_id
            ),
            by_id=by_id,
            now=now,
        ).id
        for slot_id, doses in steps
    ]


def let_go(session: Session, held: Collection[int], *, now: datetime) -> None:
    """Give back what was held for this call."""
    booking.let_go(session, _ours(session, held), now=now)


def _day_of(session: Session, slot_id: int) -> date:
    """The day of a slot.

    Raises:
        SlotFull: there is no such slot any more.
    """
    day = session.scalar(
        select(Clinic.day).join(Slot, Slot.clinic_id == Clinic.id).where(Slot.id == slot_id)
    )
    if day is None:
        raise SlotFull
    return day


def _ours(session: Session, held: Collection[int]) -> list[int]:
    """Of these numbers, the holds that were made by phone: nobody else's is given back."""
    statement = select(Appointment.id).where(
        Appointment.id.in_(held), Appointment.origin == Origin.PHONE
    )
    return list(session.scalars(statement))
