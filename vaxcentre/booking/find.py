"""Find an appointment again by reference and birth date, ten wrong tries an hour at most."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking import tries
from vaxcentre.booking.refusals import NotFound, TooManyTries
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.patient import Patient
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import AttemptKind


def find(
    session: Session, reference: str, birth_on: date, *, address: str, subject: str, now: datetime
) -> tuple[int, int] | Refusal:
    """Number and link version of the appointment; or the "no", its wrong try counted.

    The "no" is returned, not raised, so that the transaction keeps the count. `address` and
    `subject` are marks of the network address and of the reference.
    """
    kind = AttemptKind.APPOINTMENT
    tries.queue_up(session, address)
    if (until := tries.waiting_until(session, kind, address, now=now)) is not None:
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
        tries.note_wrong(session, kind, subject, address, now=now)
        return NotFound()
    return row.id, row.link_version
