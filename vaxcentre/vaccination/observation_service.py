"""The minutes after an injection: how long, and leaving."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.history import history_of
from vaxcentre.interview.visits import lock_visit
from vaxcentre.models.injection import Injection
from vaxcentre.models.visit import Decision, Observation, Visit
from vaxcentre.rules.course import schedule_for
from vaxcentre.rules.status import observation_ends_at
from vaxcentre.rules.undo import may_undo
from vaxcentre.rules.vocabulary import Verdict
from vaxcentre.vaccination.refusals import AlreadyLeft, LeavesEarly, TooLateToUndo

SHORTEST = 15  # minutes, where a rule that was in force has been taken away since


def watch(session: Session, visit: Visit, *, zone: ZoneInfo) -> Observation | None:
    """Begin the observation, or reckon it anew from what was given: the longest minutes count.

    They begin with the last injection. A doctor's longer watch wins over the rules.
    """
    given = list(
        session.scalars(
            select(Injection).where(
                Injection.visit_id == visit.id,
                Injection.is_current,
            )
        )
    )
    row = session.scalar(select(Observation).where(Observation.visit_id == visit.id))
    if not given:
        return row
    minutes = max([_longer_watch(session, visit), *(_minutes(session, i, zone) for i in given)])
    started_at = max(injection.given_at for injection in given)
    if row is None:
        row = Observation(visit_id=visit.id, started_at=started_at, minutes=minutes)
        session.add(row)
    row.started_at, row.minutes = started_at, minutes
    session.flush()
    return row


def _minutes(session: Session, injection: Injection, zone: ZoneInfo) -> int:
    """The minutes of the rule under which a dose was given."""
    course, patient = injection.course, injection.patient
    on = injection.given_at.astimezone(zone).date()
    series = [d for d in history_of(session, patient.id, zone) if d.course.id == course.id]
    rules = schedule_for(
        course.dose_rules(),
        birth_on=patient.birth_on,
        first_dose_on=min((dose.given_on for dose in series), default=on),
        on=on,
        conditions=injection.visit.appointment.conditions_for(course),
    )
    found = [r.observation_minutes for r in rules if r.dose_number == injection.dose_number]
    return found[0] if found else SHORTEST


def _longer_watch(session: Session, visit: Visit) -> int:
    """The doctor's minutes, where their latest word asks for a longer watch."""
    statement = (
        select(Decision)
        .where(Decision.visit_id == visit.id, Decision.overrides_course_id.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    latest = session.scalars(statement).first()
    is_longer = latest is not None and latest.verdict is Verdict.GO_LONGER_WATCH
    return (latest.observation_minutes or 0) if latest and is_longer else 0


def leave(
    session: Session, visit_id: int, *, early_reason: str | None, by_id: int, now: datetime
) -> Observation:
    """Note that the person has left; before the minutes are over, with the reason.

    Raises:
        AlreadyLeft: it is noted.
        LeavesEarly: the minutes are not over and nobody says why.
    """
    lock_visit(session, visit_id)
    row = session.scalars(select(Observation).where(Observation.visit_id == visit_id)).one()
    if row.left_at is not None:
        raise AlreadyLeft
    is_early = now < observation_ends_at(row.started_at, row.minutes)
    if is_early and not early_reason:
        raise LeavesEarly
    row.left_at, row.left_noted_by_id = now, by_id
    row.early_reason = early_reason if is_early else None
    audit.sign(
        session,
        "leave",
        row,
        by_id=by_id,
        now=now,
        patient_id=row.visit.patient_id,
        is_early=is_early,
    )
    return row


def undo_leave(session: Session, visit_id: int, *, by_id: int, now: datetime) -> Observation:
    """The wrong person was noted as gone: they are watched again; twice is harmless.

    The audit entry keeps when they were said to have left, and why early.

    Raises:
        TooLateToUndo: it was noted more than ten minutes ago.
    """
    lock_visit(session, visit_id)
    row = session.scalars(select(Observation).where(Observation.visit_id == visit_id)).one()
    if row.left_at is None:
        return row
    if not may_undo(row.left_at, now):
        raise TooLateToUndo
    said = {"left_at": row.left_at.isoformat(), "early_reason": row.early_reason}
    row.left_at = row.left_noted_by_id = row.early_reason = None
    patient_id = row.visit.patient_id
    audit.sign(session, "undo_leave", row, by_id=by_id, now=now, patient_id=patient_id, **said)
    return row
