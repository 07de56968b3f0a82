"""The doctor's signed word: go, go with a longer watch, later, or no."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.interview.service import open_visit
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.visit import Decision
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import Verdict

LONGER_WATCH = 30  # minutes, unless the doctor says otherwise


class AnswersChanged(Refusal):
    """Newer answers came while the doctor was deciding."""

    sentence = N_("Newer answers came meanwhile. Read them, then decide again.")


class AuthorisationMissing(Refusal):
    """Nobody has seen the authorisation that a minor or a protected adult needs."""

    sentence = N_(
        "The authorisation for this minor or protected adult has not been seen. Without it, "
        "nothing can be injected."
    )


class DateMissing(Refusal):
    """ "Later" needs the day from which it is possible."""

    sentence = N_("Enter the day from which it is possible: a day after today.")
    field = "not_before_on"


class CourseNotOfVisit(Refusal):
    """This visit is not for that vaccination."""

    sentence = N_("This visit is not for that vaccination.")


@dataclass(frozen=True)
class DecisionRequest:
    """What the doctor has decided, on which answers."""

    visit_id: int
    interview_id: int | None
    verdict: Verdict
    sentence: str
    observation_minutes: int | None = None
    not_before_on: date | None = None
    overrides_course_id: int | None = None


def decide(
    session: Session, request: DecisionRequest, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Decision:
    """Write down the doctor's signed word on the answers they have read.

    With `overrides_course_id`, a soft rule (interval, age of the product) is set aside for that
    vaccination, and `sentence` is the reason.

    Raises:
        VisitOver, AnswersChanged, CourseNotOfVisit, DateMissing: as their sentences say.
        AuthorisationMissing: a "go" for a minor whose authorisation nobody has seen.
    """
    standing = open_visit(session, request.visit_id, now)
    latest = standing.interview
    if (latest.id if latest else None) != request.interview_id:
        raise AnswersChanged
    is_go = request.verdict in {Verdict.GO, Verdict.GO_LONGER_WATCH}
    if is_go and standing.lacks_authorisation:
        raise AuthorisationMissing
    course_id = request.overrides_course_id
    if course_id is not None and course_id not in {d.course_id for d in standing.open_doses}:
        raise CourseNotOfVisit
    _check_date(request, now.astimezone(zone).date())
    decision = _decision(request, session.get_one(StaffMember, by_id), now)
    session.add(decision)
    audit.sign(
        session,
        "override_rule" if course_id else "decide",
        decision,
        by_id=by_id,
        now=now,
        patient_id=standing.visit.patient_id,
        course_id=course_id,
    )
    return decision


def _check_date(request: DecisionRequest, day: date) -> None:
    if request.verdict is Verdict.LATER and (
        request.not_before_on is None or request.not_before_on <= day
    ):
        raise DateMissing


def _decision(request: DecisionRequest, doctor: StaffMember, now: datetime) -> Decision:
    is_longer = request.verdict is Verdict.GO_LONGER_WATCH
    return Decision(
        visit_id=request.visit_id,
        interview_id=request.interview_id,
        verdict=request.verdict,
        sentence=request.sentence,
        observation_minutes=(request.observation_minutes or LONGER_WATCH) if is_longer else None,
        not_before_on=request.not_before_on if request.verdict is Verdict.LATER else None,
        overrides_course_id=request.overrides_course_id,
        decided_at=now,
        decided_by_id=doctor.id,
        decided_by_name=doctor.full_name,
    )
