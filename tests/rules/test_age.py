"""Whole months and years, and the day an age is reached."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.age import age_in_months, age_in_years, day_of_age

ONE_DAY = timedelta(days=1)
BIRTHS = st.dates(date(1905, 1, 1), date(2026, 12, 31))


class TestAge:
    @pytest.mark.parametrize(
        ("birth_on", "on", "months"),
        [
            (date(1948, 3, 27), date(2026, 3, 26), 12 * 78 - 1),
            (date(1948, 3, 27), date(2026, 3, 27), 12 * 78),
            (date(2024, 2, 29), date(2025, 2, 28), 11),
            (date(2024, 2, 29), date(2025, 3, 1), 12),
            (date(2024, 2, 29), date(2028, 2, 29), 48),
            (date(2026, 1, 31), date(2026, 2, 28), 0),
            (date(2026, 1, 31), date(2026, 3, 1), 1),
            (date(2026, 5, 2), date(2026, 5, 1), -1),
        ],
    )
    def test_it_counts_whole_months(self, birth_on: date, on: date, months: int) -> None:
        assert age_in_months(birth_on, on) == months

    def test_someone_born_on_29_february_is_18_on_1_march(self) -> None:
        assert age_in_years(date(2008, 2, 29), date(2026, 2, 28)) == 17
        assert age_in_years(date(2008, 2, 29), date(2026, 3, 1)) == 18

    @given(BIRTHS, st.integers(0, 1400))
    def test_an_age_is_reached_on_its_day_and_not_the_day_before(
        self, birth_on: date, months: int
    ) -> None:
        day = day_of_age(birth_on, months)
        assert age_in_months(birth_on, day) == months
        assert age_in_months(birth_on, day - ONE_DAY) == months - 1

    @pytest.mark.parametrize(
        ("birth_on", "months", "day"),
        [
            (date(2024, 2, 29), 12, date(2025, 3, 1)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2026, 8, 31), 1, date(2026, 10, 1)),
            (date(2026, 12, 31), 2, date(2027, 3, 1)),
        ],
    )
    def test_a_day_that_does_not_exist_gives_way_to_the_first_of_the_next_month(
        self, birth_on: date, months: int, day: date
    ) -> None:
        assert day_of_age(birth_on, months) == day
