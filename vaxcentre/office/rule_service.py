"""The dated, sourced rules of a course: confirm, add, replace from a day on."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.locks import ALONE
from vaxcentre.models.vaccine import Course, CourseRule
from vaxcentre.office.rule_refusals import (
    DoseLeftOut,
    RuleAlreadyThere,
    RuleEndsTooEarly,
    RuleIsConfirmed,
    RuleIsOver,
    RuleStartsTooEarly,
)
from vaxcentre.office.rule_request import RULE_COLUMNS, RuleRequest


def confirm_rule(
    session: Session, rule_id: int, *, by_id: int, now: datetime, day: date
) -> CourseRule:
    """Sign that the centre's doctor, or its manager, stands behind a rule.

    Raises:
        RuleIsOver: the rule ended before that day.
    """
    rule = session.get_one(CourseRule, rule_id)
    if rule.confirmed_at is None:
        _refuse_ended(rule, day)
        _sign_rule(session, rule, by_id=by_id, now=now)
    return rule


def confirm_rules(
    session: Session, course_id: int, *, by_id: int, now: datetime, day: date
) -> list[CourseRule]:
    """Sign every rule of a course that holds on that day or later and is not signed yet."""
    rules = session.scalars(
        select(CourseRule).where(
            CourseRule.course_id == course_id,
            CourseRule.confirmed_at.is_(None),
            CourseRule.valid_until.is_(None) | (CourseRule.valid_until > day),
        )
    ).all()
    for rule in rules:
        _sign_rule(session, rule, by_id=by_id, now=now)
    return list(rules)


def add_rule(
    session: Session, course_id: int, request: RuleRequest, *, by_id: int, now: datetime
) -> CourseRule:
    """Add a row for a dose, or a schedule, that the course has no rule for.

    Raises:
        RuleWithoutSource, DaysOutOfOrder, RuleAgesCrossed, RuleEndsTooEarly: the row itself.
        RuleAlreadyThere: this dose has a rule on these days.
        DoseLeftOut: the dose before it has none.
    """
    course = session.get_one(Course, course_id)
    request.check()
    siblings = _siblings(session, course, request)
    if any(_overlap(rule, request) for rule in siblings[request.dose_number]):
        raise RuleAlreadyThere
    if request.dose_number > 1 and not siblings[request.dose_number - 1]:
        raise DoseLeftOut(dose=request.dose_number, before=request.dose_number - 1)
    return _write(session, course, request, "add_rule", by_id=by_id, now=now)


def replace_rule(
    session: Session, rule_id: int, request: RuleRequest, *, by_id: int, now: datetime
) -> CourseRule:
    """Let a new version hold from a day on; the former one ends that day and stays readable.

    The schedule and the dose are those of the former rule.

    Raises:
        RuleWithoutSource, DaysOutOfOrder, RuleAgesCrossed, RuleEndsTooEarly: the row itself.
        RuleIsOver: the former rule ends before the new one begins.
        RuleStartsTooEarly: the new one would not begin after the former one.
        RuleAlreadyThere: another version holds on these days.
    """
    former = session.get_one(CourseRule, rule_id, with_for_update=ALONE)
    request = replace(
        request,
        schedule=former.schedule,
        dose_number=former.dose_number,
        needs_condition=bool(former.condition),
    )
    request.check()
    if request.valid_from <= former.valid_from:
        raise RuleStartsTooEarly(day=former.valid_from)
    if former.valid_until is not None and former.valid_until < request.valid_from:
        raise RuleIsOver
    others = _siblings(session, former.course, request)[former.dose_number]
    if any(_overlap(rule, request) for rule in others if rule.id != former.id):
        raise RuleAlreadyThere
    former.valid_until = request.valid_from
    return _write(
        session, former.course, request, "replace_rule", by_id=by_id, now=now, replaces=former.id
    )


def edit_rule(
    session: Session, rule_id: int, request: RuleRequest, *, by_id: int, now: datetime
) -> CourseRule:
    """Correct a row that nobody has confirmed yet.

    Raises:
        RuleIsConfirmed: it can only be replaced.
        RuleWithoutSource, DaysOutOfOrder, RuleAgesCrossed, RuleEndsTooEarly: the row itself.
        RuleAlreadyThere: another rule for this dose holds on these days.
    """
    rule = session.get_one(CourseRule, rule_id, with_for_update=ALONE)
    if rule.confirmed_at is not None:
        raise RuleIsConfirmed
    request.check()
    others = _siblings(session, rule.course, request)[request.dose_number]
    if any(_overlap(other, request) for other in others if other.id != rule.id):
        raise RuleAlreadyThere
    _settle(rule, rule.course, request)
    audit.sign(session, "edit_rule", rule, by_id=by_id, now=now, course=rule.course_id)
    if request.is_confirmed:
        _sign_rule(session, rule, by_id=by_id, now=now)
    return rule


def end_rule(
    session: Session, rule_id: int, last_day: date, *, by_id: int, now: datetime
) -> CourseRule:
    """Let a rule hold until this day and no longer; the row stays.

    Raises:
        RuleEndsTooEarly: the day comes before the first one.
        RuleIsOver: it has ended earlier.
    """
    rule = session.get_one(CourseRule, rule_id, with_for_update=ALONE)
    ends = date.fromordinal(last_day.toordinal() + 1)
    if ends <= rule.valid_from:
        raise RuleEndsTooEarly
    if rule.valid_until is not None and rule.valid_until < ends:
        raise RuleIsOver
    rule.valid_until = ends
    audit.sign(session, "end_rule", rule, by_id=by_id, now=now, last_day=last_day)
    return rule


def _refuse_ended(rule: CourseRule, day: date) -> None:
    if rule.valid_until is not None and rule.valid_until <= day:
        raise RuleIsOver


def _siblings(
    session: Session, course: Course, request: RuleRequest
) -> defaultdict[int, list[CourseRule]]:
    """The rows of the same schedule by dose number."""
    session.get_one(Course, course.id, with_for_update=ALONE)  # two people add the same dose
    rows: defaultdict[int, list[CourseRule]] = defaultdict(list)
    for rule in session.scalars(select(CourseRule).where(CourseRule.course_id == course.id)):
        if rule.schedule == request.schedule and bool(rule.condition) == request.needs_condition:
            rows[rule.dose_number].append(rule)
    return rows


def _overlap(rule: CourseRule, request: RuleRequest) -> bool:
    return request.valid_from < (rule.valid_until or date.max) and rule.valid_from < (
        request.valid_until or date.max
    )


def _write(
    session: Session,
    course: Course,
    request: RuleRequest,
    verb: str,
    *,
    by_id: int,
    now: datetime,
    **details: Any,
) -> CourseRule:
    rule = CourseRule(course_id=course.id, created_at=now, created_by_id=by_id)
    _settle(rule, course, request)
    session.add(rule)
    audit.sign(session, verb, rule, by_id=by_id, now=now, course=course.id, **details)
    if request.is_confirmed:
        _sign_rule(session, rule, by_id=by_id, now=now)
    return rule


def _settle(rule: CourseRule, course: Course, request: RuleRequest) -> None:
    for name in RULE_COLUMNS:
        setattr(rule, name, getattr(request, name))
    rule.condition = condition_code(course) if request.needs_condition else ""


def condition_code(course: Course) -> str:
    """The code of the one condition that a course knows."""
    known = {rule.condition for rule in course.rules if rule.condition}
    return min(known) if known else f"{course.code}-condition"[:40]


def _sign_rule(session: Session, rule: CourseRule, *, by_id: int, now: datetime) -> None:
    rule.confirmed_at = now
    rule.confirmed_by_id = by_id
    audit.sign(session, "confirm_rule", rule, by_id=by_id, now=now, course=rule.course_id)
