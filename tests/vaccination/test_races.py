"""Two boxes at the same instant: real threads on a real database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Barrier
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.vaccination.story import MORNING, PARIS, asked_for, make_arrival, make_scene, make_shop
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.injection import Injection
from vaxcentre.models.visit import Visit
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock.service import LotEmpty, doses_on_hand
from vaxcentre.vaccination.queue_service import call_next
from vaxcentre.vaccination.refusals import AlreadyInjected
from vaxcentre.vaccination.service import record_injection

Write = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[str], datetime]
Result = TypeVar("Result")


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


def at_once(app: Flask, works: list[Callable[[Session], Result]]) -> list[Result | Refusal]:
    """Do all of these in the same instant, each in a transaction of its own."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], Result]) -> Result | Refusal:
        with app.app_context():
            barrier.wait()
            try:
                with transaction() as session:
                    return work(session)
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_eight_boxes_never_call_the_same_person(app: Flask, write: Write) -> None:
    with write() as session:
        course, _vaccine, _lot = make_shop(session)
        noor = make.make_staff(session, Role.NURSE).id
        waiting = {
            make_arrival(session, course, patient=make.make_patient(session, f"Patient{number}")).id
            for number in range(6)
        }

    def call(box: int) -> Callable[[Session], int | None]:
        def work(session: Session) -> int | None:
            visit = call_next(session, box, by_id=noor, day=clock.today(PARIS), now=clock.now())
            return visit.id if visit else None

        return work

    found = at_once(app, [call(box) for box in range(1, 9)])
    called = [visit_id for visit_id in found if visit_id is not None]
    assert Counter(called).most_common(1)[0][1] == 1
    assert set(called) == waiting
    with write() as session:
        boxes = session.scalars(select(Visit.box).where(Visit.box.is_not(None))).all()
        assert len(set(boxes)) == len(boxes) == 6


def test_one_person_recorded_in_six_boxes_at_once_has_one_injection(
    app: Flask, write: Write
) -> None:
    with write() as session:
        scene = make_scene(session)
        noor = make.make_staff(session, Role.NURSE).id

    def work(session: Session) -> int:
        request = asked_for(scene)
        return record_injection(session, request, by_id=noor, zone=PARIS, now=clock.now()).id

    found = at_once(app, [work] * 6)
    assert sum(isinstance(one, AlreadyInjected) for one in found) == 5
    with write() as session:
        assert session.scalar(select(func.count(Injection.id))) == 1
        assert doses_on_hand(session, scene.lot_id) == 9


def test_the_last_dose_is_given_once(app: Flask, write: Write) -> None:
    with write() as session:
        shop = make_shop(session, doses=1)
        noor = make.make_staff(session, Role.NURSE).id
        scenes = [
            make_scene(session, shop=shop, patient=make.make_patient(session, f"Patient{n}"))
            for n in range(5)
        ]

    def give(place: int) -> Callable[[Session], int]:
        def work(session: Session) -> int:
            request = asked_for(scenes[place])
            return record_injection(session, request, by_id=noor, zone=PARIS, now=clock.now()).id

        return work

    found = at_once(app, [give(place) for place in range(5)])
    assert sum(isinstance(one, LotEmpty) for one in found) == 4
    with write() as session:
        assert doses_on_hand(session, scenes[0].lot_id) == 0
