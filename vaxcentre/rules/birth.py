"""Birth dates as they are typed at a desk, and what is refused."""

import re
from datetime import date

from vaxcentre.rules.refusal import N_, Refusal

OLDEST_YEARS = 120

_SEPARATED = re.compile(r"([0-9]{1,2})[\s./-]+([0-9]{1,2})[\s./-]+([0-9]{2}|[0-9]{4})")
_RUN_TOGETHER = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2}|[0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class ImpossibleDate(Refusal):
    sentence = N_(
        "This date does not exist. Enter the day, the month and the year, for example 27/03/1948."
    )
    field = "birth_on"


class BirthUnreadable(ImpossibleDate):
    """Nothing, or something else than a day, a month and a year."""

    sentence = N_("Enter the day, the month and the year of birth, for example 27/03/1948.")


class BirthInFuture(Refusal):
    sentence = N_("This birth date is in the future. Check the day, the month and the year.")
    field = "birth_on"


class BirthTooLongAgo(Refusal):
    sentence = N_("This birth date is more than 120 years ago. Enter the year in four digits.")
    field = "birth_on"


class YearInTwoDigits(BirthTooLongAgo):
    """The year was cut short (fact: `year`, the latest that it can mean)."""

    sentence = N_("Write the year in four digits, for example %(year)s.")
    field = "birth_year"


def birth_date(day: int, month: int, year: int, *, today: date) -> date:
    """Make a birth date of its three numbers, the year in full.

    Raises:
        ImpossibleDate: the calendar has no such day.
        BirthInFuture, BirthTooLongAgo: nobody to be vaccinated was born that day.
    """
    born = _day(year, month, day)
    if born is None:
        raise ImpossibleDate
    if born > today:
        raise BirthInFuture
    if (today.year - born.year, (today.month, today.day)) > (
        OLDEST_YEARS,
        (born.month, born.day),
    ):
        raise BirthTooLongAgo
    return born


def read_birth_date(text: str, *, today: date) -> date:
    """Read a birth date from one box: 27/03/48, 27 3 1948, 27.03.1948, 27031948 or 270348.

    Two digits of a year mean the latest such day that is not in the future: in 2026, 48 is 1948
    and 25 is 2025. Who is over a hundred years old gives four digits; the age shown beside the
    box tells.

    Raises:
        BirthUnreadable: it is not three numbers.
        ImpossibleDate, BirthInFuture, BirthTooLongAgo: as in `birth_date`.
    """
    typed = text.strip()
    if match := _YEAR_FIRST.fullmatch(typed):
        year, month, day = match.groups()
    elif match := _SEPARATED.fullmatch(typed) or _RUN_TOGETHER.fullmatch(typed):
        day, month, year = match.groups()
    else:
        raise BirthUnreadable
    if len(year) == 4:
        return birth_date(int(day), int(month), int(year), today=today)
    return _latest(int(day), int(month), int(year), today)


def refuse_short_year(text: str, *, today: date) -> None:
    """See that the box of a year holds a whole one: 48 is asked again as 1948.

    Raises:
        YearInTwoDigits.
    """
    if re.fullmatch("[0-9]{1,2}", text.strip()):
        raise YearInTwoDigits(year=possible_birth_years(int(text), today=today)[0])


def possible_birth_years(two_digits: int, *, today: date) -> tuple[int, ...]:
    """List the years that two digits can mean for somebody alive, the latest first."""
    century = today.year - today.year % 100
    years = (century - n * 100 + two_digits for n in range(3))
    return tuple(year for year in years if today.year - OLDEST_YEARS <= year <= today.year)


def _latest(day: int, month: int, two_digits: int, today: date) -> date:
    for year in possible_birth_years(two_digits, today=today):
        born = _day(year, month, day)
        if born is not None and born <= today:
            return birth_date(day, month, year, today=today)
    raise ImpossibleDate


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
