"""Whatever is done in whatever order, the sum explains itself and never falls below zero."""

import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.stock import StockMovement
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind, Role
from vaxcentre.stock import (
    keeping_service,
    ledger_service,
    period,
    queries,
    receive_service,
    service,
)

ALL = ["receive", "bring", "give", "discard", "send", "count", "reverse"]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(ALL), st.integers(0, 30)),
    max_size=25,
)


def make_visits(session: Session, flu: Course, count: int) -> list[int]:
    """So many people who are here, each for one dose."""
    slot = make.make_slot(session, flu, places=count)
    return [
        make.make_visit(
            session,
            make.make_appointment(session, make.make_patient(session, f"Ada{i}"), slot, flu),
        ).id
        for i in range(count)
    ]


@given(actions=ACTIONS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_history_adds_up(app: Flask, actions: list[tuple[str, int]]) -> None:
    with transaction() as session:
        flu = make.make_course(session, f"influenza-{make.make_reference()}")
        vaccine = make.make_vaccine(session, flu)
        paul = make.make_staff(session, Role.STOCK)
        lot = make.make_lot(session, vaccine, doses=5)
        visits = make_visits(session, flu, 25)
        done = list(session.scalars(select(StockMovement.id)))
        for action, number in actions:
            try:
                with session.begin_nested():
                    done.append(_act(session, action, number, lot.id, paul.id, visits, done))
            except Refusal:
                pass
            left = service.doses_on_hand(session, lot.id)
            assert left >= 0
        session.flush()
        line = queries.lot_line(session, lot.id)
        assert line is not None
        gone = line.given + line.discarded + line.sent
        assert line.on_hand == line.received + line.found - gone
        assert min(line.received, line.given, line.discarded, line.sent, line.found) >= 0
        movements = session.scalars(select(StockMovement).where(StockMovement.lot_id == lot.id))
        assert line.on_hand == sum(m.doses for m in movements)
        since, until = clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)
        all_told = period.lines(session, since, until)
        assert all(one.is_explained for one in all_told)
        told = next(one for one in all_told if one.lot.id == lot.id)
        assert (told.left, told.given, told.discarded_total, told.sent) == (
            line.on_hand,
            line.given,
            line.discarded,
            line.sent,
        )


def _act(
    session: Session,
    action: str,
    number: int,
    lot_id: int,
    by_id: int,
    visits: list[int],
    done: list[int],
) -> int:
    now = clock.now()
    if action in {"receive", "bring"}:
        lot = service.lock_lot(session, lot_id)
        delivery = receive_service.Delivery(
            lot.vaccine_id,
            lot.number,
            lot.expires_on,
            number + 1,
            counterpart="Centre de Calais" if action == "bring" else None,
        )
        return receive_service.receive(
            session, delivery, by_id=by_id, day=clock.today(make.PARIS), now=now
        ).id
    if action == "discard":
        request = keeping_service.Discard(lot_id, number + 1, DiscardReason.BROKEN)
        return keeping_service.discard(session, request, by_id=by_id, now=now).id
    if action == "send":
        kind = MovementKind.RETURN if number % 2 else MovementKind.TRANSFER_OUT
        sending = ledger_service.Sending(lot_id, kind, number + 1, "Centre de Calais")
        return ledger_service.send(session, sending, by_id=by_id, now=now).id
    if action == "count":
        left = service.doses_on_hand(session, lot_id)
        asked = ledger_service.Count(lot_id, number, left, "a box behind the others")
        difference = ledger_service.count(session, asked, by_id=by_id, now=now)
        assert service.doses_on_hand(session, lot_id) == number
        return difference.id if difference else done[0]
    if action == "give":
        return _give(session, lot_id, visits.pop(), by_id).id
    movement = session.get_one(StockMovement, done[number % len(done)]) if done else None
    if movement is None or movement.kind is MovementKind.REVERSAL:
        raise service.AlreadyReversed
    return service.reverse(session, movement, by_id=by_id, now=now, note="").id


def _give(session: Session, lot_id: int, visit_id: int, by_id: int) -> StockMovement:
    lot = service.lock_lot(session, lot_id)
    visit = session.get_one(Visit, visit_id)
    course_id = visit.appointment.planned_doses[0].course_id
    injection = make.make_record(session, visit, session.get_one(Course, course_id), lot)
    return service.take_for_injection(
        session, injection, day=clock.today(make.PARIS), by_id=by_id, now=clock.now()
    )


def race(app: Flask, work: Callable[[int], None], count: int) -> list[str]:
    """Do this so many times at once, each in a thread with its own session."""
    results: list[str] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                work(number)
                results.append("done")
            except Refusal as refusal:
                results.append(type(refusal).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_the_last_dose_drawn_by_eight_at_once_is_drawn_once(app: Flask) -> None:
    with transaction() as session:
        flu = make.make_course(session)
        lot = make.make_lot(session, make.make_vaccine(session, flu), doses=1)
        visits = make_visits(session, flu, 8)
        paul_id, lot_id = make.make_staff(session, Role.STOCK).id, lot.id
        make.make_staff(session, Role.NURSE)

    def draw(number: int) -> None:
        with transaction() as session:
            _give(session, lot_id, visits[number], paul_id)

    results = race(app, draw, 8)

    assert sorted(results) == ["LotEmpty"] * 7 + ["done"]
    with transaction() as session:
        assert service.doses_on_hand(session, lot_id) == 0


def test_one_box_received_at_two_desks_at_once_comes_in_once(app: Flask) -> None:
    with transaction() as session:
        vaccine = make.make_vaccine(session)
        box = receive_service.Box(vaccine.gtin14, "S1")
        delivery = receive_service.Delivery(
            vaccine.id, "NEW1", clock.today(make.PARIS), 1, boxes=(box,)
        )
        paul_id = make.make_staff(session, Role.STOCK).id

    def take(_number: int) -> None:
        with transaction() as session:
            receive_service.receive(
                session, delivery, by_id=paul_id, day=clock.today(make.PARIS), now=clock.now()
            )

    assert sorted(race(app, take, 6)) == ["BoxAlreadyReceived"] * 5 + ["done"]
    with transaction() as session:
        assert session.scalars(select(StockMovement)).one().doses == 10


def test_discarding_races_with_drawing_and_never_goes_below_zero(app: Flask) -> None:
    with transaction() as session:
        flu = make.make_course(session)
        lot_id = make.make_lot(session, make.make_vaccine(session, flu), doses=3).id
        visits = make_visits(session, flu, 4)
        paul_id = make.make_staff(session, Role.STOCK).id
        make.make_staff(session, Role.NURSE)

    def work(number: int) -> None:
        with transaction() as session:
            if number % 2:
                request = keeping_service.Discard(lot_id, 2, DiscardReason.BROKEN)
                keeping_service.discard(session, request, by_id=paul_id, now=clock.now())
            else:
                _give(session, lot_id, visits[number // 2], paul_id)

    race(app, work, 8)
    with transaction() as session:
        assert 0 <= service.doses_on_hand(session, lot_id) <= 1
