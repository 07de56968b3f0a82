"""What a message says, in the language of the appointment, from the facts of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from flask import current_app
from flask_babel import gettext as _

from vaxcentre.booking.calendar import calendar_file
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.vocabulary import MessageKind
from vaxcentre.web import keys
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


@dataclass(frozen=True)
class Reader:
    """To whom a message goes, in which language, from whom, and with which secret link."""

    address: str
    language: str
    sender: str
    link: str


def write_message(
    card: AppointmentCard, kind: MessageKind, version: int, reader: Reader, *, now: datetime
) -> EmailMessage:
    """Write the whole e-mail about an appointment.

    Raises:
        ValueError: the address of the sender or of the person cannot stand in an e-mail.
    """
    with speaking(reader.language):
        letter = letter_about(card, kind, reader)
        message = _envelope(letter.subject, reader.sender, reader.address, now)
        message["Message-ID"] = message_id(f"{card.reference}.{kind}.{version}", reader.sender)
        message.set_content(letter.plain, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        message.add_attachment(
            _calendar(card),
            maintype="text",
            subtype="calendar",
            filename=_("appointment") + ".ics",
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


def letter_about(card: AppointmentCard, kind: MessageKind, reader: Reader) -> Letter:
    """Say what there is to know, without the vaccine: mail servers and families read along."""
    centre = the_centre()
    when = {"day": day(card.starts_at), "time": time_of_day(card.starts_at)}
    subjects = {
        MessageKind.CONFIRMATION: _("Your appointment: %(day)s at %(time)s", **when),
        MessageKind.CHANGE: _("Your appointment has moved: %(day)s at %(time)s", **when),
        MessageKind.CANCELLATION: _("Appointment cancelled: %(day)s at %(time)s", **when),
    }
    is_cancelled = kind is MessageKind.CANCELLATION
    return Letter(
        language=reader.language,
        subject=subjects[kind],
        news=_news(kind),
        rows=_rows(card, centre, is_cancelled),
        way_on=_way_on(is_cancelled),
        link=centre.public_address if is_cancelled else reader.link,
        advice=_advice(centre, is_cancelled),
    )


def message_id(key: str, sender: str) -> str:
    """The name of a message: the same each time it is sent, and it tells nothing to others."""
    return f"<{keys.mark('message', key.encode()).hex()[:40]}@{ascii_domain(sender)}>"


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
    message["Subject"] = " ".join(subject.splitlines())
    message["From"] = mailbox(sender, " ".join(centre.name.splitlines()))
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


def _rows(card: AppointmentCard, centre: CentreCard, is_cancelled: bool) -> list[tuple[str, str]]:
    date, hour = day(card.starts_at, year=True), time_of_day(card.starts_at)
    rows = [
        (_("For:"), card.given_name),
        (_("When:"), _("%(day)s at %(time)s", day=date, time=hour)),
        (_("Where:"), "" if is_cancelled else _place(centre)),
        (_("Reference:"), show_reference(card.reference)),
        (_("Phone of the centre:"), centre.phone_shown),
    ]
    return [(label, value) for label, value in rows if value]


def _place(centre: CentreCard) -> str:
    return ", ".join((centre.name, *centre.address_lines))


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


def _calendar(card: AppointmentCard) -> bytes:
    """The same file as on the appointment's own page: a later one replaces it."""
    centre = the_centre()
    return calendar_file(
        [card],
        summary=_("Appointment"),
        place=_place(centre),
        description=_("Phone: %(phone)s", phone=centre.phone_shown),
    )
