"""Which dose is due and on which days: the boundaries, one day before and on the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.rows import hpv, hpv_rules, hpv_rules_since_1900, rule
from vaxcentre.rules.age import Age
from vaxcentre.rules.course import (
    ConditionNotDeclared,
    CourseComplete,
    DoseAlreadyGiven,
    DoseRule,
    EarlierDoseMissing,
    NoRuleForAge,
    PastDose,
    RuleNotConfirmed,
    TooOld,
    TooSoonForDose,
    TooYoung,
    check_dose,
    day_of_age,
    dose_due,
)

ONE_DAY = timedelta(days=1)
BIRTHS = st.dates(date(1905, 1, 1), date(2026, 12, 31))
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


class TestFirstDose:
    @given(BIRTHS.filter(lambda day: day.year > 2010))
    def test_it_refuses_the_day_before_the_age_and_accepts_the_day_itself(
        self, birth_on: date
    ) -> None:
        from_day = day_of_age(birth_on, 132)
        with pytest.raises(TooYoung) as refusal:
            check_first(hpv_rules(), birth_on, from_day - ONE_DAY)
        assert refusal.value.facts["earliest"] == from_day
        assert refusal.value.facts["age"] == Age(132)
        assert check_first(hpv_rules(), birth_on, from_day).schedule == "11-14 ans"

    @given(BIRTHS.filter(lambda day: day.year < 2005))
    def test_it_accepts_the_day_before_the_age_ends_and_refuses_the_day_itself(
        self, birth_on: date
    ) -> None:
        until = day_of_age(birth_on, 324)
        assert check_first(hpv_rules_since_1900(), birth_on, until - ONE_DAY).dose_number == 1
        with pytest.raises(TooOld) as refusal:
            check_first(hpv_rules_since_1900(), birth_on, until)
        assert refusal.value.facts["before"] == until
        assert refusal.value.facts["age"] == Age(324)

    def test_between_two_age_ranges_there_is_no_rule(self) -> None:
        rules = [rule(max_age_months=216), rule(min_age_months=780)]
        with pytest.raises(NoRuleForAge) as refusal:
            check_first(rules, date(1986, 1, 1), date(2026, 1, 1))
        assert type(refusal.value) is NoRuleForAge

    def test_it_names_the_condition_that_would_open_the_course(self) -> None:
        rules = [rule(min_age_months=780), rule(condition="flu_risk", max_age_months=780)]
        with pytest.raises(ConditionNotDeclared) as refusal:
            check_first(rules, date(1986, 1, 1), date(2026, 1, 1))
        assert refusal.value.facts["condition"] == "flu_risk"

    def test_without_any_row_in_force_there_is_no_rule(self) -> None:
        rules = [rule(valid_until=date(2026, 1, 1))]
        with pytest.raises(NoRuleForAge):
            check_first(rules, date(1986, 1, 1), date(2026, 1, 1))

    def test_an_unconfirmed_row_cannot_be_used(self) -> None:
        with pytest.raises(RuleNotConfirmed):
            check_first([rule(is_confirmed=False)], date(1986, 1, 1), date(2026, 1, 1))

    @given(DAYS, st.integers(1, 400))
    def test_an_earlier_season_holds_it_back(self, last_on: date, gap: int) -> None:
        past = [PastDose("covid-2025", "covid-19", 1, last_on)]
        rules = [rule(min_days=gap)]
        earliest = last_on + timedelta(days=gap)
        with pytest.raises(TooSoonForDose) as refusal:
            check_covid(rules, past, earliest - ONE_DAY)
        assert refusal.value.facts == {"dose": 1, "earliest": earliest}
        assert check_covid(rules, past, earliest) == rules[0]

    def test_another_disease_does_not_hold_it_back(self) -> None:
        past = [PastDose("flu-2026", "influenza", 1, date(2026, 11, 1))]
        assert check_covid([rule(min_days=180)], past, date(2026, 11, 2)).min_days == 180

    def test_its_last_day_is_the_day_before_the_age_ends(self) -> None:
        due = dose_due(
            [rule(min_age_months=132, max_age_months=180)],
            [],
            course="hpv",
            disease="hpv",
            birth_on=date(2013, 5, 20),
            on=date(2026, 11, 21),
        )
        assert (due.dose_number, due.of) == (1, 1)
        assert due.earliest_on == date(2024, 5, 20)
        assert due.target_on == date(2026, 11, 21)
        assert due.latest_on == date(2028, 5, 19)


class TestLaterDoses:
    @given(DAYS, st.integers(1, 400))
    def test_it_refuses_the_day_before_the_gap_and_accepts_its_last_day(
        self, first_on: date, gap: int
    ) -> None:
        rules = [rule(1), rule(2, min_days=gap)]
        earliest = first_on + timedelta(days=gap)
        with pytest.raises(TooSoonForDose) as refusal:
            check_second(rules, first_on, earliest - ONE_DAY)
        assert refusal.value.facts == {"dose": 2, "earliest": earliest}
        assert check_second(rules, first_on, earliest) == rules[1]

    @given(DAYS, st.integers(0, 4000))
    def test_a_late_dose_is_never_refused_nor_starts_the_series_again(
        self, first_on: date, late: int
    ) -> None:
        rules = [rule(1), rule(2, min_days=150, max_days=397)]
        on = first_on + timedelta(days=397 + late)
        assert check_second(rules, first_on, on).dose_number == 2

    def test_a_series_begun_at_14_stays_one_of_two_doses_at_15(self) -> None:
        past = [hpv(1, date(2028, 6, 9))]
        assert check_hpv(past, 2, date(2029, 1, 8)).schedule == "11-14 ans"

    def test_two_doses_of_a_course_never_fall_on_one_day(self) -> None:
        with pytest.raises(TooSoonForDose):
            check_second([rule(1), rule(2)], date(2026, 3, 2), date(2026, 3, 2))

    def test_a_dose_in_the_history_is_not_given_again(self) -> None:
        past = [hpv(1, date(2026, 1, 5))]
        with pytest.raises(DoseAlreadyGiven) as refusal:
            check_hpv(past, 1, date(2026, 9, 1))
        assert refusal.value.facts["given"] == date(2026, 1, 5)

    def test_a_dose_is_not_given_before_the_one_it_follows(self) -> None:
        with pytest.raises(EarlierDoseMissing) as refusal:
            check_hpv([], 2, date(2026, 9, 1))
        assert refusal.value.facts == {"dose": 2, "due": 1}

    def test_a_complete_course_wants_nothing_more(self) -> None:
        past = [hpv(2, date(2026, 8, 1)), hpv(1, date(2026, 1, 5))]
        with pytest.raises(CourseComplete) as refusal:
            check_hpv(past, 3, date(2027, 9, 1))
        assert refusal.value.facts["last"] == date(2026, 8, 1)

    def test_the_rule_in_force_on_the_day_of_the_second_dose_holds(self) -> None:
        change = date(2026, 4, 1)
        rules = [
            rule(1),
            rule(2, min_days=28, valid_until=change),
            rule(2, min_days=42, valid_from=change),
        ]
        with pytest.raises(TooSoonForDose):
            check_second(rules, date(2026, 3, 2), date(2026, 4, 12))
        assert check_second(rules, date(2026, 3, 2), date(2026, 4, 13)).min_days == 42

    def test_a_planned_first_dose_counts_for_the_second_of_a_pair(self) -> None:
        planned = hpv(1, date(2026, 12, 1))
        assert check_hpv([planned], 2, date(2027, 6, 2)).max_days == 397

    def test_it_tells_the_second_dose_with_its_days(self) -> None:
        due = dose_due(
            hpv_rules(),
            [hpv(1, date(2026, 1, 5))],
            course="hpv",
            disease="hpv",
            birth_on=date(2013, 6, 10),
            on=date(2026, 2, 1),
        )
        assert (due.dose_number, due.of) == (2, 2)
        assert due.earliest_on == date(2026, 6, 4)
        assert due.target_on == date(2026, 7, 7)
        assert due.latest_on == date(2027, 2, 6)


def check_first(rules: list[DoseRule], birth_on: date, on: date) -> DoseRule:
    return check_dose(
        rules, [], course="hpv", disease="hpv", dose_number=1, birth_on=birth_on, on=on
    )


def check_covid(rules: list[DoseRule], past: list[PastDose], on: date) -> DoseRule:
    return check_dose(
        rules,
        past,
        course="covid-2026",
        disease="covid-19",
        dose_number=1,
        birth_on=date(1950, 1, 1),
        on=on,
    )


def check_second(rules: list[DoseRule], first_on: date, on: date) -> DoseRule:
    return check_dose(
        rules,
        [hpv(1, first_on)],
        course="hpv",
        disease="hpv",
        dose_number=2,
        birth_on=date(1990, 1, 1),
        on=on,
    )


def check_hpv(past: list[PastDose], dose_number: int, on: date) -> DoseRule:
    return check_dose(
        hpv_rules(),
        past,
        course="hpv",
        disease="hpv",
        dose_number=dose_number,
        birth_on=date(2013, 6, 10),
        on=on,
    )
