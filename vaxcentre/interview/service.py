"""Answers to the questions before an injection, and the authorisation for a minor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.interview.questions import as_answers, questions_of
from vaxcentre.interview.standing import Standing
from vaxcentre.interview.visits import lock_visit, read_visit
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.visit import Interview, InterviewAnswer, Visit
from vaxcentre.rules import vocabulary
from vaxcentre.rules.questionnaire import Question, needs_doctor
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.starter import current_version
from vaxcentre.rules.vocabulary import IdentityDocument, VisitStatus


class AppointmentOver(Refusal):
    """The appointment is cancelled or was never confirmed."""

    sentence = N_("This appointment is no longer booked. Book again, or call the centre.")


class AlreadyAtTheCentre(Refusal):
    """The person has been checked in: the questions are asked here now."""

    sentence = N_("You have arrived: the nurse will go through these questions with you.")


class VisitOver(Refusal):
    """The visit was undone, or every dose of it has its outcome."""

    sentence = N_("This visit is over: nothing more can be decided about it.")


class NothingToConfirm(Refusal):
    """There are no answers, or not to every question."""

    sentence = N_("Some questions have no answer yet. Ask them.")


@dataclass(frozen=True)
class AuthorisationRequest:
    """Who comes with the person, and whether the authorisation was seen."""

    visit_id: int
    companion_name: str | None  # None: they came alone, with the authorisation in writing
    companion_tie: str | None
    companion_document: IdentityDocument | None
    is_seen: bool


def questions_at_home(
    session: Session, appointment_id: int, day: date
) -> tuple[Appointment, tuple[Question, ...]]:
    """The appointment and the questions that its patient may answer before coming.

    Raises:
        AppointmentOver, AlreadyAtTheCentre: they can no longer be answered at home.
    """
    appointment = session.get(Appointment, appointment_id)
    if appointment is None or not appointment.is_live or appointment.patient is None:
        raise AppointmentOver
    if appointment.booked_at is None:
        raise AppointmentOver
    here = select(Visit.id).where(Visit.appointment_id == appointment.id, Visit.undone_at.is_(None))
    if session.scalar(here):
        raise AlreadyAtTheCentre
    doses = select(PlannedDose).where(
        PlannedDose.appointment_id == appointment.id, PlannedDose.released_at.is_(None)
    )
    courses = [dose.course for dose in session.scalars(doses)]
    return appointment, questions_of(appointment.patient, courses, day)


def answer_at_home(
    session: Session, appointment_id: int, answers: Mapping[str, str], *, day: date, now: datetime
) -> Interview:
    """Keep the answers a patient gave before coming; they may answer again until check-in.

    Raises:
        AppointmentOver, AlreadyAtTheCentre: they can no longer be answered at home.
        UnansweredQuestion: a question that concerns them has no answer.
    """
    appointment, questions = questions_at_home(session, appointment_id, day)
    return _keep(session, appointment, questions, answers, by_id=None, now=now)


def answer_here(
    session: Session, visit_id: int, answers: Mapping[str, str], *, by_id: int, now: datetime
) -> Interview:
    """Keep the answers given to a nurse or a doctor; the older ones stay readable.

    Raises:
        VisitOver: nothing is left to decide.
        UnansweredQuestion: a question that concerns them has no answer.
    """
    standing = open_visit(session, visit_id, now)
    visit = standing.visit
    courses = [dose.course for dose in standing.planned]
    questions = questions_of(standing.patient, courses, visit.day)
    return _keep(session, visit.appointment, questions, answers, by_id=by_id, now=now)


def confirm_answers(session: Session, visit_id: int, *, by_id: int, now: datetime) -> Interview:
    """Keep the answers given at home as gone through, unchanged, with the person.

    Raises:
        VisitOver, UnansweredQuestion: as for answering.
        NothingToConfirm: there are no answers from home.
    """
    standing = open_visit(session, visit_id, now)
    if not standing.is_to_confirm:
        raise NothingToConfirm
    return answer_here(session, visit_id, standing.answers, by_id=by_id, now=now)


def _keep(
    session: Session,
    appointment: Appointment,
    questions: tuple[Question, ...],
    answers: Mapping[str, str],
    *,
    by_id: int | None,
    now: datetime,
) -> Interview:
    needs_doctor(questions, as_answers(answers))  # refuses an unanswered question
    interview = Interview(
        appointment_id=appointment.id,
        version=current_version(),
        answered_at=now,
        answered_by_id=by_id,
        answers=[
            InterviewAnswer(question=q.code, answer=vocabulary.Answer(answers[q.code]))
            for q in questions
        ],
    )
    session.add(interview)
    audit.sign(
        session,
        "answer_interview",
        interview,
        by_id=by_id,
        now=now,
        patient_id=appointment.patient_id,
        version=interview.version,
    )
    return interview


def record_authorisation(
    session: Session, request: AuthorisationRequest, *, by_id: int, now: datetime
) -> Visit:
    """Write down who comes with a minor or a protected adult, and that the authorisation was seen.

    Raises:
        VisitOver: nothing is left to decide.
    """
    visit = open_visit(session, request.visit_id, now).visit
    visit.companion_name = request.companion_name
    visit.companion_tie = request.companion_tie
    visit.companion_document = request.companion_document
    visit.authorised_at = now if request.is_seen else None
    visit.authorised_by_id = by_id if request.is_seen else None
    audit.sign(
        session,
        "record_authorisation",
        visit,
        by_id=by_id,
        now=now,
        patient_id=visit.patient_id,
        is_seen=request.is_seen,
    )
    return visit


def open_visit(session: Session, visit_id: int, now: datetime) -> Standing:
    """Lock a visit about which something is still to be decided.

    Raises:
        VisitOver: it was undone, or every dose has its outcome.
    """
    lock_visit(session, visit_id)
    standing = read_visit(session, visit_id, now=now)
    if standing.status in {VisitStatus.UNDONE, VisitStatus.LEFT} or not standing.open_doses:
        raise VisitOver
    return standing
