"""What the desk needs to know of the appointments of a list besides their own row."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Decision, Interview, InterviewAnswer, NoInjection
from vaxcentre.rules.schedule import DoseRule
from vaxcentre.rules.starter import questionnaire
from vaxcentre.rules.vocabulary import Outcome, Verdict


@dataclass(frozen=True)
class Facts:
    """What else is known of the appointments of one list, by appointment or visit."""

    doses: dict[int, list[Any]]
    rules: dict[int, tuple[DoseRule, ...]]
    given: dict[int, set[int]]
    not_given: dict[int, set[int]]
    clear: dict[int, bool]
    verdicts: dict[int, Verdict]

    @classmethod
    def read(cls, session: Session, found: Collection[Any]) -> "Facts":
        """Read them all at once."""
        appointments = [one.id for one in found]
        visits = [one.visit_id for one in found if one.visit_id is not None]
        doses = _planned(session, appointments)
        return cls(
            doses=doses,
            rules=_rules(session, {dose.course_id for many in doses.values() for dose in many}),
            given=_courses(
                session,
                visits,
                Injection,
                Injection.replaced_at.is_(None),
                Injection.outcome == Outcome.GIVEN,
            ),
            not_given=_courses(session, visits, NoInjection, NoInjection.undone_at.is_(None)),
            clear=_clear_interviews(session, appointments),
            verdicts=_verdicts(session, visits),
        )


def _planned(session: Session, appointments: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    statement = (
        select(
            PlannedDose.appointment_id,
            PlannedDose.course_id,
            PlannedDose.dose_number,
            Course.name_fr,
            Course.name_en,
        )
        .join(Course, Course.id == PlannedDose.course_id)
        .where(PlannedDose.appointment_id.in_(appointments))
        .order_by(Course.position, Course.id)
    )
    for one in session.execute(statement):
        found[one.appointment_id].append(one)
    return found


def _rules(session: Session, courses: Collection[int]) -> dict[int, tuple[DoseRule, ...]]:
    found: dict[int, tuple[DoseRule, ...]] = {}
    statement = select(Course).where(Course.id.in_(courses)).options(selectinload(Course.rules))
    for course in session.scalars(statement):
        found[course.id] = course.dose_rules()
    return found


def _courses(
    session: Session, visits: Collection[int], table: Any, *wanted: ColumnElement[bool]
) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    if visits:
        statement = select(table.visit_id, table.course_id).where(
            table.visit_id.in_(visits), *wanted
        )
        for visit_id, course_id in session.execute(statement):
            found[visit_id].add(course_id)
    return found


def _clear_interviews(session: Session, appointments: Collection[int]) -> dict[int, bool]:
    """Whether the latest answers of each appointment hold nothing that a doctor must see."""
    statement = (
        select(
            Interview.appointment_id,
            Interview.id,
            Interview.version,
            InterviewAnswer.question,
            InterviewAnswer.answer,
        )
        .outerjoin(InterviewAnswer, InterviewAnswer.interview_id == Interview.id)
        .where(Interview.appointment_id.in_(appointments))
        .order_by(Interview.id)
    )
    latest: dict[int, tuple[int, bool]] = {}
    for one in session.execute(statement):
        number, clear = latest.get(one.appointment_id, (0, True))
        if number != one.id:
            clear = True
        latest[one.appointment_id] = (one.id, clear and _is_clear(one))
    return {appointment: clear for appointment, (_number, clear) in latest.items()}


def _is_clear(answer: Any) -> bool:
    if answer.question is None:
        return True
    questions = {question.code: question for question in questionnaire(answer.version)}
    asked = questions.get(answer.question)
    return asked is not None and answer.answer == asked.clear_answer


def _verdicts(session: Session, visits: Collection[int]) -> dict[int, Verdict]:
    if not visits:
        return {}
    statement = (
        select(Decision.visit_id, Decision.verdict)
        .where(Decision.visit_id.in_(visits))
        .order_by(Decision.id)
    )
    return {one.visit_id: one.verdict for one in session.execute(statement)}
