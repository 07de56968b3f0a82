"""The last place of a slot, asked for by threads and by processes at once, is sold once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from datetime import date
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier as ProcessBarrier
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.booking.conftest import open_morning
from tests.databases import SETTINGS
from vaxcentre import clock, create_app
from vaxcentre.booking import service
from vaxcentre.booking.refusals import AlreadyBooked, SlotFull
from vaxcentre.booking.service import HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Place

THREADS = 8
ROUNDS = int(os.environ.get("TEST_LAST_PLACE_ROUNDS", "50"))
DAY = date(2099, 3, 2)
BORN = date(1950, 5, 5)


def take(course_id: int, slot_id: int, name: str) -> bool:
    """Hold and confirm a place as one person; whether it worked."""
    request = HoldRequest(slot_id, (PlannedFor(course_id),))
    try:
        with transaction() as session:
            key = service.hold(session, request, by_id=None, now=clock.now()).id
        with transaction() as session:
            person = Person(name, "Ada", BORN)
            service.confirm(session, [key], person, by_id=None, now=clock.now())
    except SlotFull:
        return False
    return True


def ask_at_once(app: Flask, course_id: int, slot_id: int, label: str) -> list[bool]:
    """Eight threads ask for the slot in the same instant."""
    start, results = threading.Barrier(THREADS), []

    def ask(number: int) -> None:
        with app.app_context():
            start.wait()
            results.append(take(course_id, slot_id, f"Nom {label} {chr(97 + number)}"))
            db.session.remove()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sold(session: Session) -> list[int]:
    """How many live appointments each place has that has any."""
    live = (
        select(func.count(Appointment.id))
        .join(Place, Place.id == Appointment.place_id)
        .where(Appointment.booked_at.is_not(None), Appointment.cancelled_at.is_(None))
        .group_by(Place.slot_id)
    )
    return list(session.scalars(live))


def test_eight_threads_ask_for_the_last_place_and_one_gets_it(app: Flask, session: Session) -> None:
    wins = []
    for number, (course_id, slot_id) in enumerate(_one_by_one(ROUNDS)):
        wins.append(ask_at_once(app, course_id, slot_id, _letters(number)).count(True))
    assert wins == [1] * ROUNDS
    assert sold(session) == [1] * ROUNDS


def _one_by_one(rounds: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for number in range(-(-rounds // 3)):
        day = date.fromordinal(DAY.toordinal() + number)
        opening = open_morning(day, places=1, code=f"influenza-{number}")
        pairs += [(opening.course_id, slot_id) for slot_id in opening.slot_ids]
    return pairs[:rounds]


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


def _in_a_process(
    address: str,
    folder: str,
    work: list[tuple[int, int]],
    label: str,
    start: ProcessBarrier,
    results: Queue[list[int]],
) -> None:
    """One of two processes: eight threads of it ask for each slot in turn."""
    app = create_app(INSTANCE=Path(folder), SQLALCHEMY_DATABASE_URI=address, **SETTINGS)
    wins = []
    with app.app_context():
        for number, (course_id, slot_id) in enumerate(work):
            start.wait()
            found = ask_at_once(app, course_id, slot_id, label + _letters(number))
            wins.append(found.count(True))
    results.put(wins)


def test_two_processes_ask_for_the_last_place_and_one_gets_it(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    address, work = app.config["SQLALCHEMY_DATABASE_URI"], _one_by_one(ROUNDS)
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(2), spawn.Queue()
    helpers = [
        spawn.Process(
            target=_in_a_process,
            args=(address, str(tmp_path), work, label, start, results),
        )
        for label in ("x", "z")
    ]
    for helper in helpers:
        helper.start()
    counts = [results.get(timeout=540) for _helper in helpers]
    for helper in helpers:
        helper.join(timeout=30)
    assert [one + other for one, other in zip(*counts, strict=True)] == [1] * ROUNDS
    assert sold(session) == [1] * ROUNDS


def test_one_person_who_books_in_eight_windows_gets_one_appointment(
    app: Flask, session: Session
) -> None:
    opening = open_morning(DAY, places=THREADS)
    start, outcomes = threading.Barrier(THREADS), []

    def ask() -> None:
        with app.app_context():
            request = HoldRequest(opening.slot_ids[0], (PlannedFor(opening.course_id),))
            with transaction() as writing:
                key = service.hold(writing, request, by_id=None, now=clock.now()).id
            start.wait()
            try:
                with transaction() as writing:
                    person = Person("Mercier", "Ada", BORN)
                    service.confirm(writing, [key], person, by_id=None, now=clock.now())
                outcomes.append("booked")
            except AlreadyBooked:
                outcomes.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=ask) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked"] + ["refused"] * (THREADS - 1)
    claims = select(func.count(PlannedDose.id)).where(PlannedDose.patient_id.is_not(None))
    assert session.scalar(claims) == 1


def test_eight_threads_fill_three_places_exactly(app: Flask, session: Session) -> None:
    opening = open_morning(DAY, places=3)
    found = ask_at_once(app, opening.course_id, opening.slot_ids[0], "y")
    assert found.count(True) == 3
    assert sold(session) == [3]
