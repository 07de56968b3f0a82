"""In hand, told, told again: never twice, never lost, however many workers there are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from tests.messages.conftest import (
    deliver_all,
    make_message,
    the_message,
)
from tests.messages.mail_server import (
    HANG,
    MailServer,
)
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.messages import outbox, smtp
from vaxcentre.messages.delivery import Postman
from vaxcentre.messages.outbox import STOPPED, Fate, take_next, write_down
from vaxcentre.messages.service import enqueue
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.rules.vocabulary import MessageKind

At = Callable[[str], datetime]


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
