"""Send what waits in the outbox, one message at a time, never inside a transaction."""

import logging
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from flask import current_app

from vaxcentre import clock
from vaxcentre.booking.link import secret_link
from vaxcentre.booking.queries import appointment_cards
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.messages import outbox
from vaxcentre.messages.outbox import Fate, InHand
from vaxcentre.messages.queries import the_centre_row
from vaxcentre.messages.seal import SealBroken, unseal
from vaxcentre.messages.smtp import (
    TIMEOUT,
    Answer,
    Conversation,
    Envelope,
    Security,
    Server,
)
from vaxcentre.messages.text import Reader, ascii_domain, is_address, write_message
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.refusal import N_

NO_SENDER = N_("The sender's address is missing or not complete: see the mail server's page.")
NO_ADDRESS = N_("No message can be sent to this address: it is not complete.")
PASSWORD_LOST = N_("The password of the mail server cannot be read any more: type it again.")

log = logging.getLogger("vaxcentre.messages")


@dataclass(frozen=True)
class Ending:
    """How a try ended, and in whose words."""

    fate: Fate
    words: str | None = None


@dataclass
class Postman:
    """Carries messages to the mail server until told to stop, also in the middle of one."""

    timeout: float = TIMEOUT
    has_to_stop: bool = False  # plain, so that a signal may set it at any moment

    def deliver_next(self) -> bool:
        """Send the message that has waited longest; False where there is nothing to do."""
        if not self._may_deliver():
            return False
        with transaction() as session:
            message = outbox.take_next(session, now=clock.now())
        if message is None:
            return False
        ending = self._try(message)
        with transaction() as session:
            outbox.write_down(session, message, ending.fate, ending.words, now=clock.now())
        log.info("message %d: %s", message.id, ending.fate.name.lower())
        return True

    def _may_deliver(self) -> bool:
        """Whether something is due and can leave: without a mail server, messages wait."""
        session = db.session()
        try:
            centre = the_centre_row(session)
            may = current_app.config["IS_DEMO"] or (centre and centre.smtp_host)
            return bool(may) and outbox.is_anything_due(session, now=clock.now())
        finally:
            session.rollback()

    def _try(self, message: InHand) -> Ending:
        prepared = prepare(message, timeout=self.timeout, now=clock.now())
        if isinstance(prepared, Ending):
            return prepared
        server, envelope = prepared
        conversation = Conversation(server, has_to_stop=lambda: self.has_to_stop)
        return self._ending(conversation.send(envelope))

    def _ending(self, answer: Answer) -> Ending:
        if answer.is_yes:
            return Ending(Fate.SENT)
        if self.has_to_stop and answer.code is None:
            return Ending(Fate.LET_GO)
        return Ending(Fate.NEVER if answer.is_final else Fate.LATER, str(answer))


def prepare(message: InHand, *, timeout: float, now: datetime) -> tuple[Server, Envelope] | Ending:
    """Read the facts as they are now and write the message; then let go of the database."""
    session = db.session()
    try:
        appointment = session.get_one(Appointment, message.appointment_id)
        (card,) = appointment_cards(session, [appointment.id])
        address = appointment.email
        is_worth = outbox.is_worth_telling(card, message.kind, now=now)
        if not address or not is_worth or outbox.is_outdated(session, message):
            return Ending(Fate.SKIPPED)
        if current_app.config["IS_DEMO"]:
            return Ending(Fate.SENT)
        centre = the_centre_row(session)
        assert centre is not None
        server, sender = server_of(centre, timeout=timeout), sender_of(centre)
        if not is_address(sender):
            return Ending(Fate.LATER, NO_SENDER)
        reader = Reader(address, appointment.language, sender, secret_link(appointment))
        text = write_message(card, message.kind, message.version, reader, now=now)
        return server, envelope_of(text, sender, address)
    except SealBroken:
        return Ending(Fate.LATER, PASSWORD_LOST)
    except ValueError:
        return Ending(Fate.NEVER, NO_ADDRESS)
    finally:
        session.rollback()


def server_of(centre: Centre, *, timeout: float) -> Server:
    """The mail server that the office has named.

    Raises:
        SealBroken: the key of this centre is another one than when the password was typed.
    """
    return Server(
        host=centre.smtp_host,
        port=centre.smtp_port,
        security=Security(centre.smtp_security),
        user=centre.smtp_user,
        password=unseal(centre.smtp_password_sealed),
        timeout=timeout,
    )


def sender_of(centre: Centre) -> str:
    """From whom messages come: the sender that the office has named, else the centre itself."""
    return centre.smtp_sender or centre.email


def envelope_of(text: EmailMessage, sender: str, recipient: str) -> Envelope:
    """The message as it travels, its addresses as the server wants them."""
    sender, recipient = _as_sent(sender), _as_sent(recipient)
    policy = SMTP if (sender + recipient).isascii() else SMTPUTF8
    return Envelope(sender, recipient, text.as_bytes(policy=policy))


def _as_sent(address: str) -> str:
    return f"{address.rpartition('@')[0]}@{ascii_domain(address)}"
