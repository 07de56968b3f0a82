"""May this person have these doses on that day? The rules of each course, asked together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from vaxcentre.booking.cards import CourseCard, Subject
from vaxcentre.booking.refusals import PairOutsideInterval
from vaxcentre.rules.course import (
    DoseDue,
    DoseRule,
    PastDose,
    RuleNotConfirmed,
    age_in_months,
    check_dose,
    dose_due,
    window_after,
)
from vaxcentre.rules.course_refusals import NoVaccineForAge
from vaxcentre.rules.refusal import Refusal


@dataclass(frozen=True)
class PlannedFor:
    """A dose that is asked for; `previous_on` is the day of the dose before, as they say it."""

    course_id: int
    dose_number: int = 1
    previous_on: date | None = None


def due(card: CourseCard, subject: Subject, *, on: date, said: Iterable[PastDose] = ()) -> DoseDue:
    """Which dose comes next for this person; `said` is what they had besides their history.

    Raises:
        NoVaccineForAge: no product in use is meant for this age.
        and all that `rules.course.dose_due` raises; each with the course it is about (`course_id`).
    """
    try:
        found = dose_due(
            card.rules,
            (*subject.history, *said),
            course=card.code,
            disease=card.disease,
            birth_on=subject.birth_on,
            on=on,
            conditions=card.conditions_of(subject),
        )
        _check_products(card, subject, on)
    except Refusal as refusal:
        refusal.facts["course_id"] = card.id
        raise
    return found


def check(
    cards: Mapping[int, CourseCard],
    doses: Iterable[PlannedFor],
    subject: Subject,
    *,
    on: date,
) -> dict[int, DoseRule]:
    """The rule under which each of these doses may be given that day; the first refusal otherwise.

    Raises:
        NoVaccineForAge: no product in use is meant for this age.
        and all that `rules.course.check_dose` raises; each with the course it is about.
    """
    found: dict[int, DoseRule] = {}
    for dose in doses:
        card = cards[dose.course_id]
        try:
            found[card.id] = check_dose(
                card.rules,
                (*subject.history, *_said(card, dose, subject.history)),
                course=card.code,
                disease=card.disease,
                dose_number=dose.dose_number,
                birth_on=subject.birth_on,
                on=on,
                conditions=card.conditions_of(subject),
            )
            _check_products(card, subject, on)
        except Refusal as refusal:
            refusal.facts["course_id"] = card.id
            raise
    return found


def may_have(
    cards: Mapping[int, CourseCard],
    doses: Iterable[PlannedFor],
    subject: Subject,
    *,
    on: date,
) -> dict[int, DoseRule] | None:
    """As `check`, with None in place of a refusal: for looking through many days."""
    try:
        return check(cards, doses, subject, on=on)
    except Refusal:
        return None


def check_pair(
    cards: Mapping[int, CourseCard],
    seconds: Sequence[PlannedFor],
    subject: Subject,
    *,
    first_on: date,
    on: date,
) -> None:
    """Refuse a second appointment outside the interval, by the rule in force on its day.

    Raises:
        PairOutsideInterval: too soon or too late after the first.
        and all that `rules.course.check_dose` raises.
    """
    past = replace(subject, history=(*subject.history, *planned_history(cards, seconds, first_on)))
    bare = [PlannedFor(dose.course_id, dose.dose_number) for dose in seconds]
    rules = check(cards, bare, past, on=on)
    for rule in rules.values():
        latest_on = window_after(rule, first_on).latest_on
        if latest_on is not None and on > latest_on:
            raise PairOutsideInterval


def rule_of_second(
    cards: Mapping[int, CourseCard], second: PlannedFor, subject: Subject, first_on: date
) -> DoseRule | None:
    """The rule of the dose after a first one on that day; None where one dose is all.

    Raises:
        RuleNotConfirmed: there is a next dose, but nobody has confirmed its rule: a course is not
            booked by half.
    """
    had = replace(subject, history=(*subject.history, *planned_history(cards, [second], first_on)))
    longest = max((rule.min_days or 0 for rule in cards[second.course_id].rules), default=0)
    on = first_on + timedelta(days=max(longest, 1))
    found = may_have(cards, [second], had, on=on)
    if found is not None:
        return found[second.course_id]
    if _awaits_confirmation(cards[second.course_id], second.dose_number, subject, first_on):
        raise RuleNotConfirmed
    return None


def _check_products(card: CourseCard, subject: Subject, on: date) -> None:
    if not card.suits_age(age_in_months(subject.birth_on, on)):
        raise NoVaccineForAge


def _awaits_confirmation(
    card: CourseCard, dose_number: int, subject: Subject, first_on: date
) -> bool:
    declared = card.conditions_of(subject)
    age = age_in_months(subject.birth_on, first_on)
    return any(
        rule.dose_number == dose_number
        and not rule.is_confirmed
        and rule.is_in_force_on(first_on)
        and rule.admits_age(age)
        and rule.is_open_to(declared)
        for rule in card.rules
    )


def planned_history(
    cards: Mapping[int, CourseCard], seconds: Iterable[PlannedFor], first_on: date
) -> list[PastDose]:
    """The doses before these ones, as they will have been given on the first day."""
    return [
        PastDose(cards[d.course_id].code, cards[d.course_id].disease, d.dose_number - 1, first_on)
        for d in seconds
        if d.dose_number > 1
    ]


def _said(card: CourseCard, dose: PlannedFor, history: Sequence[PastDose]) -> list[PastDose]:
    """The dose before, as the person says it, where nothing on record says otherwise."""
    if dose.previous_on is None or any(past.course == card.code for past in history):
        return []
    return [PastDose(card.code, card.disease, dose.dose_number - 1, dose.previous_on)]
