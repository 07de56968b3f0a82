"""The worker as a process: it sends, it sleeps, it stops at once, it says nothing personal."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType

import pytest
from flask import Flask

from tests.databases import SETTINGS
from tests.messages.conftest import make_message, name_server, the_message
from tests.messages.mail_server import HANG, MailServer, mail_server
from vaxcentre import clock, nightly
from vaxcentre.messages.delivery import Postman
from vaxcentre.worker import Worker, night_of, say_without_words

PROJECT = Path(__file__).resolve().parent.parent
At = Callable[[str], datetime]
Start = Callable[[], subprocess.Popen[str]]
SOON = 5.0  # seconds: a second and a laden machine; a server that hangs would keep it for ten


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    """The centre's mail server."""
    with mail_server() as opened:
        name_server(opened.port)
        yield opened


@pytest.fixture
def start(app: Flask, tmp_path: Path) -> Iterator[Start]:
    """Start a worker on this test's database."""
    key = SETTINGS["SECRET_KEY"]
    (tmp_path / "config.py").write_text(f"SECRET_KEY = {key!r}\n")
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "VAXCENTRE_INSTANCE": str(tmp_path),
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
    }
    with ExitStack() as stack:

        def begin() -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "vaxcentre.worker"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield begin


def eventually(check: Callable[[], bool], limit: float = 20) -> bool:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.05)
    return False


def stop(process: subprocess.Popen[str]) -> tuple[float, str]:
    """Ask it to stop; how long that took, and all it said."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    return time.monotonic() - began, said


def test_it_sends_what_waits_and_what_comes_later(server: MailServer, start: Start) -> None:
    make_message()
    process = start()
    assert eventually(lambda: len(server.mailbox.taken) == 1)
    number = make_message(given="Ben", email="ben@patients.example.net")
    assert eventually(lambda: the_message(number).sent_at is not None)
    seconds, said = stop(process)
    assert seconds < SOON
    assert f"message {number}: sent" in said
    assert "nightly work: end_dead_holds 0" in said
    for secret in ("ada", "ben", "Mercier", "example.net", "199001234"):
        assert secret not in said


def test_two_workers_at_once_send_each_message_once(server: MailServer, start: Start) -> None:
    processes = [start(), start()]
    numbers = [make_message(given=f"Ada {n}", email=f"p{n}@example.net") for n in range(20)]
    assert eventually(lambda: all(the_message(number).sent_at for number in numbers), 40)
    for process in processes:
        stop(process)
    assert sorted(m["To"] for m in server.mailbox.taken) == sorted(
        f"p{n}@example.net" for n in range(20)
    )


def test_it_stops_soon_though_the_server_hangs_and_leaves_the_message_for_later(
    server: MailServer, start: Start
) -> None:
    number = make_message()
    server.mailbox.answers = [HANG]
    process = start()
    assert eventually(lambda: server.mailbox.answers == [])
    seconds, said = stop(process)
    assert seconds < SOON
    assert f"message {number}: let_go" in said
    row = the_message(number)
    assert (row.sending_at, row.sent_at, row.failed_at, row.attempts) == (None, None, None, 0)
    again = start()
    assert eventually(lambda: the_message(number).sent_at is not None)
    stop(again)
    assert len(server.mailbox.taken) == 1


def test_a_worker_that_is_killed_leaves_its_message_in_hand(
    server: MailServer, start: Start
) -> None:
    number = make_message()
    server.mailbox.answers = [HANG]
    process = start()
    assert eventually(lambda: server.mailbox.answers == [])
    process.kill()
    process.wait()
    row = the_message(number)
    assert row.sending_at is not None
    assert not Postman().deliver_next(), "somebody else has it in hand for ten minutes"


def test_the_night_is_cleaned_up_once(app: Flask, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    nights: list[datetime] = []

    def run(*, now: datetime) -> dict[str, int]:
        nights.append(now)
        return {}

    monkeypatch.setattr(nightly, "run", run)
    worker = Worker()
    for moment in (
        "2026-03-02 23:00",
        "2026-03-03 02:59",
        "2026-03-03 03:00",
        "2026-03-03 10:00",
        "2026-03-04 09:00",
    ):
        at(moment)
        worker.clean_up()
    assert [moment.astimezone(clock.DEFAULT_ZONE).day for moment in nights] == [2, 3, 4]


def test_the_night_ends_at_three_in_the_centres_zone(app: Flask, at: At) -> None:
    assert night_of(at("2026-03-03 02:59")) == date(2026, 3, 2)
    assert night_of(at("2026-03-03 03:00")) == date(2026, 3, 3)


def test_a_broken_program_says_where_but_not_what(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("ada@patients.example.net")
    except ValueError as error:
        trail: TracebackType | None = error.__traceback__
        with caplog.at_level(logging.ERROR):
            say_without_words(ValueError, error, trail)
    assert "ValueError" in caplog.text
    assert "test_a_broken_program" in caplog.text
    assert "ada@patients" not in caplog.text.replace('raise ValueError("ada@patients', "")
