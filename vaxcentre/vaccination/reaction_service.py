"""What happened in the minutes after an injection: recorded, put right, and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.interview.visits import lock_visit
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.visit import Reaction, Visit
from vaxcentre.rules.vocabulary import ReactionKind, ReactionOutcome, Role, Severity
from vaxcentre.vaccination.refusals import (
    AlreadyReplaced,
    NothingChanged,
    NotYourRecord,
    ReactionTimeNotPossible,
)


@dataclass(frozen=True)
class ReactionRequest:
    """What was seen in the minutes after, and what was done."""

    visit_id: int
    noticed_at: datetime
    kind: ReactionKind
    severity: Severity
    outcome: ReactionOutcome
    treatment: str | None
    note: str | None


@dataclass(frozen=True)
class ReactionCorrection:
    """What the record should have said, and why it did not; or that nothing happened at all."""

    reaction_id: int
    request: ReactionRequest
    reason: str
    is_in_error: bool = False


def record_reaction(
    session: Session, request: ReactionRequest, *, by_id: int, now: datetime
) -> Reaction:
    """Write down what happened in the minutes after, what was done, and how it ended.

    Raises:
        ReactionTimeNotPossible: before the person arrived, or in the future.
    """
    visit = lock_visit(session, request.visit_id)
    _check_moment(visit, request, now)
    reaction = _row(request, by_id=by_id, now=now)
    session.add(reaction)
    who = visit.patient_id
    audit.sign(session, "record_reaction", reaction, by_id=by_id, now=now, patient_id=who)
    return reaction


def may_correct(reaction: Reaction, agent: StaffMember, *, zone: ZoneInfo, now: datetime) -> bool:
    """Whether it is theirs to correct: a doctor any, a nurse own records of the day."""
    if agent.may(Role.DOCTOR):
        return True
    is_of_today = reaction.visit.day == now.astimezone(zone).date()
    return is_of_today and reaction.recorded_by_id == agent.id


def correct_reaction(
    session: Session, correction: ReactionCorrection, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Reaction:
    """Replace the record of a reaction by a new one that says why; the old one stays readable.

    Raises:
        AlreadyReplaced, NotYourRecord, NothingChanged: as their sentences say.
        ReactionTimeNotPossible: before the person arrived, or in the future.
    """
    old = session.get_one(Reaction, correction.reaction_id)
    visit = lock_visit(session, old.visit_id)
    session.refresh(old)
    if old.replaced_at is not None:
        raise AlreadyReplaced
    if not may_correct(old, session.get_one(StaffMember, by_id), zone=zone, now=now):
        raise NotYourRecord
    _check_moment(visit, correction.request, now)
    new = _row(correction.request, by_id=by_id, now=now)
    new.replaces_id, new.correction_reason = old.id, correction.reason
    new.is_in_error = correction.is_in_error
    if _said(new) == _said(old):
        raise NothingChanged
    old.replaced_at = now
    session.add(new)
    audit.sign(
        session,
        "correct_reaction",
        new,
        by_id=by_id,
        now=now,
        patient_id=visit.patient_id,
        of=old.id,
        is_in_error=correction.is_in_error,
    )
    return new


def reactions_of(session: Session, visit_id: int) -> list[tuple[Reaction, ...]]:
    """What was recorded in a visit: of each reaction what holds, then all that was said before."""
    rows = session.scalars(
        select(Reaction).where(Reaction.visit_id == visit_id).order_by(Reaction.id)
    ).all()
    by_id = {row.id: row for row in rows}
    return [_versions(row, by_id) for row in rows if row.replaced_at is None]


def _versions(row: Reaction, by_id: dict[int, Reaction]) -> tuple[Reaction, ...]:
    older = by_id.get(row.replaces_id or 0)
    return (row, *(_versions(older, by_id) if older else ()))


def names_of(session: Session, versions: Sequence[tuple[Reaction, ...]]) -> dict[int, str]:
    """Who recorded them."""
    ids = {row.recorded_by_id for rows in versions for row in rows}
    members = session.scalars(select(StaffMember).where(StaffMember.id.in_(ids)))
    return {member.id: member.full_name for member in members}


def _check_moment(visit: Visit, request: ReactionRequest, now: datetime) -> None:
    """The form shows hours and minutes: the minute of the arrival is good enough."""
    if not visit.checked_in_at.replace(second=0, microsecond=0) <= request.noticed_at <= now:
        raise ReactionTimeNotPossible


def _row(request: ReactionRequest, *, by_id: int, now: datetime) -> Reaction:
    return Reaction(
        visit_id=request.visit_id,
        noticed_at=request.noticed_at,
        kind=request.kind,
        severity=request.severity,
        treatment=request.treatment,
        outcome=request.outcome,
        note=request.note,
        recorded_at=now,
        recorded_by_id=by_id,
        is_in_error=False,
    )


def _said(row: Reaction) -> tuple[object, ...]:
    what = (row.noticed_at, row.kind, row.severity, row.treatment, row.outcome, row.note)
    return (*what, row.is_in_error)
