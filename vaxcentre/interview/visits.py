"""The rows around a visit: taken for a change, or read together."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from vaxcentre.audit import service as audit
from vaxcentre.interview.questions import doubts_of, questions_of
from vaxcentre.interview.standing import (
    Standing,
    is_go,
    planned_for,
    settled_courses,
    standing_verdict,
)
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.locks import ALONE, take_patient
from vaxcentre.models.visit import Interview, NoInjection, Observation, Visit
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.status import VisitFacts, visit_status


class NoSuchVisit(Refusal):
    """No visit has this number."""

    sentence = N_("This visit does not exist. Go back to the list.")


def lock_visit(session: Session, visit_id: int) -> Visit:
    """Take the visit's row, so that nobody acts on it at the same instant.

    Raises:
        NoSuchVisit: there is none with this number.
    """
    statement = (
        select(Visit)
        .where(Visit.id == visit_id)
        .with_for_update(**ALONE, of=Visit)
        .execution_options(populate_existing=True)
    )
    visit = session.scalars(statement).one_or_none()
    if visit is None:
        raise NoSuchVisit
    return visit


def lock_patient_and_visit(session: Session, visit_id: int) -> Visit:
    """Take the person's row, then the visit's: two visits of one person may be open at once.

    Raises:
        NoSuchVisit: there is none with this number.
    """
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise NoSuchVisit
    take_patient(session, patient_id)
    return lock_visit(session, visit_id)


def read_visit(session: Session, visit_id: int, *, now: datetime) -> Standing:
    """Read where one person stands.

    Raises:
        NoSuchVisit: there is none with this number.
    """
    found = _read(session, [Visit.id == visit_id], now)
    if not found:
        raise NoSuchVisit
    return found[0]


def note_visit_read(
    session: Session, visit_id: int, page: str, *, by_id: int, now: datetime
) -> None:
    """Note that somebody opened the record of the person of this visit.

    Raises:
        NoSuchVisit: there is none with this number.
    """
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise NoSuchVisit
    audit.note_read(session, patient_id, page, by_id=by_id, now=now)


def read_day(session: Session, day: date, *, now: datetime) -> list[Standing]:
    """Read everybody who came that day and has not gone home, by queue number."""
    gone = select(Observation.visit_id).where(Observation.left_at.is_not(None))
    return _read(session, [Visit.day == day, Visit.undone_at.is_(None), Visit.id.not_in(gone)], now)


def _read(session: Session, conditions: Sequence[object], now: datetime) -> list[Standing]:
    appointment = joinedload(Visit.appointment)
    statement = (
        select(Visit)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Visit.day, Visit.queue_number)
        .options(
            joinedload(Visit.patient),
            appointment.selectinload(Appointment.planned_doses).joinedload(PlannedDose.course),
            selectinload(Visit.decisions),
        )
    )
    visits = list(session.scalars(statement))
    gathered = _Gathered(session, visits)
    return [gathered.standing_of(visit, now) for visit in visits]


class _Gathered:
    """The rows around many visits, one query a table."""

    def __init__(self, session: Session, visits: Sequence[Visit]) -> None:
        ids = [visit.id for visit in visits]
        self.interviews = self._latest_interviews(session, [v.appointment_id for v in visits])
        self.given: dict[int, list[Injection]] = {}
        rows = select(Injection).where(Injection.visit_id.in_(ids), Injection.is_current)
        for injection in session.scalars(rows.options(joinedload(Injection.course))):
            self.given.setdefault(injection.visit_id, []).append(injection)
        self.not_given: dict[int, list[NoInjection]] = {}
        live = select(NoInjection).where(
            NoInjection.visit_id.in_(ids), NoInjection.undone_at.is_(None)
        )
        for row in session.scalars(live):
            self.not_given.setdefault(row.visit_id, []).append(row)
        watched = session.scalars(select(Observation).where(Observation.visit_id.in_(ids)))
        self.observations = {row.visit_id: row for row in watched}

    @staticmethod
    def _latest_interviews(session: Session, ids: Sequence[int]) -> dict[int, Interview]:
        rows = select(Interview).where(Interview.appointment_id.in_(ids)).order_by(Interview.id)
        found = session.scalars(rows.options(selectinload(Interview.answers)))
        return {row.appointment_id: row for row in found}  # the last one wins

    def standing_of(self, visit: Visit, now: datetime) -> Standing:
        interview = self.interviews.get(visit.appointment_id)
        given = tuple(self.given.get(visit.id, ()))
        not_given = tuple(self.not_given.get(visit.id, ()))
        planned = planned_for(visit, not_given)
        version = interview.version if interview else None
        questions = questions_of(
            visit.patient, [dose.course for dose in planned], visit.day, version
        )
        doubts = doubts_of(questions, interview)
        counting = [d for d in visit.decisions if interview and d.interview_id == interview.id]
        decision = standing_verdict(visit, interview)
        settled = settled_courses(given, not_given)
        observation = self.observations.get(visit.id)
        declared_at = visit.appointment.declared_at
        is_outdated = bool(interview and declared_at and interview.answered_at < declared_at)
        is_answered = doubts is not None and interview is not None and not is_outdated
        counts = is_answered or not is_go(decision)  # a "no" needs no answers
        facts = VisitFacts(
            undone_at=visit.undone_at,
            left_at=observation.left_at if observation else None,
            observation_started_at=observation.started_at if observation else None,
            observation_minutes=observation.minutes if observation else 0,
            all_settled=bool(settled) and all(dose.course_id in settled for dose in planned),
            any_given=bool(given),
            called_at=visit.called_at,
            has_interview=is_answered,
            interview_is_clear=is_answered and not doubts,
            verdict=decision.verdict if decision and counts else None,
        )
        return Standing(
            visit=visit,
            interview=interview,
            questions=questions,
            is_answered=is_answered,
            is_outdated=is_outdated,
            doubts=doubts or (),
            decision=decision,
            overrides={d.overrides_course_id: d for d in counting if d.overrides_course_id},
            given=given,
            not_given=not_given,
            observation=observation,
            status=visit_status(facts, now),
        )
