"""Read the outbox: how today went, and whom no message reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Centre, Place, Slot

IS_WAITING = (
    OutboxMessage.sent_at.is_(None),
    OutboxMessage.failed_at.is_(None),
    OutboxMessage.skipped_at.is_(None),
)


@dataclass(frozen=True)
class Counts:
    """The outbox in four numbers."""

    waiting: int
    sent_today: int
    skipped_today: int
    failed: int  # that nobody has dealt with


def open_failures() -> Select[OutboxMessage]:
    """What failed and nobody has dealt with, the latest first."""
    return (
        select(OutboxMessage)
        .where(OutboxMessage.failed_at.is_not(None), OutboxMessage.seen_at.is_(None))
        .order_by(OutboxMessage.failed_at.desc(), OutboxMessage.id)
    )


def waiting_ones() -> Select[OutboxMessage]:
    """What waits for its turn, or for a mail server; the first appointment first."""
    return (
        select(OutboxMessage)
        .join(Appointment, Appointment.id == OutboxMessage.appointment_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(*IS_WAITING)
        .order_by(Slot.starts_at, OutboxMessage.id)
    )


def with_people(
    session: Session, wanted: Select[OutboxMessage], *, most: int = 200
) -> Sequence[OutboxMessage]:
    """These messages with the person and the hour of each, for one page."""
    appointment = joinedload(OutboxMessage.appointment, innerjoin=True)
    return session.scalars(
        wanted.options(
            appointment.joinedload(Appointment.patient),
            appointment.joinedload(Appointment.place).joinedload(Place.slot),
        ).limit(most)
    ).all()


def counts(session: Session, *, since: datetime) -> Counts:
    """The outbox as it stands; `since` is the first moment of the local day."""
    waiting = select(func.count()).where(*IS_WAITING)
    return Counts(
        waiting=session.scalar(waiting) or 0,
        sent_today=session.scalar(select(func.count()).where(OutboxMessage.sent_at >= since)) or 0,
        skipped_today=session.scalar(select(func.count()).where(OutboxMessage.skipped_at >= since))
        or 0,
        failed=failed_number(session),
    )


def failed_number(session: Session) -> int:
    """How many messages failed that nobody has dealt with."""
    failed = select(func.count()).where(
        OutboxMessage.failed_at.is_not(None), OutboxMessage.seen_at.is_(None)
    )
    return session.scalar(failed) or 0


def the_centre_row(session: Session) -> Centre | None:
    """The centre with its mail settings."""
    return session.scalar(select(Centre))


def has_mail_server(session: Session) -> bool:
    """Whether the office has named a mail server: without one, messages wait in the outbox."""
    return bool(session.scalar(select(Centre.smtp_host)))
