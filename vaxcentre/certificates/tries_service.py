"""Whoever guesses numbers from one address waits: ten wrong tries an hour, then no answer."""

import hashlib
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
            Attempt.address == _hashed(address),
            Attempt.failed_at > now - WITHIN,
        )
    )
    return int(wrong or 0) >= TRIES


def note_wrong(
    session: Session, kind: AttemptKind, tried: str, address: str, *, now: datetime
) -> None:
    """Remember a wrong try; neither what was tried nor the address can be read from it."""
    session.add(Attempt(kind=kind, subject=_hashed(tried), address=_hashed(address), failed_at=now))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
