"""What can be offered to one person: days, times, and the second appointment that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from vaxcentre.booking import eligibility
from vaxcentre.booking.availability import FreeTime, OpenDay, Picture
from vaxcentre.booking.cards import Subject
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.rules.course import window_after
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import PairChoice

DAYS_A_PAGE = 10
Days = Iterable[OpenDay]


@dataclass(frozen=True)
class Wish:
    """The doses one person wants, and who that is."""

    doses: tuple[PlannedFor, ...]
    subject: Subject

    @property
    def course_ids(self) -> frozenset[int]:
        """The courses of the visit."""
        return frozenset(dose.course_id for dose in self.doses)


@dataclass(frozen=True)
class DayPage:
    """Ten days, and whether there are more."""

    days: tuple[OpenDay, ...]
    number: int
    has_next: bool
    first_free: date | None  # of all pages


def seconds_of(picture: Picture, wish: Wish, first_on: date) -> tuple[PlannedFor, ...]:
    """The second doses that go with a first visit that day; none where one dose is all."""
    found = []
    for dose in wish.doses:
        if dose.dose_number != 1:
            continue
        second = PlannedFor(dose.course_id, 2)
        if eligibility.rule_of_second(picture.cards, second, wish.subject, first_on) is not None:
            found.append(second)
    return tuple(found)


def may_come_later(picture: Picture, seconds: Sequence[PlannedFor]) -> bool:
    """Whether the centre lets people book these second doses another day."""
    return all(
        picture.cards[dose.course_id].pair_choice is PairChoice.LATER_ALLOWED for dose in seconds
    )


def check_person(picture: Picture, wish: Wish, today: date) -> None:
    """Refuse who cannot have these doses on any day to come, with the sentence of the first day.

    Somebody who will be old enough, or whose interval will have passed, on an open day is let on.

    Raises: all that the rules of the courses refuse.
    """
    try:
        eligibility.check(picture.cards, wish.doses, wish.subject, on=today)
    except Refusal:
        if next(eligible_days(picture, wish), None) is None:
            raise
    seconds_of(picture, wish, today)


def eligible_days(picture: Picture, wish: Wish) -> Iterator[OpenDay]:
    """The days on which this person may have all these doses, full and closed ones included."""
    for day in picture.days(wish.course_ids):
        if eligibility.may_have(picture.cards, wish.doses, wish.subject, on=day.day) is not None:
            yield without_second(day) if _lacks_second(picture, wish, day) else day


def without_second(day: OpenDay) -> OpenDay:
    """The day as full: its places lead to no second appointment."""
    return OpenDay(day.day, (), 0, day.is_closed, day.opens_at)


def _lacks_second(picture: Picture, wish: Wish, day: OpenDay) -> bool:
    if not day.times:
        return False
    seconds = seconds_of(picture, wish, day.day)
    if not seconds or may_come_later(picture, seconds):
        return False
    return next(second_days(picture, wish, seconds, day.day), None) is None


def second_days(
    picture: Picture, wish: Wish, seconds: Sequence[PlannedFor], first_on: date
) -> Iterator[OpenDay]:
    """The days with places inside the interval after a first visit that day."""
    return (day for day in fitting_days(picture, wish, seconds, first_on) if day.times)


def fitting_days(
    picture: Picture, wish: Wish, seconds: Sequence[PlannedFor], first_on: date
) -> Iterator[OpenDay]:
    """The days inside the interval after a first visit that day, full ones included."""
    for day in picture.days(frozenset(dose.course_id for dose in seconds)):
        if day.day > first_on and _fits(picture, wish, seconds, first_on, day.day):
            yield day


def _fits(
    picture: Picture, wish: Wish, seconds: Sequence[PlannedFor], first_on: date, on: date
) -> bool:
    try:
        eligibility.check_pair(picture.cards, seconds, wish.subject, first_on=first_on, on=on)
    except Refusal:
        return False
    return True


def best_seconds(
    picture: Picture, wish: Wish, seconds: Sequence[PlannedFor], first: FreeTime, first_on: date
) -> list[FreeTime]:
    """Times for the second visit, the best first: nearest to the wished day, then to the hour."""
    target = _target(picture, wish, seconds, first_on)
    days = sorted(
        second_days(picture, wish, seconds, first_on), key=lambda day: abs((day.day - target).days)
    )
    hour = first.starts_at.hour * 60 + first.starts_at.minute

    def distance(time: FreeTime) -> int:
        return abs(time.starts_at.hour * 60 + time.starts_at.minute - hour)

    return [time for day in days for time in sorted(day.times, key=distance)]


def _target(picture: Picture, wish: Wish, seconds: Sequence[PlannedFor], first_on: date) -> date:
    rules = [
        eligibility.rule_of_second(picture.cards, second, wish.subject, first_on)
        for second in seconds
    ]
    return max((window_after(rule, first_on).target_on for rule in rules if rule), default=first_on)


def day_page(picture: Picture, wish: Wish, number: int) -> DayPage:
    """The page of this number, from 1, of the days for this person."""
    key = ("days", wish)
    days = picture.notes.get(key)
    if not isinstance(days, tuple):
        days = picture.notes[key] = tuple(eligible_days(picture, wish))
    return page_of(days, number)


def page_of(days: Sequence[OpenDay], number: int) -> DayPage:
    """Cut ten days out of many."""
    number = max(1, min(number, (len(days) - 1) // DAYS_A_PAGE + 1))
    begin = (number - 1) * DAYS_A_PAGE
    end = begin + DAYS_A_PAGE
    first_free = next((day.day for day in days if day.times), None)
    return DayPage(tuple(days[begin:end]), number, len(days) > end, first_free)
