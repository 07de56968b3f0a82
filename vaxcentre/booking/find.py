"""Find an appointment again by reference and birth date, ten wrong tries an hour at most."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.booking.refusals import NotFound, TooManyTries
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import Attempt
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import AttemptKind

TRIES = 10
WITHIN = timedelta(hours=1)


def find(
    session: Session, reference: str, birth_on: date, *, address: str, subject: str, now: datetime
) -> tuple[int, int] | Refusal:
    """Number and link version of the appointment; or the "no", its wrong try counted.

    The "no" is returned, not raised, so that the transaction keeps the count. `address` and
    `subject` are hashes of the network address and of the reference.
    """
    if (until := _waiting_until(session, address, now)) is not None:
        return TooManyTries(until=until)
    row = session.execute(
        select(Appointment.id, Appointment.link_version)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(
            Appointment.reference == reference,
            Appointment.booked_at.is_not(None),
            Patient.birth_on == birth_on,
        )
    ).first()
    if row is None:
        session.add(
            Attempt(kind=AttemptKind.APPOINTMENT, subject=subject, address=address, failed_at=now)
        )
        return NotFound()
    return row.id, row.link_version


def _waiting_until(session: Session, address: str, now: datetime) -> datetime | None:
    """When this address may try again; None: now."""
    if session.get_bind().dialect.name == "postgresql":  # count and write as one
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(address, 1))))
    recent = session.scalars(
        select(Attempt.failed_at)
        .where(
            Attempt.kind == AttemptKind.APPOINTMENT,
            Attempt.address == address,
            Attempt.failed_at > now - WITHIN,
        )
        .order_by(Attempt.failed_at.desc())
        .limit(TRIES)
    ).all()
    return recent[-1] + WITHIN if len(recent) == TRIES else None
