"""The French public holidays."""

from datetime import date

import pytest

from vaxcentre.rules.days_off import day_off, easter_sunday


@pytest.mark.parametrize(
    "day",
    [
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2011, 4, 24),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
        date(2049, 4, 18),
        date(2076, 4, 19),
    ],
)
def test_easter_falls_where_the_almanac_says(day: date) -> None:
    assert easter_sunday(day.year) == day


def test_a_year_has_eleven_public_holidays() -> None:
    days = [date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(365)]
    assert [day.isoformat() for day in days if day_off(day)] == [
        "2026-01-01",
        "2026-04-06",
        "2026-05-01",
        "2026-05-08",
        "2026-05-14",
        "2026-05-25",
        "2026-07-14",
        "2026-08-15",
        "2026-11-01",
        "2026-11-11",
        "2026-12-25",
    ]


def test_ascension_and_a_fixed_holiday_may_share_a_day() -> None:
    assert day_off(date(2008, 5, 1)) == "Labour Day"
