"""A later dose whose earlier one came to nothing: it stays booked, and somebody looks at it."""

from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.audit.service import sign
from vaxcentre.models.appointment import Appointment


def mark_to_review(
    session: Session, appointment: Appointment, *, by_id: int | None, now: datetime
) -> None:
    """Mark an appointment as one to look at; marked already, it stays as it is."""
    if appointment.to_review_at is None:
        appointment.to_review_at = now
        who = appointment.patient_id
        sign(session, "mark_to_review", appointment, by_id=by_id, now=now, patient_id=who)


def settle_review(
    session: Session, appointment: Appointment, *, by_id: int | None, now: datetime
) -> None:
    """What it had lost is there again: nobody needs to look at it any more."""
    if appointment.to_review_at is not None:
        appointment.to_review_at = None
        who = appointment.patient_id
        sign(session, "settle_review", appointment, by_id=by_id, now=now, patient_id=who)
