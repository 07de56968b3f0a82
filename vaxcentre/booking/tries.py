"""Whoever guesses from one address waits: ten wrong tries an hour, then no answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.models.staff import Attempt
from vaxcentre.rules.vocabulary import AttemptKind

TRIES = 10
WITHIN = timedelta(hours=1)


def waiting_until(
    session: Session, kind: AttemptKind, address: str, *, now: datetime
) -> datetime | None:
    """When this address may try again; None: now. `address` is a mark, never the address."""
    recent = session.scalars(
        select(Attempt.failed_at)
        .where(
            Attempt.kind == kind,
            Attempt.address == address,
            Attempt.failed_at > now - WITHIN,
        )
        .order_by(Attempt.failed_at.desc())
        .limit(TRIES)
    ).all()
    return recent[-1] + WITHIN if len(recent) == TRIES else None


def queue_up(session: Session, address: str) -> None:
    """Let the tries of one address follow each other on PostgreSQL; SQLite has one writer anyway.

    So that counting and noting in one transaction are as one.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(address, 1))))


def note_wrong(
    session: Session, kind: AttemptKind, subject: str, address: str, *, now: datetime
) -> None:
    """Remember a wrong try; `subject` and `address` are marks that nobody can read back."""
    session.add(Attempt(kind=kind, subject=subject, address=address, failed_at=now))


def note_once(
    session: Session, kind: AttemptKind, subject: str, address: str, *, now: datetime
) -> None:
    """Remember a wrong try, unless the same one was noted within the hour."""
    known = select(Attempt.id).where(
        Attempt.kind == kind,
        Attempt.subject == subject,
        Attempt.address == address,
        Attempt.failed_at > now - WITHIN,
    )
    if session.scalar(known.limit(1)) is None:
        note_wrong(session, kind, subject, address, now=now)
