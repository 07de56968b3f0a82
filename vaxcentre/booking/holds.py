"""End a hold: its place is free at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.locks import ALONE


def let_go(
    session: Session,
    appointment_ids: Collection[int],
    *,
    now: datetime,
    or_pass_over: bool = False,
) -> Collection[int]:
    """End these holds: their places are free at once. What is booked stays booked.

    Gives the numbers of those that were ended; with `or_pass_over`, one that somebody else has
    in hand is left to them.
    """
    if not appointment_ids:
        return ()
    unbooked = session.scalars(
        select(Appointment.id)
        .where(
            Appointment.id.in_(appointment_ids),
            Appointment.booked_at.is_(None),
            Appointment.lapsed_at.is_(None),
        )
        .order_by(Appointment.id)
        .with_for_update(**ALONE, skip_locked=or_pass_over)
    ).all()
    end(session, unbooked, now)
    return unbooked


def end(session: Session, appointment_ids: Sequence[int], now: datetime) -> None:
    """End these claims and those on their doses."""
    if not appointment_ids:
        return
    session.execute(
        update(Appointment)
        .where(Appointment.id.in_(appointment_ids))
        .values(lapsed_at=now, held_from=None)
    )
    session.execute(
        update(PlannedDose)
        .where(PlannedDose.appointment_id.in_(appointment_ids), PlannedDose.released_at.is_(None))
        .values(released_at=now)
    )
