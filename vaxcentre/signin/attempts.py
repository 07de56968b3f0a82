"""Failed tries at the door: who fails too often waits, whatever process answers."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from vaxcentre.models.staff import Attempt
from vaxcentre.rules.vocabulary import AttemptKind

PER_ACCOUNT = 5
# All desks of a centre may share one address; a stranger who tries many accounts meets this.
PER_ADDRESS = 30
PAUSE = timedelta(minutes=15)


def rests_until(
    session: Session, kind: AttemptKind, subject: str, address: str, *, now: datetime
) -> datetime | None:
    """Until when this account, or this address, is not listened to; None when it may try."""
    moments = (
        _reached(session, kind, Attempt.subject == hashed(subject), PER_ACCOUNT, now),
        _reached(session, kind, Attempt.address == hashed(address), PER_ADDRESS, now),
    )
    return max((moment for moment in moments if moment is not None), default=None)


def failures(session: Session, kind: AttemptKind, subject: str) -> int:
    """All failures of an account that have not been forgotten."""
    statement = select(func.count()).where(Attempt.kind == kind, Attempt.subject == hashed(subject))
    return int(session.scalar(statement) or 0)


def note_failure(
    session: Session, kind: AttemptKind, subject: str, address: str, *, now: datetime
) -> None:
    """Remember a failed try."""
    session.add(Attempt(kind=kind, subject=hashed(subject), address=hashed(address), failed_at=now))
    session.flush()


def forget(session: Session, subject: str, *kinds: AttemptKind) -> None:
    """The person has shown who they are: earlier failures count no more."""
    session.execute(
        delete(Attempt).where(Attempt.subject == hashed(subject), Attempt.kind.in_(kinds))
    )


def hashed(text: str) -> str:
    """What is kept of an account or an address."""
    return hashlib.sha256(text.encode()).hexdigest()


def _reached(
    session: Session, kind: AttemptKind, whose: ColumnElement[bool], limit: int, now: datetime
) -> datetime | None:
    """The end of the pause, where the limit was reached within the last quarter of an hour."""
    statement = (
        select(Attempt.failed_at)
        .where(Attempt.kind == kind, whose, Attempt.failed_at > now - PAUSE)
        .order_by(Attempt.failed_at.desc())
        .limit(limit)
    )
    moments = list(session.scalars(statement))
    return moments[-1] + PAUSE if len(moments) == limit else None
