"""Which dose of a vaccination is due, from which day to which day, and at what age.

Gaps between doses are calendar days. A dose that comes late counts like any other and the series
goes on where it stopped; nothing is started again (Calendrier des vaccinations, ministère de la
Santé, chapter on catching up). So `max_days` bounds what is offered when two doses are booked
together, and refuses nobody who comes later.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

from vaxcentre.rules.age import Age, age_in_months, age_in_years, day_of_age
from vaxcentre.rules.course_refusals import (
    BegunAtOtherAge,
    ConditionNotDeclared,
    CourseComplete,
    DoseAlreadyGiven,
    EarlierDoseMissing,
    NoRuleForAge,
    RuleNotConfirmed,
    TooOld,
    TooSoonForDose,
    TooYoung,
)
from vaxcentre.rules.schedule import (
    DoseRule,
    Window,
    doses_in_schedule,
    schedule_for,
    window_after,
)

__all__ = [
    "ConditionNotDeclared",
    "CourseComplete",
    "DoseAlreadyGiven",
    "DoseDue",
    "DoseRule",
    "EarlierDoseMissing",
    "NoRuleForAge",
    "PastDose",
    "RuleNotConfirmed",
    "TooOld",
    "TooSoonForDose",
    "TooYoung",
    "Window",
    "age_in_months",
    "age_in_years",
    "check_dose",
    "day_of_age",
    "dose_due",
    "doses_in_schedule",
    "schedule_for",
    "window_after",
]


@dataclass(frozen=True)
class PastDose:
    """A dose somebody had, here or elsewhere, or will have had by the day that is asked about."""

    course: str
    disease: str
    dose_number: int
    given_on: date


@dataclass(frozen=True)
class DoseDue:
    """The next dose of a course for one person, and when."""

    dose_number: int
    of: int
    earliest_on: date
    target_on: date
    latest_on: date | None
    rule: DoseRule


def dose_due(
    rules: Iterable[DoseRule],
    history: Iterable[PastDose],
    *,
    course: str,
    disease: str,
    birth_on: date,
    on: date,
    conditions: Collection[str] = frozenset(),
) -> DoseDue:
    """Tell which dose of this course comes next for a person, and from which day to which day.

    `rules` are those of the course; `history` may be all that the person ever had. Doses of the
    course itself are the series; those against the same disease in other courses (an earlier
    season) only hold back the first dose.

    Raises:
        TooYoung, TooOld, NoRuleForAge: no schedule starts at this age.
        BegunAtOtherAge: none starts at the age at which the series was begun.
        ConditionNotDeclared: one would, for those who declare the course's condition.
        CourseComplete: every dose of the schedule was given.
        RuleNotConfirmed: no doctor has confirmed the row yet.
    """
    past, known = tuple(history), tuple(rules)
    given = _series(past, course)
    number = 1 + max((dose.dose_number for dose in given), default=0)
    first_on = given[0].given_on if given else on
    schedule = schedule_for(
        known, birth_on=birth_on, first_dose_on=first_on, on=on, conditions=conditions
    )
    if not schedule and given:
        raise BegunAtOtherAge(first=first_on)
    if not schedule:
        _refuse_age([r for r in known if r.is_in_force_on(on)], birth_on, first_on, conditions)
    rule = next((rule for rule in schedule if rule.dose_number == number), None)
    if rule is None:
        raise CourseComplete(last=given[-1].given_on) if given else NoRuleForAge()
    if not rule.is_confirmed:
        raise RuleNotConfirmed
    if given:
        window = window_after(rule, given[-1].given_on)
    else:
        window = _first_window(rule, _last_elsewhere(past, course, disease), birth_on, on)
    days = (window.earliest_on, window.target_on, window.latest_on)
    return DoseDue(number, doses_in_schedule(schedule), *days, rule)


def check_dose(
    rules: Iterable[DoseRule],
    history: Iterable[PastDose],
    *,
    course: str,
    disease: str,
    dose_number: int,
    birth_on: date,
    on: date,
    conditions: Collection[str] = frozenset(),
) -> DoseRule:
    """Return the rule under which a person may have this dose on that day, or refuse.

    For the second dose of a pair, pass the planned first one in `history`.

    Raises:
        DoseAlreadyGiven: this dose, or a later one, is in the history.
        EarlierDoseMissing: a dose before this one has not been given.
        TooSoonForDose: the gap since the last dose has not passed; facts say the earliest day.
        and all that `dose_due` raises.
    """
    past = tuple(history)
    for dose in _series(past, course):
        if dose.dose_number >= dose_number:
            raise DoseAlreadyGiven(dose=dose_number, given=dose.given_on)
    due = dose_due(
        rules,
        past,
        course=course,
        disease=disease,
        birth_on=birth_on,
        on=on,
        conditions=conditions,
    )
    if dose_number > due.dose_number:
        raise EarlierDoseMissing(dose=dose_number, due=due.dose_number)
    if on < due.earliest_on:
        raise TooSoonForDose(dose=dose_number, earliest=due.earliest_on)
    return due.rule


def _series(history: Iterable[PastDose], course: str) -> list[PastDose]:
    return sorted((dose for dose in history if dose.course == course), key=lambda d: d.given_on)


def _last_elsewhere(history: Iterable[PastDose], course: str, disease: str) -> date | None:
    """Find the day of the latest dose against the disease in another course."""
    days = (d.given_on for d in history if d.disease == disease and d.course != course)
    return max(days, default=None)


def _first_window(rule: DoseRule, before: date | None, birth_on: date, on: date) -> Window:
    """Find the days for a first dose: the age, and the gap since the earlier season's dose."""
    earliest_on = day_of_age(birth_on, rule.min_age_months)
    if before and rule.min_days is not None:
        earliest_on = max(earliest_on, before + timedelta(days=rule.min_days))
    target_on = max(earliest_on, on)
    if before and rule.target_days is not None:
        target_on = max(target_on, before + timedelta(days=rule.target_days))
    if rule.max_age_months is None:
        return Window(earliest_on, target_on, None)
    too_old_on = day_of_age(birth_on, rule.max_age_months)
    return Window(earliest_on, target_on, too_old_on - timedelta(days=1))


def _refuse_age(
    in_force: Sequence[DoseRule], birth_on: date, first_on: date, conditions: Collection[str]
) -> NoReturn:
    """Say why no schedule starts at this age: too young, too old, or a condition away."""
    age = age_in_months(birth_on, first_on)
    for rule in in_force:
        if rule.admits_age(age):
            raise ConditionNotDeclared(condition=rule.condition)
    nearby = [rule for rule in in_force if rule.is_open_to(conditions)] or list(in_force)
    if nearby and all(age < rule.min_age_months for rule in nearby):
        youngest = min(rule.min_age_months for rule in nearby)
        raise TooYoung(age=Age(youngest), earliest=day_of_age(birth_on, youngest))
    ends = [rule.max_age_months for rule in nearby if rule.max_age_months is not None]
    if nearby and len(ends) == len(nearby) and age >= max(ends):
        raise TooOld(age=Age(max(ends)), before=day_of_age(birth_on, max(ends)))
    raise NoRuleForAge
