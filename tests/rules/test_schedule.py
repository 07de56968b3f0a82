"""Which rows hold for a person on a day, and the days they leave for the next dose."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.rows import hpv_rules, rule
from vaxcentre.rules.schedule import doses_in_schedule, schedule_for, window_after

ONE_DAY = timedelta(days=1)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


class TestSchedule:
    def test_the_age_on_the_day_of_the_first_dose_decides(self) -> None:
        fifteen_on = date(2026, 6, 10)
        for first_on, doses in [(fifteen_on - ONE_DAY, 2), (fifteen_on, 3)]:
            schedule = schedule_for(
                hpv_rules(),
                birth_on=date(2011, 6, 10),
                first_dose_on=first_on,
                on=date(2027, 1, 4),
            )
            assert doses_in_schedule(schedule) == doses
            assert [r.dose_number for r in schedule] == list(range(1, doses + 1))

    def test_nothing_is_open_outside_the_ages(self) -> None:
        schedule = schedule_for(
            hpv_rules(),
            birth_on=date(1980, 1, 1),
            first_dose_on=date(2026, 1, 1),
            on=date(2026, 1, 1),
        )
        assert schedule == ()
        assert doses_in_schedule(schedule) == 0

    def test_a_declared_condition_comes_before_the_general_schedule(self) -> None:
        rules = [
            rule(1, min_age_months=780),
            rule(1, schedule="immuno", min_age_months=216, condition="immunocompromised"),
        ]
        labels = []
        for conditions in (frozenset[str](), frozenset({"immunocompromised"})):
            schedule = schedule_for(
                rules,
                birth_on=date(1950, 1, 1),
                first_dose_on=date(2026, 1, 1),
                on=date(2026, 1, 1),
                conditions=conditions,
            )
            labels.append([row.schedule for row in schedule])
        assert labels == [[""], ["immuno"]]

    def test_of_two_open_schedules_the_narrower_age_range_holds(self) -> None:
        rules = [
            rule(1, schedule="all", max_age_months=192),
            rule(1, schedule="teens", min_age_months=132, max_age_months=192),
        ]
        schedule = schedule_for(
            rules,
            birth_on=date(2013, 1, 1),
            first_dose_on=date(2026, 1, 1),
            on=date(2026, 1, 1),
        )
        assert [r.schedule for r in schedule] == ["teens"]

    def test_the_newer_of_two_rows_in_force_holds(self) -> None:
        rules = [
            rule(1, valid_from=date(2026, 5, 1), observation_minutes=30),
            rule(1, valid_from=date(2021, 1, 1)),
        ]
        for day, minutes in [(date(2026, 4, 30), 15), (date(2026, 5, 1), 30)]:
            (row,) = schedule_for(rules, birth_on=date(1990, 1, 1), first_dose_on=day, on=day)
            assert row.observation_minutes == minutes

    @given(DAYS)
    def test_a_row_holds_from_its_first_day_to_the_day_before_its_end(self, start: date) -> None:
        row = rule(valid_from=start, valid_until=start + 30 * ONE_DAY)
        assert not row.is_in_force_on(start - ONE_DAY)
        assert row.is_in_force_on(start)
        assert row.is_in_force_on(start + 29 * ONE_DAY)
        assert not row.is_in_force_on(start + 30 * ONE_DAY)


class TestWindow:
    @given(DAYS, st.integers(1, 200), st.integers(0, 100), st.integers(0, 100))
    def test_the_window_runs_from_the_shortest_gap_to_the_longest(
        self, given_on: date, shortest: int, more: int, most: int
    ) -> None:
        second = rule(
            2,
            min_days=shortest,
            target_days=shortest + more,
            max_days=shortest + more + most,
        )
        window = window_after(second, given_on)
        assert (window.earliest_on - given_on).days == shortest
        assert (window.target_on - given_on).days == shortest + more
        assert window.latest_on == given_on + timedelta(days=shortest + more + most)

    def test_a_rule_without_gaps_opens_the_next_day_and_never_closes(self) -> None:
        window = window_after(rule(2), date(2026, 3, 2))
        assert window.earliest_on == window.target_on == date(2026, 3, 3)
        assert window.latest_on is None
