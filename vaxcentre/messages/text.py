"""What a message says, in the language of the appointment, from the facts of this moment."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _

from vaxcentre.messages.ics import Entry, calendar_file
from vaxcentre.models.appointment import Appointment
from vaxcentre.rules.identity import first_given_name
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.vocabulary import MessageKind
from vaxcentre.web.centre import CentreCard, the_centre
from vaxcentre.web.filters import day, time_of_day
from vaxcentre.web.languages import speaking


@dataclass(frozen=True)
class Letter:
    """The parts of a message; both its plain text and its HTML are made of them."""

    language: str
    subject: str
    news: str
    rows: Sequence[tuple[str, str]]
    way_on: str
    link: str
    advice: Sequence[str]

    @property
    def plain(self) -> str:
        """The message as plain text."""
        facts = "\n".join(f"{label} {value}" for label, value in self.rows)
        way_on = f"{self.way_on}\n{self.link}" if self.link else ""
        parts = [_("Hello,"), self.news, facts, way_on, *self.advice]
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def html(self) -> str:
        """The same as simple HTML."""
        template = current_app.jinja_env.get_template("messages/letter.html")
        return template.render(letter=self)


def write_message(
    appointment: Appointment, kind: MessageKind, version: int, *, sender: str, now: datetime
) -> EmailMessage:
    """Write the whole e-mail about an appointment.

    Raises:
        ValueError: the address of the sender or of the person cannot stand in an e-mail.
    """
    with speaking(appointment.language):
        letter = letter_about(appointment, kind)
        message = _envelope(letter.subject, sender, appointment.email or "", now)
        key = f"{appointment.reference}.{kind}.{version}"
        message["Message-ID"] = message_id(key, sender)
        message.set_content(letter.plain, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        message.add_attachment(
            _calendar(appointment, kind, now),
            maintype="text",
            subtype="calendar",
            filename=_("appointment.ics"),
            params={"charset": "utf-8", "method": "PUBLISH"},
        )
    return message


def write_trial(recipient: str, *, sender: str, key: str, now: datetime) -> EmailMessage:
    """Write the message of the test button, in the language of who presses it.

    Raises:
        ValueError: an address cannot stand in an e-mail.
    """
    message = _envelope(_("Test of the mail server"), sender, recipient, now)
    message["Message-ID"] = message_id(key, sender)
    message.set_content(
        _("The mail of %(centre)s leaves as it should.", centre=the_centre().name),
        cte="quoted-printable",
    )
    return message


def letter_about(appointment: Appointment, kind: MessageKind) -> Letter:
    """Say what there is to know, without the vaccine: mail servers and families read along."""
    centre, slot = the_centre(), appointment.place.slot
    when = {"day": day(slot.starts_at), "time": time_of_day(slot.starts_at)}
    subjects = {
        MessageKind.CONFIRMATION: _("Your appointment: %(day)s at %(time)s", **when),
        MessageKind.CHANGE: _("Your appointment has moved: %(day)s at %(time)s", **when),
        MessageKind.CANCELLATION: _("Appointment cancelled: %(day)s at %(time)s", **when),
    }
    is_cancelled = kind is MessageKind.CANCELLATION
    return Letter(
        language=appointment.language,
        subject=subjects[kind],
        news=_news(kind),
        rows=_rows(appointment, centre, is_cancelled),
        way_on=_way_on(is_cancelled),
        link=centre.public_address,
        advice=_advice(centre, is_cancelled),
    )


def message_id(key: str, sender: str) -> str:
    """The name of a message: the same each time it is sent, and it tells nothing to others."""
    secret = current_app.config["SECRET_KEY"]
    secret = secret.encode() if isinstance(secret, str) else secret
    digest = hmac.new(secret, f"message {key}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"<{digest}@{ascii_domain(sender)}>"


def ascii_domain(address: str) -> str:
    """The domain of an address as mail servers know it (xn-- where it has accents)."""
    return address.rpartition("@")[2].encode("idna").decode("ascii")


def is_address(address: str) -> bool:
    """Whether it can stand in the header of an e-mail."""
    try:
        mailbox(address)
    except ValueError:
        return False
    return True


def mailbox(address: str, name: str = "") -> Address:
    """An address for a header, its domain in ASCII.

    Raises:
        ValueError: it is no address, or a line break hides in it.
    """
    local, _at, domain = address.rpartition("@")
    if not (local and domain and address.isprintable()) or " " in address or "@" in local:
        raise ValueError("not an address")
    return Address(name, local, ascii_domain(address))


def _envelope(subject: str, sender: str, recipient: str, now: datetime) -> EmailMessage:
    centre = the_centre()
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(subject.split())
    message["From"] = mailbox(sender, " ".join(centre.name.split()))
    message["To"] = mailbox(recipient)
    if is_address(centre.email):
        message["Reply-To"] = mailbox(centre.email)
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    return message


def _news(kind: MessageKind) -> str:
    sentences = {
        MessageKind.CONFIRMATION: _("Your appointment is booked."),
        MessageKind.CHANGE: _("Your appointment has moved. This is the time that counts now."),
        MessageKind.CANCELLATION: _("This appointment is cancelled: you need not come."),
    }
    return str(sentences[kind])


def _rows(
    appointment: Appointment, centre: CentreCard, is_cancelled: bool
) -> list[tuple[str, str]]:
    starts_at, patient = appointment.place.slot.starts_at, appointment.patient
    who = first_given_name(patient.given_names) if patient else ""
    when = _("%(day)s at %(time)s", day=day(starts_at, year=True), time=time_of_day(starts_at))
    where = "" if is_cancelled else ", ".join((centre.name, *centre.address_lines))
    rows = [
        (_("For:"), who),
        (_("When:"), when),
        (_("Where:"), where),
        (_("Reference:"), show_reference(appointment.reference)),
        (_("Phone of the centre:"), centre.phone_shown),
    ]
    return [(label, value) for label, value in rows if value]


def _way_on(is_cancelled: bool) -> str:
    if is_cancelled:
        return str(_("To book another appointment:"))
    return str(_("To move it, cancel it or print the confirmation:"))


def _advice(centre: CentreCard, is_cancelled: bool) -> list[str]:
    advice = [] if is_cancelled else [_("Bring an identity document, and your reference.")]
    if centre.phone_shown:
        advice.append(
            _(
                "Nobody reads the answers to this message. To reach us: %(phone)s.",
                phone=centre.phone_shown,
            )
        )
    return advice


def _calendar(appointment: Appointment, kind: MessageKind, now: datetime) -> bytes:
    centre, slot = the_centre(), appointment.place.slot
    is_cancelled = kind is MessageKind.CANCELLATION
    return calendar_file(
        Entry(
            uid=calendar_uid(appointment.reference),
            sequence=calendar_sequence(appointment),
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            summary=_("Appointment: %(centre)s", centre=centre.name),
            location=", ".join((centre.name, *centre.address_lines)),
            description=_(
                "Reference %(reference)s. Phone %(phone)s.",
                reference=show_reference(appointment.reference),
                phone=centre.phone_shown,
            ),
            is_cancelled=is_cancelled,
        ),
        now=now,
    )


def calendar_uid(reference: str) -> str:
    """The name of an appointment in calendars, the same through all its changes."""
    return f"{reference}@{urlsplit(the_centre().public_address).hostname or 'vaxcentre'}"


def calendar_sequence(appointment: Appointment) -> int:
    """Rises with each change: seconds from the booking to the latest of them."""
    booked_at = appointment.booked_at
    changes = (appointment.moved_at, appointment.cancelled_at)
    latest = max((moment for moment in changes if moment), default=None)
    return int((latest - booked_at).total_seconds()) + 1 if latest and booked_at else 0
