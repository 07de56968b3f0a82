"""Whoever guesses numbers from one address waits: ten wrong tries an hour, then no answer."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.models.staff import Attempt
from vaxcentre.rules.vocabulary import AttemptKind

TRIES = 10
WITHIN = timedelta(hours=1)


def must_wait(session: Session, kind: AttemptKind, address: str, *, now: datetime) -> bool:
    """Whether this address has guessed wrong too often within the hour."""
    wrong = session.scalar(
        select(func.count()).where(
            Attempt.kind == kind,
            Attempt.address == address,
            Attempt.failed_at > now - WITHIN,
        )
    )
    return int(wrong or 0) >= TRIES


def note_wrong(
    session: Session, kind: AttemptKind, tried: str, address: str, *, now: datetime
) -> None:
    """Remember a wrong try; `tried` and `address` are marks that nobody can read back."""
    session.add(Attempt(kind=kind, subject=tried, address=address, failed_at=now))
