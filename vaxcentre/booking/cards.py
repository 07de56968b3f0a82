"""A course with its rules as plain values, and who they are asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from vaxcentre.models.vaccine import Course, CourseRule, CourseVaccine, Vaccine
from vaxcentre.rules.course import DoseRule, PastDose
from vaxcentre.rules.vocabulary import PairChoice
from vaxcentre.writing import read

AgeSpan = tuple[int, int | None]  # in whole months: from, and before which, or no end


@dataclass(frozen=True)
class Subject:
    """Who the rules are asked about: birth date, what they declare, and the doses they had."""

    birth_on: date
    declared: frozenset[int] = frozenset()  # the courses whose condition they declare as theirs
    history: tuple[PastDose, ...] = ()


@dataclass(frozen=True)
class CourseCard:
    """A course and its rules as plain values."""

    id: int
    code: str
    disease: str
    names: Mapping[str, str] = field(hash=False)
    short_names: Mapping[str, str] = field(hash=False)
    who: Mapping[str, str] = field(hash=False)
    condition: Mapping[str, str] = field(hash=False)
    pair_choice: PairChoice
    is_offered: bool
    position: int
    rules: tuple[DoseRule, ...]
    ages: tuple[AgeSpan, ...] = ()  # of each product in use

    def suits_age(self, months: int) -> bool:
        """Whether a product in use is meant for this age; yes while the centre has none at all."""
        return not self.ages or any(
            low <= months and (high is None or months < high) for low, high in self.ages
        )

    @property
    def doses(self) -> int:
        """The most doses that any confirmed schedule has."""
        return max((rule.dose_number for rule in self.rules if rule.is_confirmed), default=0)

    def conditions_of(self, subject: Subject) -> frozenset[str]:
        """What opens rules of this course to somebody who declares its condition."""
        if self.id not in subject.declared:
            return frozenset()
        return frozenset(rule.condition for rule in self.rules if rule.condition)

    def is_bookable_on(self, day: date) -> bool:
        """Whether the public pages show it: offered, and a confirmed rule holds from that day."""
        return self.is_offered and any(
            rule.is_confirmed and (rule.valid_until is None or rule.valid_until > day)
            for rule in self.rules
        )


# Plain columns: every booking asks, and an object of the unit of work costs ten times as much.
_RULE = tuple(
    CourseRule.confirmed_at.is_not(None).label("is_confirmed")
    if fact.name == "is_confirmed"
    else getattr(CourseRule, fact.name)
    for fact in fields(DoseRule)
)
# The products in use beside the rules, in one statement: a second one costs a booking a twentieth.
_ALL_COURSES = (
    select(
        Course.id,
        Course.code,
        Course.disease,
        Course.name_fr,
        Course.name_en,
        *(name.label(f"short_{name.name}") for name in Course.short_names()),
        Course.who_fr,
        Course.who_en,
        Course.condition_fr,
        Course.condition_en,
        Course.pair_choice,
        Course.is_offered,
        Course.position,
        Vaccine.id.label("vaccine_id"),
        Vaccine.min_age_months.label("youngest"),
        Vaccine.max_age_months.label("oldest"),
        CourseRule.id.label("rule_id"),
        *_RULE,
    )
    .outerjoin(CourseRule, CourseRule.course_id == Course.id)
    .outerjoin(CourseVaccine, CourseVaccine.course_id == Course.id)
    .outerjoin(
        Vaccine, and_(Vaccine.id == CourseVaccine.vaccine_id, Vaccine.withdrawn_at.is_(None))
    )
    .order_by(Course.position, Course.id, CourseRule.id)
)
_ONE_COURSE = _ALL_COURSES.where(Course.id == bindparam("key"))


def course_cards(
    session: Session, course_ids: Collection[int] | None = None
) -> dict[int, CourseCard]:
    """The courses asked for (or all), with all their rules and the ages of their products."""
    rows = (
        read(session, _ALL_COURSES, {})
        if course_ids is None
        else [row for key in course_ids for row in read(session, _ONE_COURSE, {"key": key})]
    )
    found = {row.id: row for row in rows}
    rules: dict[int, dict[int, DoseRule]] = {key: {} for key in found}
    ages: dict[int, dict[int, AgeSpan]] = {key: {} for key in found}
    for row in rows:  # each rule once for each product
        if row.rule_id is not None and row.rule_id not in rules[row.id]:
            rules[row.id][row.rule_id] = DoseRule(*row[-len(_RULE) :])
        if row.vaccine_id is not None:
            ages[row.id][row.vaccine_id] = (row.youngest, row.oldest)
    return {
        key: _card(row, tuple(rules[key].values()), tuple(ages[key].values()))
        for key, row in found.items()
    }


def _card(row: Any, rules: tuple[DoseRule, ...], ages: tuple[AgeSpan, ...]) -> CourseCard:
    return CourseCard(
        id=row.id,
        code=row.code,
        disease=row.disease,
        names={"fr": row.name_fr, "en": row.name_en},
        short_names={"fr": row.short_name_fr, "en": row.short_name_en},
        who={"fr": row.who_fr, "en": row.who_en},
        condition={"fr": row.condition_fr, "en": row.condition_en},
        pair_choice=row.pair_choice,
        is_offered=row.is_offered,
        position=row.position,
        rules=rules,
        ages=ages,
    )
