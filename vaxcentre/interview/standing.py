"""Where a person who came stands: the rows of a visit, read together, and what they amount to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from vaxcentre.audit import service as audit
from vaxcentre.interview.questions import doubts_of, questions_of
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.visit import Decision, Interview, NoInjection, Observation, Visit
from vaxcentre.rules.questionnaire import Question
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.status import VisitFacts, visit_status
from vaxcentre.rules.vocabulary import Outcome, Verdict, VisitStatus


class NoSuchVisit(Refusal):
    """No visit has this number."""

    sentence = N_("This visit does not exist. Go back to the list.")


@dataclass(frozen=True)
class Standing:
    """One person who came: the answers, the doctor's word, what was given, and the status."""

    visit: Visit
    interview: Interview | None  # the latest answers, at home or here
    questions: tuple[Question, ...]  # those that concern this person
    is_answered: bool  # every one of them has an answer, at home or here
    doubts: tuple[Question, ...]  # those whose answer a doctor must see
    decision: Decision | None  # the verdict that stands
    overrides: Mapping[int, Decision]  # by course: a soft rule set aside by a doctor
    given: tuple[Injection, ...]
    not_given: tuple[NoInjection, ...]
    observation: Observation | None
    status: VisitStatus

    @property
    def patient(self) -> Patient:
        """Who came."""
        return self.visit.patient

    @property
    def planned(self) -> tuple[PlannedDose, ...]:
        """The doses that this visit is for."""
        return planned_for(self.visit, self.not_given)

    @property
    def open_doses(self) -> tuple[PlannedDose, ...]:
        """The planned doses without an outcome yet."""
        settled = settled_courses(self.given, self.not_given)
        return tuple(dose for dose in self.planned if dose.course_id not in settled)

    @property
    def answers(self) -> dict[str, str]:
        """The latest answers, by question."""
        rows = self.interview.answers if self.interview else []
        return {row.question: row.answer for row in rows}

    @property
    def is_to_confirm(self) -> bool:
        """Whether the answers were given at home and nobody here has gone through them yet."""
        return self.interview is not None and self.interview.answered_by_id is None

    @property
    def needs_authorisation(self) -> bool:
        """A minor or a protected adult (Code civil, art. 371-1 and 459)."""
        return self.patient.is_minor_on(self.visit.day) or self.patient.is_protected_adult

    @property
    def lacks_authorisation(self) -> bool:
        """Whether nobody has seen the authorisation that this person needs."""
        return self.needs_authorisation and self.visit.authorised_at is None

    def waited_minutes(self, now: datetime) -> int:
        """Full minutes since reception checked them in."""
        return int((now - self.visit.checked_in_at).total_seconds()) // 60

    @property
    def is_ready(self) -> bool:
        """Whether a nurse may call this person now."""
        return self.status is VisitStatus.READY and not self.lacks_authorisation


def planned_for(visit: Visit, not_given: Iterable[NoInjection]) -> tuple[PlannedDose, ...]:
    """The doses a visit is for; one recorded as not given has released its claim, and is shown."""
    refused = {row.course_id for row in not_given}
    return tuple(
        dose
        for dose in visit.appointment.planned_doses
        if dose.released_at is None or dose.course_id in refused
    )


def settled_courses(given: Iterable[Injection], not_given: Iterable[NoInjection]) -> set[int]:
    """The vaccinations of a visit that have their outcome."""
    return {row.course_id for row in given} | {row.course_id for row in not_given}


def lock_visit(session: Session, visit_id: int) -> Visit:
    """Take the visit's row, so that nobody acts on it at the same instant.

    Raises:
        NoSuchVisit: there is none with this number.
    """
    statement = (
        select(Visit)
        .where(Visit.id == visit_id)
        .with_for_update(of=Visit)
        .execution_options(populate_existing=True)
    )
    visit = session.scalars(statement).one_or_none()
    if visit is None:
        raise NoSuchVisit
    return visit


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
        current = Injection.replaced_at.is_(None), Injection.outcome == Outcome.GIVEN
        rows = select(Injection).where(Injection.visit_id.in_(ids), *current)
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
        decision = _standing_verdict(visit, interview)
        settled = settled_courses(given, not_given)
        observation = self.observations.get(visit.id)
        is_answered = doubts is not None and interview is not None
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
            doubts=doubts or (),
            decision=decision,
            overrides={d.overrides_course_id: d for d in counting if d.overrides_course_id},
            given=given,
            not_given=not_given,
            observation=observation,
            status=visit_status(facts, now),
        )


def _standing_verdict(visit: Visit, interview: Interview | None) -> Decision | None:
    """The doctor's last verdict: a "may have it" on the latest answers only, a "no" until revised.

    Asking again until all is clear must not undo what a doctor has refused.
    """
    verdicts = [one for one in visit.decisions if one.overrides_course_id is None]
    last = verdicts[-1] if verdicts else None
    if last is None or not is_go(last):
        return last
    return last if interview is not None and last.interview_id == interview.id else None


def is_go(decision: Decision | None) -> bool:
    """Whether a doctor has said that they may."""
    return decision is not None and decision.verdict in {Verdict.GO, Verdict.GO_LONGER_WATCH}
