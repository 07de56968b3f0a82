"""The outbox: what is to be told to whom. Written in the transaction of the fact itself."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.rules.vocabulary import MessageKind


def enqueue(
    session: Session, appointment: Appointment, kind: MessageKind, *, now: datetime
) -> OutboxMessage | None:
    """Put a message into the outbox; None where the patient gave no e-mail address.

    One row per appointment and kind: a second change of the same appointment tells again from
    the same row, as its next version. The text is rendered when it is sent, from the facts then.
    """
    if not appointment.email:
        return None
    row = session.scalar(
        select(OutboxMessage).where(
            OutboxMessage.appointment_id == appointment.id, OutboxMessage.kind == kind
        )
    )
    if row is None:
        row = OutboxMessage(
            appointment_id=appointment.id, kind=kind, queued_at=now, next_try_at=now
        )
        session.add(row)
        return row
    if row.sent_at is not None or row.failed_at is not None or row.sending_at is not None:
        row.version += 1
    row.queued_at = row.next_try_at = now
    row.sent_at = row.failed_at = row.sending_at = row.last_error = None
    row.attempts = 0
    return row
