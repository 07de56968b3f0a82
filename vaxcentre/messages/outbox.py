"""Take the next message out of the outbox, and write down how it went.

Each message is sent once wherever SMTP permits to know. A worker first writes that it has the
message in hand (`sending_at`), then talks to the server outside of any transaction, then writes
the end. One that dies in between leaves its message in hand; after `LEASE`, longer than any
conversation lasts, another takes it up. Had the server taken it already (no one can tell, RFC
1047), the repeat bears the same Message-ID: a lost confirmation would harm, a second one does not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.models.appointment import OutboxMessage
from vaxcentre.models.locks import ALONE
from vaxcentre.rules.refusal import N_
from vaxcentre.rules.vocabulary import MessageKind

# After a first, second and third try in vain; a fourth one fails.
PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=120))
LEASE = timedelta(minutes=10)
STOPPED = N_("The program stopped each time it sent this message.")


class Fate(Enum):
    """How one try ended."""

    SENT = auto()
    LATER = auto()  # worth trying again
    NEVER = auto()  # would be refused again
    SKIPPED = auto()  # no longer worth telling
    LET_GO = auto()  # the program was asked to stop; this was no try


@dataclass(frozen=True)
class InHand:
    """A message that this worker has taken, as it was then."""

    id: int
    appointment_id: int
    kind: MessageKind
    version: int
    taken_at: datetime


def is_anything_due(session: Session, *, now: datetime) -> bool:
    """Whether some message waits for its turn; asked before taking the writers' turn."""
    return session.scalar(_due(now).limit(1)) is not None


def take_next(session: Session, *, now: datetime) -> InHand | None:
    """Take the message that has waited longest in hand; None where nothing is due.

    A message left in hand by a worker that died counts a try; after the last one it fails.
    """
    row = session.scalar(_due(now).limit(1).with_for_update(**ALONE, skip_locked=True))
    if row is None:
        return None
    if row.sending_at is not None:
        _put_off(row, STOPPED, now)
        if row.failed_at is not None:
            return None
    row.sending_at = now
    return InHand(row.id, row.appointment_id, row.kind, row.version, now)


def write_down(
    session: Session, message: InHand, fate: Fate, words: str | None, *, now: datetime
) -> None:
    """Write how the try ended, unless it is no longer ours to say.

    Where the appointment changed meanwhile, its version rose: the message stays queued and is
    told again. Where another worker has taken the message up, the end is that worker's.
    """
    row = session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message.id).with_for_update(**ALONE)
    )
    if row is None or row.sending_at != message.taken_at:
        return
    row.sending_at = None
    if row.version != message.version:
        return
    match fate:
        case Fate.SENT:
            row.sent_at, row.last_error = now, None
            row.attempts += 1
        case Fate.SKIPPED:
            row.skipped_at = now
        case Fate.LATER:
            _put_off(row, words, now)
        case Fate.NEVER:
            row.attempts += 1
            row.failed_at, row.last_error = now, words


def is_worth_telling(card: AppointmentCard, kind: MessageKind, *, now: datetime) -> bool:
    """Whether the message still says the truth, and somebody can read it in time.

    No confirmation or change of what has been cancelled; nothing once the person has come, or
    the hour is over.
    """
    is_cancelled = card.cancelled_at is not None
    return not card.is_past(now) and is_cancelled == (kind is MessageKind.CANCELLATION)


def is_outdated(session: Session, message: InHand) -> bool:
    """Whether this is a first confirmation that waited until the appointment was changed.

    The message of the change says all of it, and "is booked" after "was moved" only confuses.
    """
    if message.kind is not MessageKind.CONFIRMATION:
        return False
    change = exists().where(
        OutboxMessage.appointment_id == message.appointment_id,
        OutboxMessage.kind == MessageKind.CHANGE,
        OutboxMessage.queued_at
        >= select(OutboxMessage.queued_at).where(OutboxMessage.id == message.id).scalar_subquery(),
    )
    return bool(session.scalar(select(change)))


def _put_off(row: OutboxMessage, words: str | None, now: datetime) -> None:
    row.attempts += 1
    row.sending_at, row.last_error = None, words
    if row.attempts > len(PAUSES):
        row.failed_at = now
    else:
        row.next_try_at = now + PAUSES[row.attempts - 1]


def _due(now: datetime) -> Select[OutboxMessage]:
    return (
        select(OutboxMessage)
        .where(
            OutboxMessage.sent_at.is_(None),
            OutboxMessage.failed_at.is_(None),
            OutboxMessage.skipped_at.is_(None),
            OutboxMessage.next_try_at <= now,
            or_(OutboxMessage.sending_at.is_(None), OutboxMessage.sending_at <= now - LEASE),
        )
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
    )
