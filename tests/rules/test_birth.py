"""A birth date is read as the desk types it, and an impossible one is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.birth import (
    BirthInFuture,
    BirthTooLongAgo,
    BirthUnreadable,
    ImpossibleDate,
    YearInTwoDigits,
    birth_date,
    possible_birth_years,
    read_birth_date,
    refuse_short_year,
)
from vaxcentre.rules.refusal import Refusal

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    [
        "27/03/48",
        "27 3 1948",
        "27031948",
        "27.03.1948",
        "270348",
        "27-03-1948",
        " 27 / 03 / 1948 ",
        "1948-03-27",
    ],
)
def test_it_reads_what_is_typed(text: str) -> None:
    assert read_birth_date(text, today=TODAY) == date(1948, 3, 27)


@pytest.mark.parametrize(
    ("year", "meant"), [("48", 1948), ("26", 2026), ("27", 1927), ("00", 2000), (" 5", 2005)]
)
def test_a_year_in_two_digits_is_asked_in_four(year: str, meant: int) -> None:
    with pytest.raises(YearInTwoDigits) as refusal:
        refuse_short_year(year, today=TODAY)
    assert refusal.value.facts["year"] == meant


@pytest.mark.parametrize("year", ["1948", "194", "", "x", "٤٨"])
def test_what_is_no_short_year_is_left_to_the_calendar(year: str) -> None:
    refuse_short_year(year, today=TODAY)


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("01/06/25", date(2025, 6, 1)),
        ("21/11/26", date(2026, 11, 21)),
        ("22/11/26", date(1926, 11, 22)),
        ("01/01/27", date(1927, 1, 1)),
        ("29/02/00", date(2000, 2, 29)),
    ],
)
def test_two_digits_are_the_latest_past_year(text: str, born: date) -> None:
    assert read_birth_date(text, today=TODAY) == born


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("31/02/1948", ImpossibleDate),
        ("29/02/1900", ImpossibleDate),
        ("29/02/25", ImpossibleDate),
        ("32/13/1948", ImpossibleDate),
        ("00/00/1948", ImpossibleDate),
        ("27/03", ImpossibleDate),
        ("27/03/194", ImpossibleDate),
        ("mars", ImpossibleDate),
        ("", ImpossibleDate),
        ("٢٧/٠٣/١٩٤٨", ImpossibleDate),
        ("01/01/0000", ImpossibleDate),
        ("22/11/2026", BirthInFuture),
        ("20/11/1906", BirthTooLongAgo),
        ("27/03/0048", BirthTooLongAgo),
    ],
)
def test_it_refuses(text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        read_birth_date(text, today=TODAY)

    assert refused.value.field == "birth_on"


def test_a_hundred_and_twenty_years_is_not_too_long() -> None:
    assert birth_date(21, 11, 1906, today=TODAY) == date(1906, 11, 21)


@pytest.mark.parametrize("numbers", [(31, 4, 1990), (1, 1, 10**30), (-1, 5, 1990)])
def test_three_boxes_are_checked_too(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ImpossibleDate):
        birth_date(*numbers, today=TODAY)


@given(st.dates(date(1906, 11, 22), TODAY))
def test_every_birth_date_is_read_in_every_writing(born: date) -> None:
    for text in (f"{born:%d/%m/%Y}", f"{born:%d%m%Y}", born.isoformat(), f"{born:%d.%m.%Y}"):
        assert read_birth_date(text, today=TODAY) == born


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        assert read_birth_date(text, today=TODAY) <= TODAY
    except Refusal as refusal:
        assert refusal.field == "birth_on"


def test_two_digits_may_mean_two_years() -> None:
    assert possible_birth_years(42, today=TODAY) == (1942,)
    assert possible_birth_years(15, today=TODAY) == (2015, 1915)
    assert possible_birth_years(6, today=TODAY) == (2006, 1906)


@pytest.mark.parametrize("typed", ["", "  ", "x/é/1948", "mars 1948", "27/03"])
def test_what_is_no_date_at_all_is_asked_for_plainly(typed: str) -> None:
    with pytest.raises(BirthUnreadable):
        read_birth_date(typed, today=date(2026, 11, 23))
