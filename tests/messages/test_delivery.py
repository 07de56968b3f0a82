"""Every message once: with a server that takes it, puts it off, refuses it, hangs and hangs up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.messages.conftest import (
    change_appointment,
    deliver_all,
    make_message,
    name_server,
    the_message,
)
from tests.messages.mail_server import (
    HANG,
    HANG_UP,
    MailServer,
    free_port,
    mail_server,
    talking_line,
)
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.messages import smtp
from vaxcentre.messages.delivery import Postman
from vaxcentre.messages.service import enqueue
from vaxcentre.models.appointment import OutboxMessage
from vaxcentre.rules.vocabulary import MessageKind, Role

At = Callable[[str], datetime]


def test_it_sends_a_message_once(server: MailServer) -> None:
    number = make_message()
    assert deliver_all() == 1
    assert deliver_all() == 0
    (taken,) = server.mailbox.taken
    assert taken["To"] == "ada@patients.example.net"
    row = the_message(number)
    assert row.sent_at is not None
    assert (row.attempts, row.sending_at, row.last_error) == (1, None, None)


def test_the_longest_waiting_goes_first(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    make_message(email="first@patients.example.net")
    at("2026-03-02 09:01")
    make_message(given="Ben", email="second@patients.example.net")
    assert deliver_all() == 2
    assert [m["To"] for m in server.mailbox.taken] == [
        "first@patients.example.net",
        "second@patients.example.net",
    ]


def test_what_is_put_off_is_sent_five_minutes_later(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    server.mailbox.answers = ["451 4.3.0 Try again later, ada@patients.example.net"]
    deliver_all()
    row = the_message(number)
    assert (row.sent_at, row.failed_at, row.sending_at, row.attempts) == (None, None, None, 1)
    assert row.last_error == "451 4.3.0 Try again later, …"
    at("2026-03-02 09:04")
    assert deliver_all() == 0
    at("2026-03-02 09:05")
    assert deliver_all() == 1
    assert len(server.mailbox.taken) == 1
    assert the_message(number).sent_at == clock.now()


def test_a_recipient_may_be_put_off_too(server: MailServer) -> None:
    number = make_message()
    server.mailbox.answers_to_recipient = ["450 4.2.1 mailbox busy"]
    deliver_all()
    assert the_message(number).last_error == "450 4.2.1 mailbox busy"
    assert the_message(number).failed_at is None


def test_it_tries_after_5_30_and_120_minutes_then_fails(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    server.mailbox.answers = ["452 full"] * 4
    for moment in ("09:00", "09:05", "09:35", "11:35"):
        at(f"2026-03-02 {moment}")
        assert the_message(number).next_try_at == clock.now()
        assert deliver_all() == 1
    row = the_message(number)
    assert row.failed_at == clock.now()
    assert (row.attempts, row.last_error) == (4, "452 full")
    at("2026-03-03 09:00")
    assert deliver_all() == 0


@pytest.mark.parametrize("place", ["answers", "answers_to_recipient"])
def test_a_refusal_fails_at_once_and_names_nobody(place: str, server: MailServer) -> None:
    number = make_message()
    setattr(server.mailbox, place, ["550 5.1.1 <ada@patients.example.net>: user Ada unknown"])
    deliver_all()
    row = the_message(number)
    assert row.failed_at is not None
    assert row.last_error == "550 5.1.1 …: user … unknown"
    assert deliver_all() == 0


def test_a_server_that_hangs_is_given_up_and_asked_again(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    server.mailbox.answers = [HANG]
    deliver_all(Postman(timeout=0.5))
    assert the_message(number).last_error == smtp.NO_ANSWER
    at("2026-03-02 09:05")
    deliver_all()
    assert len(server.mailbox.taken) == 1


def test_a_server_that_hangs_up_in_the_middle_is_asked_again(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    server.mailbox.answers = [HANG_UP]
    deliver_all()
    assert the_message(number).last_error == smtp.HUNG_UP
    at("2026-03-02 09:05")
    deliver_all()
    assert len(server.mailbox.taken) == 1


def test_a_server_that_never_greets_is_given_up(app: Flask) -> None:
    with talking_line() as port:
        name_server(port)
        number = make_message()
        deliver_all(Postman(timeout=0.3))
    assert the_message(number).last_error == smtp.NO_ANSWER


def test_a_server_that_answers_drop_by_drop_is_cut_off(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        smtp.Conversation.__init__,
        "__kwdefaults__",
        {
            "longest": 0.4,
            "has_to_stop": lambda: False,
        },
    )
    with talking_line(b"220 hello\r\n", b"250", b"-", b"x") as port:
        name_server(port)
        number = make_message()
        began = time.monotonic()
        deliver_all(Postman(timeout=20))
        assert time.monotonic() - began < 5
    assert the_message(number).sent_at is None
    assert the_message(number).attempts == 1


def test_a_closed_port_counts_as_a_try(app: Flask) -> None:
    name_server(free_port())
    number = make_message()
    deliver_all()
    row = the_message(number)
    assert (row.last_error, row.attempts, row.failed_at) == (smtp.UNREACHABLE, 1, None)


def test_without_a_mail_server_messages_wait(app: Flask) -> None:
    number = make_message()
    assert deliver_all() == 0
    row = the_message(number)
    assert (row.sent_at, row.sending_at, row.attempts) == (None, None, 0)


def test_a_demo_sends_nothing_and_marks_it_sent(app: Flask) -> None:
    app.config["IS_DEMO"] = True
    with mail_server() as opened:
        name_server(opened.port)
        number = make_message()
        assert deliver_all() == 1
        assert opened.mailbox.conversations == 0
    assert the_message(number).sent_at is not None


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.CHANGE])
def test_what_was_cancelled_meanwhile_is_not_confirmed(
    kind: MessageKind, server: MailServer
) -> None:
    number = make_message(kind)
    change_appointment(number, cancelled_at=clock.now())
    deliver_all()
    assert server.mailbox.taken == []
    row = the_message(number)
    assert row.skipped_at is not None
    assert (row.sent_at, row.failed_at) == (None, None)
    assert deliver_all() == 0


def test_a_cancellation_is_told(server: MailServer) -> None:
    number = make_message(MessageKind.CANCELLATION)
    change_appointment(number, cancelled_at=clock.now())
    deliver_all()
    assert len(server.mailbox.taken) == 1


def test_nothing_is_told_once_the_hour_is_over(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    at("2026-03-20 09:00")
    deliver_all()
    assert server.mailbox.taken == []
    assert the_message(number).skipped_at is not None


def test_an_address_taken_away_meanwhile_is_not_written_to(server: MailServer) -> None:
    number = make_message()
    change_appointment(number, email=None)
    deliver_all()
    assert the_message(number).skipped_at is not None
    assert server.mailbox.conversations == 0


def test_a_confirmation_that_waited_until_the_change_is_not_sent_after_it(
    server: MailServer,
) -> None:
    number = make_message()
    change_appointment(number, moved_at=clock.now())
    with transaction() as session:
        appointment = session.get_one(OutboxMessage, number).appointment
        enqueue(session, appointment, MessageKind.CHANGE, now=clock.now())
    deliver_all()
    assert len(server.mailbox.taken) == 1
    assert the_message(number).skipped_at is not None


def test_better_settings_let_what_waited_leave_at_once(
    server: MailServer, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    number = make_message()
    with transaction() as session:
        session.get_one(OutboxMessage, number).next_try_at = clock.now() + timedelta(hours=2)
    assert deliver_all() == 0
    signed_in_as(Role.MANAGER)
    page.open("/messages/server")
    page.submit("/messages/server", sender="rdv@centre.example.org")
    deliver_all()
    assert the_message(number).sent_at is not None
