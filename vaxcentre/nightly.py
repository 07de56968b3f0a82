"""Nightly work: what has had its time is put away, so that the days stay quick."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Delete, Update, delete, func, select, update
from sqlalchemy.orm import Session

from vaxcentre.booking.holds import let_go
from vaxcentre.database import checkpoint, transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.staff import Attempt, OneTimeKey, StaffSession
from vaxcentre.signin import kept

KEYS_KEPT = timedelta(days=2)
ATTEMPTS_KEPT = timedelta(days=1)
SEATS_KEPT = timedelta(days=90)
AT_ONCE = 500  # numbers in one statement


def run(*, now: datetime) -> dict[str, int]:
    """Do all of it, each piece in a transaction of its own; says how many rows each touched."""
    done = {}
    for piece in PIECES:
        with transaction() as session:
            done[piece.__name__] = piece(session, now=now)
    checkpoint()
    return done


def end_dead_holds(session: Session, *, now: datetime) -> int:
    """End the holds that ran out in slots where nobody has booked since."""
    dead = session.scalars(
        select(Appointment.id).where(
            Appointment.booked_at.is_(None),
            Appointment.lapsed_at.is_(None),
            Appointment.cancelled_at.is_(None),
            Appointment.held_until <= now,
        )
    ).all()
    for begin in range(0, len(dead), AT_ONCE):
        let_go(session, dead[begin : begin + AT_ONCE], now=now)
    return len(dead)


def forget_old_keys(session: Session, *, now: datetime) -> int:
    """Forget one-time keys: nobody sends a form again after two days."""
    gone = delete(OneTimeKey).where(OneTimeKey.used_at < now - KEYS_KEPT)
    return _count(session, gone)


def forget_old_attempts(session: Session, *, now: datetime) -> int:
    """Forget failed tries: the longest pause they cause is far shorter than a day."""
    return _count(session, delete(Attempt).where(Attempt.failed_at < now - ATTEMPTS_KEPT))


def forget_kept_forms(session: Session, *, now: datetime) -> int:
    """Forget what was typed before a lock and never taken up again: the shift is over."""
    left = update(StaffSession).where(StaffSession.kept.is_not(None), kept.over(now))
    return _count(session, left.values(kept=None))


def forget_old_seats(session: Session, *, now: datetime) -> int:
    """Forget who sat at which desk three months ago; what they signed stays in the audit."""
    ended_at = func.coalesce(StaffSession.ended_at, StaffSession.signed_in_at)
    return _count(session, delete(StaffSession).where(ended_at < now - SEATS_KEPT))


def _count(session: Session, statement: Delete | Update) -> int:
    found = session.execute(statement)
    assert isinstance(found, CursorResult)
    return int(found.rowcount)


PIECES: tuple[Callable[..., int], ...] = (
    end_dead_holds,
    forget_old_keys,
    forget_old_attempts,
    forget_kept_forms,
    forget_old_seats,
)
