"""Every message once: with a server that takes it, puts it off, refuses it, hangs and hangs up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.messages.conftest import change_appointment, make_message, name_server, the_message
from tests.messages.mail_server import (
    HANG,
    HANG_UP,
    MailServer,
    free_port,
    mail_server,
    talking_line,
)
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.messages import outbox, smtp
from vaxcentre.messages.delivery import NO_ADDRESS, NO_SENDER, PASSWORD_LOST, Postman
from vaxcentre.messages.outbox import STOPPED, Fate, take_next, write_down
from vaxcentre.messages.service import enqueue
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.rules.vocabulary import MessageKind

At = Callable[[str], datetime]


def deliver_all(postman: Postman | None = None) -> int:
    """Deliver what is due now; how many messages that were."""
    postman, number = postman or Postman(timeout=1), 0
    while postman.deliver_next():
        number += 1
    return number


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


def test_what_changes_while_it_is_sent_is_told_again(server: MailServer) -> None:
    number = make_message(MessageKind.CHANGE)
    with transaction() as session:
        first = take_next(session, now=clock.now())
    assert first is not None
    tell_again(number)
    assert deliver_all() == 0, "another worker must not overtake the one that has it in hand"
    with transaction() as session:
        write_down(session, first, Fate.SENT, None, now=clock.now())
    assert the_message(number).sent_at is None
    assert deliver_all() == 1
    row = the_message(number)
    assert row.sent_at is not None
    assert row.version == 2


def test_a_second_change_is_told_as_another_message(server: MailServer) -> None:
    number = make_message(MessageKind.CHANGE)
    deliver_all()
    tell_again(number)
    deliver_all()
    assert len({m["Message-ID"] for m in server.mailbox.taken}) == 2


def test_a_change_that_waits_is_told_once(server: MailServer) -> None:
    number = make_message(MessageKind.CHANGE)
    tell_again(number)
    deliver_all()
    assert len(server.mailbox.taken) == 1
    assert the_message(number).version == 1


def tell_again(message_id: int) -> None:
    with transaction() as session:
        row = session.get_one(OutboxMessage, message_id)
        appointment = session.get_one(Appointment, row.appointment_id)
        enqueue(session, appointment, row.kind, now=clock.now())


def test_what_a_dead_worker_had_in_hand_is_taken_up_after_ten_minutes(
    server: MailServer, at: At
) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    with transaction() as session:
        dead = take_next(session, now=clock.now())
    assert dead is not None
    at("2026-03-02 09:09")
    assert deliver_all() == 0
    at("2026-03-02 09:10")
    assert deliver_all() == 1
    assert len(server.mailbox.taken) == 1
    with transaction() as session:  # it was only asleep: the end is no longer its to write
        write_down(session, dead, Fate.NEVER, "550 late", now=clock.now())
    row = the_message(number)
    assert (row.failed_at, row.last_error, row.attempts) == (None, None, 2)


def test_a_repeat_bears_the_same_name(server: MailServer, at: At) -> None:
    at("2026-03-02 09:00")
    number = make_message()
    deliver_all()
    with transaction() as session:  # the server had it, the worker died before it wrote so
        row = session.get_one(OutboxMessage, number)
        row.sent_at, row.sending_at = None, clock.now()
    at("2026-03-02 09:30")
    deliver_all()
    first, second = (m["Message-ID"] for m in server.mailbox.taken)
    assert first == second


def test_a_message_that_ends_the_program_each_time_fails_in_the_end(app: Flask, at: At) -> None:
    moment = at("2026-03-02 09:00")
    number = make_message()
    for tries in range(5):
        at((moment + tries * timedelta(hours=3)).strftime("%Y-%m-%d %H:%M"))
        with transaction() as session:
            taken = take_next(session, now=clock.now())
        assert (taken is None) == (tries == 4)
    row = the_message(number)
    assert row.failed_at is not None
    assert row.last_error == STOPPED


def test_an_address_that_is_none_fails_with_its_reason(server: MailServer) -> None:
    numbers = [
        make_message(email=text)
        for text in (
            "ada@patients.example.net\r\nBcc: all@example.net",
            "ada",
            "@b.net",
            "a b@c.net",
        )
    ]
    deliver_all()
    assert {the_message(number).last_error for number in numbers} == {NO_ADDRESS}
    assert server.mailbox.taken == []


def test_a_missing_sender_is_said_and_tried_again(server: MailServer) -> None:
    name_server(server.port, smtp_sender="")
    number = make_message()
    deliver_all()
    row = the_message(number)
    assert (row.last_error, row.failed_at) == (NO_SENDER, None)


def test_a_password_sealed_with_another_key_is_said(server: MailServer) -> None:
    name_server(server.port, smtp_user="rdv", smtp_password_sealed="gAAAAAnothing")
    number = make_message()
    deliver_all()
    assert the_message(number).last_error == PASSWORD_LOST


def test_an_address_with_accents_goes_to_a_server_that_can(app: Flask) -> None:
    with mail_server(enable_SMTPUTF8=True) as opened:
        name_server(opened.port)
        make_message(email="hélène@patients.example.net")
        deliver_all()
        (envelope,) = opened.mailbox.envelopes
        assert envelope.rcpt_tos == ["hélène@patients.example.net"]
        assert envelope.smtp_utf8
        (taken,) = opened.mailbox.taken
        assert taken["To"] == "hélène@patients.example.net"


def test_an_address_with_accents_fails_at_a_server_that_cannot(app: Flask) -> None:
    with mail_server(enable_SMTPUTF8=False) as opened:
        name_server(opened.port)
        number = make_message(email="hélène@patients.example.net")
        deliver_all()
        row = the_message(number)
        assert row.last_error == smtp.NO_SMTPUTF8
        assert row.failed_at is not None
        assert opened.mailbox.taken == []


def test_a_domain_with_accents_needs_nothing_special(app: Flask) -> None:
    with mail_server(enable_SMTPUTF8=False) as opened:
        name_server(opened.port)
        make_message(email="ada@santé.example.net")
        deliver_all()
        assert opened.mailbox.envelopes[0].rcpt_tos == ["ada@xn--sant-epa.example.net"]


def test_workers_side_by_side_send_each_message_once(app: Flask, server: MailServer) -> None:
    numbers = [make_message(given=f"Ada {n}", email=f"p{n}@example.net") for n in range(12)]
    together = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            together.wait()
            postman = Postman(timeout=5)
            for _ in range(40):
                postman.deliver_next()
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(m["To"] for m in server.mailbox.taken) == sorted(
        f"p{n}@example.net" for n in range(12)
    )
    assert all(the_message(number).sent_at for number in numbers)


def test_no_transaction_is_open_while_the_server_thinks(app: Flask, server: MailServer) -> None:
    make_message()
    server.mailbox.answers = [HANG]
    sender = threading.Thread(target=_deliver_one, args=[app])
    sender.start()
    while not server.mailbox.conversations:
        time.sleep(0.02)
    began = time.monotonic()
    make_message(given="Ben")
    assert time.monotonic() - began < 0.8
    sender.join()


def _deliver_one(app: Flask) -> None:
    with app.app_context():
        Postman(timeout=1.5).deliver_next()
        db.session.remove()


def test_the_lease_outlasts_any_conversation() -> None:
    assert outbox.LEASE.total_seconds() > 2 * smtp.LONGEST
