"""The courses, rules and questions a new centre starts with, read from `vaxcentre/data/`.

A rule without its source stops the reading: no source, no row. No rule comes confirmed; that is
for the centre's doctor. `data/SOURCES.md` says where each figure is from.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from vaxcentre.rules.course import DoseRule
from vaxcentre.rules.questionnaire import Question
from vaxcentre.rules.vocabulary import Answer

DATA = Path(__file__).resolve().parent.parent / "data"
Row = dict[str, str]
Value = TypeVar("Value")


class StarterError(ValueError):
    """A row of the shipped files cannot be used; the message names the file and the line."""


@dataclass(frozen=True)
class StarterRule:
    """One row of a course with the public source it was taken from."""

    rule: DoseRule
    source_title: str
    source_url: str
    source_on: date


@dataclass(frozen=True)
class StarterCourse:
    """A vaccination a centre may offer, in plain words, with its rules.

    `families` are the vaccine families it accepts; where `only_cis` is not empty, only those
    medicines of the families. `condition` is the code that opens some of the rules, and
    `declared_condition_…` the statement somebody makes on their honour.
    """

    code: str
    disease: str
    disease_fr: str
    disease_en: str
    season: str
    name_fr: str
    name_en: str
    who_fr: str
    who_en: str
    condition: str
    declared_condition_fr: str
    declared_condition_en: str
    families: tuple[str, ...]
    only_cis: tuple[str, ...]
    rules: tuple[StarterRule, ...]


@cache
def starter_courses(folder: Path = DATA) -> tuple[StarterCourse, ...]:
    """Read every course with its rules, in the order of the file."""
    rules: dict[str, list[StarterRule]] = {}
    for code, rule in _read(folder / "course_rules.csv", _rule):
        rules.setdefault(code, []).append(rule)
    courses = tuple(
        _course(row, tuple(rules.pop(row["code"], ())))
        for row in _read(folder / "courses.csv", dict)
    )
    if rules:
        raise StarterError(f"course_rules.csv: no such course: {', '.join(sorted(rules))}")
    return courses


@cache
def questionnaire(version: str | None = None, folder: Path = DATA) -> tuple[Question, ...]:
    """Read the questions of one version, the current one if none is named."""
    wanted = version or current_version(folder)
    questions = tuple(q for q in _all_questions(folder) if q.version == wanted)
    if not questions:
        raise StarterError(f"questionnaire.csv: no version {wanted}")
    return questions


def current_version(folder: Path = DATA) -> str:
    """Name the version to ask today: the last one of the file."""
    return _all_questions(folder)[-1].version


@cache
def _all_questions(folder: Path) -> tuple[Question, ...]:
    questions = tuple(_read(folder / "questionnaire.csv", _question))
    seen = {(question.version, question.code) for question in questions}
    if len(seen) != len(questions):
        raise StarterError("questionnaire.csv: a question stands twice in one version")
    return questions


def _read(path: Path, make: Callable[[Row], Value]) -> Iterator[Value]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter=";"), start=2):
            try:
                yield make(row)
            except (KeyError, TypeError, ValueError) as fault:
                raise StarterError(f"{path.name}, line {number}: {fault}") from fault


def _rule(row: Row) -> tuple[str, StarterRule]:
    title, url = row["source_title"], row["source_url"]
    if not title or not url.startswith("https://"):
        raise ValueError("a rule needs its source: title and https address")
    rule = DoseRule(
        schedule=row["schedule"],
        dose_number=int(row["dose_number"]),
        min_age_months=int(row["min_age_months"]),
        max_age_months=_number(row["max_age_months"]),
        min_days=_number(row["min_days"]),
        target_days=_number(row["target_days"]),
        max_days=_number(row["max_days"]),
        observation_minutes=int(row["observation_minutes"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        is_confirmed=False,
        condition=row["condition"],
    )
    _check_order(rule)
    return row["course"], StarterRule(rule, title, url, date.fromisoformat(row["source_on"]))


def _check_order(rule: DoseRule) -> None:
    """Refuse a row whose figures contradict each other."""
    days = [days for days in (rule.min_days, rule.target_days, rule.max_days) if days is not None]
    if days != sorted(days) or any(number < 0 for number in days):
        raise ValueError("min, target and max days are not in order")
    if rule.max_age_months is not None and rule.max_age_months <= rule.min_age_months:
        raise ValueError("the age ends before it begins")
    if rule.valid_until is not None and rule.valid_until <= rule.valid_from:
        raise ValueError("the rule ends before it begins")
    if rule.dose_number < 1 or rule.observation_minutes < 1:
        raise ValueError("dose number and minutes of observation start at 1")


def _course(row: Row, rules: tuple[StarterRule, ...]) -> StarterCourse:
    _check_rules(row, [starter.rule for starter in rules])
    return StarterCourse(
        code=row["code"],
        disease=row["disease"],
        disease_fr=row["disease_fr"],
        disease_en=row["disease_en"],
        season=row["season"],
        name_fr=row["name_fr"],
        name_en=row["name_en"],
        who_fr=row["who_fr"],
        who_en=row["who_en"],
        condition=row["condition"],
        declared_condition_fr=row["declared_condition_fr"],
        declared_condition_en=row["declared_condition_en"],
        families=tuple(row["families"].split()),
        only_cis=tuple(row["only_cis"].split()),
        rules=rules,
    )


def _check_rules(row: Row, rules: list[DoseRule]) -> None:
    """Refuse a course whose rules leave out a dose or ask for a condition it does not state."""
    code, condition = row["code"], row["condition"]
    if not rules:
        raise StarterError(f"courses.csv: {code} has no rule")
    if {rule.condition for rule in rules} - {"", condition}:
        raise StarterError(f"course_rules.csv: {code} has a rule for an undeclared condition")
    if condition and not (row["declared_condition_fr"] and row["declared_condition_en"]):
        raise StarterError(f"courses.csv: {code} lacks the statement of its condition")
    doses: dict[tuple[str, date], list[int]] = {}
    for rule in rules:
        doses.setdefault((rule.schedule, rule.valid_from), []).append(rule.dose_number)
    if any(numbers != list(range(1, len(numbers) + 1)) for numbers in doses.values()):
        raise StarterError(f"course_rules.csv: {code} has a schedule with a dose left out")


def _question(row: Row) -> Question:
    return Question(
        version=row["version"],
        code=row["code"],
        question_fr=row["question_fr"],
        question_en=row["question_en"],
        help_fr=row["help_fr"],
        help_en=row["help_en"],
        clear_answer=Answer(row["clear_answer"]),
        only_for=frozenset(row["only_for"].split()),
        not_for=frozenset(row["not_for"].split()),
        only_sex=row["only_sex"],
        min_age=_number(row["min_age"]),
        max_age=_number(row["max_age"]),
        alert_fr=row["alert_fr"],
        alert_en=row["alert_en"],
    )


def _number(text: str) -> int | None:
    return int(text) if text else None
