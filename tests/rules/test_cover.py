"""A dose behind each place, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.cover import Need, Supply, missing_doses

MONDAY = date(2026, 11, 23)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("supplies", "needs", "missing"),
    [
        pytest.param([], [Need(day(0), 3)], 3, id="nothing in stock"),
        pytest.param([Supply(10, day(0))], [Need(day(0), 4), Need(day(9), 6)], 0, id="just enough"),
        pytest.param([Supply(10, day(0))], [Need(day(0), 4), Need(day(9), 7)], 1, id="one short"),
        pytest.param([Supply(5, day(3))], [Need(day(2), 1)], 1, id="delivered the day after"),
        pytest.param([Supply(5, day(3))], [Need(day(3), 5)], 0, id="delivered that day"),
        pytest.param(
            [Supply(5, day(0), day(1))], [Need(day(2), 1)], 1, id="expired the day before"
        ),
        pytest.param(
            [Supply(5, day(0), day(1)), Supply(5, day(0))],
            [Need(day(1), 5), Need(day(2), 5)],
            0,
            id="what expires first is used first",
        ),
        pytest.param([Supply(2, day(0))], [Need(day(5), 2), Need(day(0), 1)], 1, id="in any order"),
    ],
)
def test_it_counts_what_nobody_will_have(
    supplies: list[Supply], needs: list[Need], missing: int
) -> None:
    assert missing_doses(supplies, needs) == missing


days = st.integers(0, 6)
some_supplies = st.lists(
    st.builds(
        lambda doses, first, longer: Supply(doses, day(first), day(first + longer)),
        st.integers(1, 3),
        days,
        days,
    ),
    max_size=5,
)
some_needs = st.lists(
    st.builds(lambda on, n: Need(day(on), n), days, st.integers(1, 3)), max_size=5
)


@given(some_supplies, some_needs)
def test_no_other_order_serves_more_people(supplies: list[Supply], needs: list[Need]) -> None:
    """Against a matching of every single dose with every single need (augmenting paths)."""
    doses = [supply for supply in supplies for _ in range(supply.doses)]
    wanted = [need for need in needs for _ in range(need.doses)]
    given_to: dict[int, int] = {}

    def serve(number: int, tried: set[int]) -> bool:
        for place, dose in enumerate(doses):
            if place in tried or not dose.from_on <= wanted[number].on <= dose.until_on:
                continue
            tried.add(place)
            if place not in given_to or serve(given_to[place], tried):
                given_to[place] = number
                return True
        return False

    served = sum(serve(number, set()) for number in range(len(wanted)))
    assert missing_doses(supplies, needs) == len(wanted) - served
