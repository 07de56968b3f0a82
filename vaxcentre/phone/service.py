"""Book by phone: the next free times for this person, held the moment one is chosen."""

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking import availability, candidate, eligibility, offer
from vaxcentre.booking import service as booking
from vaxcentre.booking.availability import FreeTime, Picture
from vaxcentre.booking.eligibility import PlannedFor, Subject
from vaxcentre.booking.offer import Wish
from vaxcentre.booking.refusals import SlotFull
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Slot
from vaxcentre.rules.course import dose_due
from vaxcentre.rules.vocabulary import Origin

OFFERED = 3


@dataclass(frozen=True)
class Call:
    """What the caller wants, and who they are as far as is known."""

    course_ids: tuple[int, ...]
    birth_on: date
    declared: bool = False
    patient_id: int | None = None


@dataclass(frozen=True)
class Choice:
    """A time, and the second one where the vaccination takes two."""

    first: FreeTime
    second: FreeTime | None = None

    @property
    def value(self) -> str:
        """The numbers of the slots, as the button sends them."""
        return f"{self.first.slot_id}-{self.second.slot_id if self.second else ''}"


def wish_of(session: Session, call: Call, picture: Picture, today: date) -> Wish:
    """The doses that are due for this caller, by the record.

    Raises: all that the rules refuse.
    """
    history = (
        candidate.full_history(session, call.patient_id, before=date.max) if call.patient_id else []
    )
    doses = []
    for course_id in call.course_ids:
        card = picture.cards[course_id]
        due = dose_due(
            card.rules,
            history,
            course=card.code,
            disease=card.disease,
            birth_on=call.birth_on,
            on=today,
            conditions=card.conditions if call.declared else frozenset(),
        )
        doses.append(PlannedFor(course_id, due.dose_number))
    return Wish(tuple(doses), Subject(call.birth_on, call.declared, tuple(history)))


def choices(
    session: Session, call: Call, *, after: datetime, today: date, now: datetime
) -> list[Choice]:
    """The next three times for this caller after a moment, each with its second where needed.

    Raises: all that the rules refuse.
    """
    picture = availability.picture(session, now=now)
    wish = wish_of(session, call, picture, today)
    found: list[Choice] = []
    for choice in _all_choices(picture, wish, after):
        if not _is_still_free(session, choice, now):
            continue  # the picture may be a second old
        found.append(choice)
        if len(found) == OFFERED:
            break
    return found


def _is_still_free(session: Session, choice: Choice, now: datetime) -> bool:
    times = [choice.first, *([choice.second] if choice.second else [])]
    return all(availability.places_left_in(session, time.slot_id, now=now) for time in times)


def _all_choices(picture: Picture, wish: Wish, after: datetime) -> Iterator[Choice]:
    for day in picture.days(wish.course_ids, for_staff=True):
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
    booking.let_go(session, _ours(session, held), now=now)
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
