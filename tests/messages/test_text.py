"""What a message says, in the language of the appointment, and what it never says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from icalendar import Calendar

from tests.messages.conftest import change_appointment, make_message, name_server
from tests.messages.mail_server import MailServer
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.messages.delivery import Postman
from vaxcentre.messages.text import is_address, mailbox
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.vocabulary import MessageKind

At = Callable[[str], datetime]


def sent(server: MailServer) -> EmailMessage:
    """Deliver one message and give it as the reader gets it."""
    assert Postman(timeout=2).deliver_next()
    return server.mailbox.taken[-1]


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def calendar_of(message: EmailMessage) -> tuple[EmailMessage, Calendar]:
    (attached,) = message.iter_attachments()
    assert isinstance(attached, EmailMessage)
    read = Calendar.from_ical(attached.get_content())
    assert isinstance(read, Calendar)
    return attached, read


def appointment_of(message_id: int) -> Appointment:
    with transaction() as session:
        row = session.get_one(OutboxMessage, message_id)
        appointment = session.get_one(Appointment, row.appointment_id)
        session.refresh(appointment)
        session.expunge(appointment)
        return appointment


def test_a_confirmation_in_french(server: MailServer, at: At) -> None:
    at("2026-02-22 09:00")
    number = make_message()
    message, appointment = sent(server), appointment_of(number)
    assert message["Subject"] == "Votre rendez-vous\u00a0: dimanche 1er mars à 09:00"
    for text in (body(message), body(message, "html")):
        assert "Votre rendez-vous est pris." in text
        assert "dimanche 1er mars 2026 à\u00a009:00" in text
        assert show_reference(appointment.reference) in text
        assert "12 rue de la Paix, 62200 Boulogne-sur-Mer" in text
        assert "01 99 00 12 34" in text
        assert "Ada" in text


def test_a_confirmation_in_english(server: MailServer, at: At) -> None:
    at("2026-02-22 09:00")
    number = make_message()
    change_appointment(number, language="en")
    message = sent(server)
    assert message["Subject"] == "Your appointment: Sunday 1 March at 09:00"
    assert "Your appointment is booked." in body(message)
    assert '<html lang="en">' in body(message, "html")
    attached, _calendar = calendar_of(message)
    assert attached.get_filename() == "appointment.ics"


def test_each_letter_is_in_its_own_readers_language(server: MailServer) -> None:
    for language in ("en", "fr", "en"):
        number = make_message(given=f"Ada {language}", email=f"{language}@example.net")
        change_appointment(number, language=language)
    subjects = [sent(server)["Subject"] for _ in range(3)]
    assert [s.split()[0] for s in subjects] == ["Your", "Votre", "Your"]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (MessageKind.CHANGE, "Votre rendez-vous est déplacé. Voici l’heure qui compte désormais."),
        (MessageKind.CANCELLATION, "Ce rendez-vous est annulé\u00a0: ne venez pas."),
    ],
)
def test_a_change_and_a_cancellation(kind: MessageKind, sentence: str, server: MailServer) -> None:
    number = make_message(kind)
    if kind is MessageKind.CANCELLATION:
        change_appointment(number, cancelled_at=clock.now())
    assert sentence in body(sent(server))


def test_the_vaccine_is_named_nowhere(server: MailServer) -> None:
    make_message()
    message = sent(server)
    assert "vaccin" not in message["Subject"].lower()
    for text in (str(message["Subject"]), body(message), body(message, "html")):
        assert "Grippe" not in text
    assert "Grippe" not in calendar_of(message)[1].to_ical().decode()


def test_the_family_name_and_the_birth_date_stay_here(server: MailServer) -> None:
    make_message()
    text = body(sent(server))
    assert "Mercier" not in text
    assert "1948" not in text


def test_its_link_opens_the_appointment(server: MailServer, page: Browser) -> None:
    number = make_message()
    message = sent(server)
    (address,) = re.findall(r"https://vaccination-boulogne\.example(/rv/\S+)", body(message))
    assert address in body(message, "html")
    assert show_reference(appointment_of(number).reference) in page.open(address).text


def test_a_cancellation_leads_to_booking_anew(server: MailServer) -> None:
    number = make_message(MessageKind.CANCELLATION)
    change_appointment(number, cancelled_at=clock.now())
    text = body(sent(server))
    assert "/rv/" not in text
    assert "https://vaccination-boulogne.example" in text


def test_the_text_is_from_the_facts_of_the_moment_it_is_sent(server: MailServer, at: At) -> None:
    at("2026-02-22 09:00")
    number = make_message()
    with transaction() as session:
        slot = session.get_one(
            Appointment, session.get_one(OutboxMessage, number).appointment_id
        ).place.slot
        slot.starts_at += timedelta(hours=2)
        slot.ends_at += timedelta(hours=2)
    assert "à 11:00" in sent(server)["Subject"]


def test_the_calendar_file_is_the_booking_page_s_own(server: MailServer, page: Browser) -> None:
    make_message()
    message = sent(server)
    attached, calendar = calendar_of(message)
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    page.open(re.findall(r"(/rv/\S+)", body(message))[0])
    theirs = Calendar.from_ical(page.client.get("/rv/appointment.ics").text)
    assert [e["UID"] for e in theirs.walk("VEVENT")] == [event["UID"]]


def test_the_calendar_hears_of_the_cancellation(server: MailServer) -> None:
    number = make_message(MessageKind.CANCELLATION)
    change_appointment(number, cancelled_at=clock.now())
    (event,) = calendar_of(sent(server))[1].walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1


def test_its_headers(server: MailServer, at: At) -> None:
    at("2026-02-22 09:00")
    with transaction() as session:
        session.get_one(Centre, 1).email = "accueil@centre.example.org"
    make_message()
    message = sent(server)
    assert message["From"] == ("Centre de vaccination de Boulogne-sur-Mer <rdv@centre.example.org>")
    assert message["Reply-To"] == "accueil@centre.example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == clock.now()
    assert re.fullmatch(r"<[0-9a-f]{40}@centre\.example\.org>", message["Message-ID"])


def test_it_travels_on_lines_that_any_server_takes(server: MailServer) -> None:
    make_message()
    sent(server)
    content = server.mailbox.envelopes[0].content
    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_nothing_typed_can_add_a_header(server: MailServer) -> None:
    with transaction() as session:
        session.get_one(Centre, 1).name = "Centre\r\nBcc: everybody@example.net"
    make_message(given="Ada\r\nBcc: all@example.net")
    message = sent(server)
    assert message["Bcc"] is None
    assert len(server.mailbox.envelopes[0].rcpt_tos) == 1


def test_a_name_that_looks_like_html_stays_text(server: MailServer) -> None:
    make_message(given="<b>Ada</b>")
    assert "<b>Ada" not in body(sent(server), "html").replace("<b>Votre", "")


@pytest.mark.parametrize(
    "text",
    ["", "ada", "@example.net", "ada@", "a b@example.net", "a@b@example.net", "a@b.net\nBcc: c@d"],
)
def test_what_is_no_address_is_told_apart(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(ValueError, match=r".*"):
        mailbox(text)


def test_a_centre_without_a_phone_says_nothing_of_it(app: Flask, server: MailServer) -> None:
    with transaction() as session:
        session.get_one(Centre, 1).phone = ""
    name_server(server.port)
    make_message()
    assert "Téléphone" not in body(sent(server))
