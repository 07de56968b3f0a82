"""A clinic is cut into slots that follow each other, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.slots import (
    ClinicEndsBeforeStart,
    ClinicTooLong,
    DayPart,
    NoDayInRepeat,
    NoRoomForSlot,
    NoWeekdayChosen,
    RepeatEndsBeforeStart,
    RepeatTooLong,
    SlotTooShort,
    cut,
    group_by_part_of_day,
    part_of_day,
    places_left,
    repeat_weekly,
)

PARIS = ZoneInfo("Europe/Paris")
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_it_cuts_an_hour_in_quarters() -> None:
    slots = cut(NINE, NINE + timedelta(hours=1), 15)

    assert [start.minute for start, _ in slots] == [0, 15, 30, 45]
    assert slots[-1][1] == NINE + timedelta(hours=1)


@given(st.integers(1, 1500), st.integers(1, 1500))
def test_slots_follow_each_other_inside_the_clinic(length: int, minutes: int) -> None:
    end = NINE + timedelta(minutes=length)
    if minutes > length:
        with pytest.raises(NoRoomForSlot):
            cut(NINE, end, minutes)
        return

    slots = cut(NINE, end, minutes)

    assert slots[0][0] == NINE
    assert all(one[1] == other[0] for one, other in pairwise(slots))
    assert all(stop - start == timedelta(minutes=minutes) for start, stop in slots)
    assert timedelta(0) <= end - slots[-1][1] < timedelta(minutes=minutes)


@pytest.mark.parametrize(("day", "hours"), [(29, 2), (22, 3)])
def test_the_night_the_clocks_go_forward_is_an_hour_shorter(day: int, hours: int) -> None:
    opens = datetime(2026, 3, day, 1, tzinfo=PARIS)

    slots = cut(opens, datetime(2026, 3, day, 4, tzinfo=PARIS), 60)

    assert len(slots) == hours
    assert all(start.tzinfo is UTC for start, _ in slots)


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    opens = datetime(2026, 10, 25, tzinfo=PARIS)

    slots = cut(opens, datetime(2026, 10, 26, tzinfo=PARIS), 60)

    assert len({start for start, _ in slots}) == 25


@pytest.mark.parametrize(
    ("length", "minutes", "refusal", "field"),
    [
        (timedelta(0), 5, ClinicEndsBeforeStart, "ends_at"),
        (timedelta(hours=-1), 5, ClinicEndsBeforeStart, "ends_at"),
        (timedelta(hours=26), 5, ClinicTooLong, "ends_at"),
        (timedelta(hours=1), 0, SlotTooShort, "minutes"),
        (timedelta(hours=1), -5, SlotTooShort, "minutes"),
        (timedelta(hours=1), 61, NoRoomForSlot, "minutes"),
    ],
)
def test_it_refuses(length: timedelta, minutes: int, refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as refused:
        cut(NINE, NINE + length, minutes)

    assert refused.value.field == field


def test_the_refusal_names_the_minutes() -> None:
    with pytest.raises(NoRoomForSlot, match="No slot of 90 minutes fits"):
        cut(NINE, NINE + timedelta(hours=1), 90)


def test_a_time_without_its_zone_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        cut(NINE.replace(tzinfo=None), NINE + timedelta(hours=1), 5)


def test_it_repeats_on_the_chosen_days_both_ends_included() -> None:
    days = repeat_weekly(date(2026, 3, 2), date(2026, 3, 11), {0, 2})

    assert days == (date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 11))


@pytest.mark.parametrize(
    ("last_day", "weekdays", "refusal", "field"),
    [
        (date(2026, 3, 1), {0}, RepeatEndsBeforeStart, "last_day"),
        (date(2027, 3, 4), {0}, RepeatTooLong, "last_day"),
        (date(2026, 3, 9), set(), NoWeekdayChosen, "weekdays"),
        (date(2026, 3, 3), {5}, NoDayInRepeat, "weekdays"),
    ],
)
def test_it_refuses_a_repeat(
    last_day: date, weekdays: set[int], refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        repeat_weekly(date(2026, 3, 2), last_day, weekdays)

    assert refused.value.field == field


@pytest.mark.parametrize(("places", "taken", "left"), [(3, 1, 2), (3, 3, 0), (3, 4, 0)])
def test_places_left_are_never_negative(places: int, taken: int, left: int) -> None:
    assert places_left(places, taken) == left


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [
        (0, 0, DayPart.MORNING),
        (11, 59, DayPart.MORNING),
        (12, 0, DayPart.AFTERNOON),
        (17, 59, DayPart.AFTERNOON),
        (18, 0, DayPart.EVENING),
    ],
)
def test_the_part_of_the_day_is_told_by_the_clock_on_the_wall(
    hour: int, minute: int, part: DayPart
) -> None:
    start = datetime(2026, 7, 1, hour, minute, tzinfo=PARIS)

    assert part_of_day(start.astimezone(UTC), PARIS) is part


def test_times_are_grouped_in_order_and_empty_parts_left_out() -> None:
    morning = datetime(2026, 3, 2, 9, tzinfo=PARIS)
    evening = [datetime(2026, 3, 2, hour, tzinfo=PARIS) for hour in (19, 18)]

    groups = group_by_part_of_day([*evening, morning], PARIS)

    assert list(groups.items()) == [
        (DayPart.MORNING, (morning,)),
        (DayPart.EVENING, (evening[1], evening[0])),
    ]
