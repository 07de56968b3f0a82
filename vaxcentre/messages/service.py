"""The outbox: what is to be told to whom. Written in the transaction of the fact itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.messages.queries import IS_WAITING, open_failures
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Centre
from vaxcentre.models.locks import ALONE
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import MessageKind
from vaxcentre.writing import read, write

_OF_KIND = select(OutboxMessage.id).where(
    OutboxMessage.appointment_id == bindparam("appointment_id"),
    OutboxMessage.kind == bindparam("kind"),
)
_QUEUE = insert(OutboxMessage)


class NothingFailed(Refusal):
    """Somebody has dealt with this message already."""

    sentence = N_("This message is no longer among the failures: somebody has dealt with it.")


@dataclass(frozen=True)
class MailSettings:
    """How the centre's mail leaves; `sealed_password` is None where the old one stays."""

    host: str
    port: int
    security: str
    user: str
    sealed_password: str | None
    sender: str


def enqueue(
    session: Session, appointment: Appointment, kind: MessageKind, *, now: datetime
) -> None:
    """Put a message into the outbox; nothing where the patient gave no e-mail address.

    One row per appointment and kind: a second change of the same appointment tells again from
    the same row, as its next version. The text is rendered when it is sent, from the facts then.
    """
    if appointment.email:
        enqueue_for(session, appointment.id, kind, now=now)


def enqueue_for(session: Session, appointment_id: int, kind: MessageKind, *, now: datetime) -> None:
    """As `enqueue`, for an appointment that is known to have an address."""
    of_kind = {"appointment_id": appointment_id, "kind": kind}
    if not read(session, _OF_KIND, of_kind):
        write(session, _QUEUE, {**of_kind, "queued_at": now, "next_try_at": now})
        return
    row = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.appointment_id == appointment_id, OutboxMessage.kind == kind)
        .with_for_update(**ALONE)  # the worker may be writing how it went
        .execution_options(populate_existing=True)
    ).one()
    if row.sent_at or row.failed_at or row.skipped_at or row.sending_at:
        row.version += 1  # what is in a worker's hand stays there: it sees the new version
    _queue(row, now)


def try_again(session: Session, message_id: int, *, by_id: int, now: datetime) -> None:
    """Queue a message that failed, with all its tries before it.

    Raises:
        NothingFailed: it was queued again, or dealt with, by somebody else.
    """
    row = _failed(session, message_id)
    _queue(row, now)
    audit.sign(session, "try_message_again", row, by_id=by_id, now=now)


def try_all_again(session: Session, *, by_id: int, now: datetime) -> int:
    """Queue every failure that nobody has dealt with, after the settings were put right."""
    ids = sorted(row.id for row in session.scalars(open_failures()))
    for message_id in ids:
        try_again(session, message_id, by_id=by_id, now=now)
    return len(ids)


def mark_told_by_phone(session: Session, message_id: int, *, by_id: int, now: datetime) -> None:
    """The person knows: somebody has called them. What failed leaves the list; what waits, too.

    Raises:
        NothingFailed: it has left meanwhile, or was dealt with by somebody else.
    """
    row = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == message_id, *IS_WAITING, OutboxMessage.sending_at.is_(None))
        .with_for_update(**ALONE)
    )
    if row is None:
        row = _failed(session, message_id)
    else:
        row.skipped_at = now
    row.seen_at, row.seen_by_id = now, by_id
    audit.sign(session, "mark_told_by_phone", row, by_id=by_id, now=now)


def save_settings(session: Session, asked: MailSettings, *, by_id: int, now: datetime) -> None:
    """Keep how the centre's mail leaves; what waits in the outbox leaves that way."""
    centre = session.scalars(select(Centre).with_for_update(**ALONE)).one()
    centre.smtp_host, centre.smtp_port = asked.host, asked.port
    centre.smtp_security, centre.smtp_user = asked.security, asked.user
    centre.smtp_sender = asked.sender
    if asked.sealed_password is not None:
        centre.smtp_password_sealed = asked.sealed_password
    if not asked.user:
        centre.smtp_password_sealed = ""
    centre.updated_at, centre.updated_by_id = now, by_id
    release(session, now=now)
    audit.sign(
        session,
        "save_mail_settings",
        centre,
        by_id=by_id,
        now=now,
        host=asked.host,
        port=asked.port,
        security=asked.security,
        has_new_password=bool(asked.sealed_password),
    )


def release(session: Session, *, now: datetime) -> None:
    """Let what waits for a later try leave now: the mail server is another one, or answers."""
    session.execute(
        update(OutboxMessage)
        .where(*IS_WAITING, OutboxMessage.sending_at.is_(None), OutboxMessage.next_try_at > now)
        .values(next_try_at=now)
    )


def _failed(session: Session, message_id: int) -> OutboxMessage:
    row = session.scalar(
        open_failures().where(OutboxMessage.id == message_id).with_for_update(**ALONE)
    )
    if row is None:
        raise NothingFailed
    return row


def _queue(row: OutboxMessage, now: datetime) -> None:
    row.queued_at = row.next_try_at = now
    row.sent_at = row.failed_at = row.skipped_at = row.last_error = None
    row.seen_at = row.seen_by_id = None
    row.attempts = 0
