"""What the desk needs to know of the appointments of a list besides their own row."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.orm import Session, selectinload

from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Decision, Interview, InterviewAnswer, NoInjection, Visit
from vaxcentre.reception.people import person_of
from vaxcentre.reception.rows import Came, Dose, Row
from vaxcentre.rules.course import doses_in_schedule, schedule_for
from vaxcentre.rules.schedule import DoseRule
from vaxcentre.rules.starter import questionnaire
from vaxcentre.rules.status import AppointmentFacts, VisitFacts, appointment_status, visit_status
from vaxcentre.rules.vocabulary import Verdict

NOT = frozenset({Verdict.NO, Verdict.LATER})


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
            given=_courses(session, visits, Injection, Injection.is_current),
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
            PlannedDose.released_at,
            PlannedDose.declared_at,
            *Course.short_names(),
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
    session: Session, visits: Collection[int], table: Any, *wanted: SQLColumnExpression[bool]
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
    """The doctor's word that stands: a "may have it" on the latest answers, a "no" on any."""
    if not visits:
        return {}
    latest = (
        select(func.max(Interview.id))
        .where(Interview.appointment_id == Visit.appointment_id)
        .scalar_subquery()
    )
    statement = (
        select(Decision.visit_id, Decision.verdict, Decision.interview_id == latest)
        .join(Visit, Visit.id == Decision.visit_id)
        .where(Decision.visit_id.in_(visits), Decision.overrides_course_id.is_(None))
        .order_by(Decision.id)
    )
    last = {visit: (verdict, bool(fresh)) for visit, verdict, fresh in session.execute(statement)}
    return {visit: verdict for visit, (verdict, fresh) in last.items() if fresh or verdict in NOT}


def row_of(one: Any, facts: Facts, now: datetime) -> Row:
    """The appointment as plain values, its status read off the facts."""
    every = facts.doses.get(one.id, [])
    not_given = facts.not_given.get(one.visit_id, set())
    # A claim that ended without an outcome here lives on in another appointment.
    kept = [dose for dose in every if not dose.released_at or dose.course_id in not_given]
    planned = kept or every
    courses = {dose.course_id for dose in planned}
    given = courses & facts.given.get(one.visit_id, set())
    settled = given | (courses & not_given)
    all_given, all_settled = (
        bool(courses) and given == courses,
        bool(courses) and settled == courses,
    )
    return Row(
        id=one.id,
        reference=one.reference,
        person=person_of(one),
        slot_id=one.slot_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        day=one.day,
        origin=one.origin,
        status=appointment_status(
            AppointmentFacts(
                slot_starts_at=one.starts_at,
                slot_ends_at=one.ends_at,
                held_until=one.held_until,
                booked_at=one.booked_at,
                cancelled_at=one.cancelled_at,
                lapsed_at=one.lapsed_at,
                checked_in_at=one.checked_in_at,
                all_given=all_given,
                none_given_recorded=all_settled and not all_given,
            ),
            now,
        ),
        doses=tuple(_dose(dose, facts.rules, one) for dose in planned),
        came=_came(one, facts, now, all_settled=all_settled, any_given=bool(given)),
        booked_at=one.booked_at,
        moved_at=one.moved_at,
        cancelled_at=one.cancelled_at,
        lapsed_at=one.lapsed_at,
        is_released=bool(every) and not kept,
        phone=one.booked_phone,
        email=one.booked_email,
        is_interview_clear=facts.clear.get(one.id),
        is_to_review=bool(one.to_review),
        has_failed_message=bool(one.has_failed_message),
    )


def _dose(dose: Any, rules: dict[int, tuple[DoseRule, ...]], one: Any) -> Dose:
    known = rules[dose.course_id]
    declared = {rule.condition for rule in known} if dose.declared_at else frozenset()
    schedule = schedule_for(
        known, birth_on=one.birth_on, first_dose_on=one.day, on=one.day, conditions=declared
    )
    return Dose(
        course_id=dose.course_id,
        name_fr=dose.name_fr,
        name_en=dose.name_en,
        number=dose.dose_number,
        of=max(doses_in_schedule(schedule), dose.dose_number),
    )


def _came(
    one: Any, facts: Facts, now: datetime, *, all_settled: bool, any_given: bool
) -> Came | None:
    if one.visit_id is None:
        return None
    status = visit_status(
        VisitFacts(
            left_at=one.left_at,
            observation_started_at=one.started_at,
            observation_minutes=one.minutes or 0,
            all_settled=all_settled,
            any_given=any_given,
            called_at=one.called_at,
            has_interview=one.id in facts.clear,
            interview_is_clear=facts.clear.get(one.id, False),
            verdict=facts.verdicts.get(one.visit_id),
        ),
        now,
    )
    return Came(
        id=one.visit_id,
        day=one.visit_day,
        number=one.queue_number,
        checked_in_at=one.checked_in_at,
        called_at=one.called_at,
        box=one.box,
        document=one.identity_document,
        status=status,
        any_given=any_given,
        is_authorised=one.authorised_at is not None,
    )
