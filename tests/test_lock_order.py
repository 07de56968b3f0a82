"""Rows are taken in one order everywhere: many at once wait for each other, never in a circle.

On PostgreSQL a circle ends with one of them refused as a deadlock; here that fails the test.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.vaccination.story import PARIS, Scene, asked_for, make_arrival, make_scene, make_shop
from vaxcentre import clock
from vaxcentre.booking import changes, service
from vaxcentre.booking.people import take_together
from vaxcentre.booking.service import HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.visit import Visit
from vaxcentre.office import closing_service
from vaxcentre.office.closing_service import ClosingRequest
from vaxcentre.reception.merge_service import merge
from vaxcentre.reception.service import CheckInRequest, check_in
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import IdentityDocument, NextStep, NoInjectionReason, Role
from vaxcentre.stock.receive_service import Box, Delivery, receive
from vaxcentre.vaccination.outcome_service import (
    DeclaredDoseRequest,
    NoInjectionRequest,
    declare_dose,
    record_no_injection,
)
from vaxcentre.vaccination.service import record_injection, undo_injection

ROUNDS = int(os.environ.get("TEST_LOCK_ROUNDS", "12"))
TODAY = date(2026, 11, 23)
Work = Callable[[Session], object]
Write = Callable[[], AbstractContextManager[Session]]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    """Monday at 10:20."""
    return at("2026-11-23 10:20")


@pytest.fixture
def agent(app: Flask) -> int:
    """Somebody who signs all of it."""
    with transaction() as session:
        return make.make_staff(session, Role.NURSE, Role.RECEPTION, Role.MANAGER, Role.STOCK).id


def doing(action: Callable[..., object], *values: object, **named: object) -> Work:
    """A service call, to be made in a transaction of its own."""
    return lambda session: action(session, *values, **named)


def all_at_once(app: Flask, works: Iterable[Work]) -> list[Refusal]:
    """Do all of these in the same instant; refusals are fine, a deadlock is not."""
    tasks = list(works)
    barrier = Barrier(len(tasks))

    def run(work: Work) -> Refusal | None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction() as session:
                    work(session)
            except Refusal as refusal:
                return refusal
            finally:
                db.session.remove()
        return None

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [refusal for refusal in pool.map(run, tasks) if refusal is not None]


def twins(session: Session, number: int) -> tuple[Patient, Patient]:
    """One person under two spellings, the older record first or last."""
    one, other = (make.make_patient(session, f"{given}{number}") for given in ("Ada", "Adda"))
    return (one, other) if number % 2 else (other, one)


def test_a_merge_and_an_injection_wait_for_each_other(app: Flask, write: Write, agent: int) -> None:
    with write() as session:
        shop = make_shop(session, doses=1000)
        scenes = []
        for number in range(ROUNDS):
            gone, keep = twins(session, number)
            scenes.append((keep.id, gone.id, make_scene(session, shop=shop, patient=gone)))
    for keep_id, gone_id, scene in scenes:
        refused = all_at_once(app, _around_a_visit(keep_id, gone_id, scene, agent))
        assert len(refused) == 1, refused  # the dose was given, or it was not
    with write() as session:
        gone_ids = [gone_id for _keep, gone_id, _scene in scenes]
        for table in (Visit, Injection, Appointment):
            left = select(func.count()).select_from(table).where(table.patient_id.in_(gone_ids))
            assert session.scalar(left) == 0, table


def _around_a_visit(keep_id: int, gone_id: int, scene: Scene, by_id: int) -> list[Work]:
    at = clock.now()
    lost = NoInjectionRequest(
        scene.visit_id, scene.course_id, NoInjectionReason.UNWELL, NextStep.REBOOK, None
    )
    elsewhere = DeclaredDoseRequest(
        gone_id, scene.course_id, 7, date(2020, 1, 1), "INFLUVAC", None, proof_seen=False
    )
    return [
        doing(merge, keep_id, gone_id, reason="doublon", by_id=by_id, now=at),
        doing(record_injection, asked_for(scene), by_id=by_id, zone=PARIS, now=at),
        doing(record_no_injection, lost, by_id=by_id, day=TODAY, now=at),
        doing(declare_dose, elsewhere, by_id=by_id, zone=PARIS, now=at),
    ]


def test_a_merge_and_a_check_in_wait_for_each_other(app: Flask, write: Write, agent: int) -> None:
    seen = CheckInRequest(IdentityDocument.PASSPORT)
    with write() as session:
        course = make.make_course(session)
        clinic = make.make_clinic(session, course, start="10:00", places=2 * ROUNDS)
        slot = session.scalars(select(Slot).where(Slot.clinic_id == clinic.id)).first()
        assert slot is not None
        people = []
        for number in range(ROUNDS):
            gone, keep = twins(session, number)
            booked = make.make_appointment(session, gone, slot, course)
            people.append((keep.id, gone.id, booked.id))
    at = clock.now()
    for keep_id, gone_id, booked_id in people:
        works: list[Work] = [
            doing(merge, keep_id, gone_id, reason="x", by_id=agent, now=at),
            doing(merge, keep_id, gone_id, reason="x", by_id=agent, now=at),
            doing(check_in, booked_id, seen, by_id=agent, now=at, day=TODAY),
        ]
        assert len(all_at_once(app, works)) == 1
    with write() as session:
        received = set(session.scalars(select(Visit.patient_id)))
        assert received == {keep_id for keep_id, _gone, _booked in people}


def test_the_two_ends_of_a_pair_wait_for_each_other(app: Flask, write: Write, agent: int) -> None:
    with write() as session:
        course = make.make_course(session, "zoster-life", doses=2)
        slots = [
            make.make_slot(session, course, day=TODAY + timedelta(days=days), places=3 * ROUNDS)
            for days in (1, 2, 36, 37)
        ]
        ends = []
        for number in range(ROUNDS):
            patient = make.make_patient(session, f"Ada{number}")
            halves = [
                make.make_appointment(
                    session, patient, slot, course, dose_number=dose, pair_id=f"pair{number}"
                ).id
                for dose, slot in ((1, slots[0]), (2, slots[2]))
            ]
            ends.append(halves)
        first, first_later, second, second_later = (slot.id for slot in slots)
    at = clock.now()
    for one, other in ends:
        works: list[Work] = [
            doing(changes.move, one, first_later, pair_slot_id=second_later, by_id=agent, now=at),
            doing(changes.move, other, second_later, by_id=agent, now=at),
            doing(changes.move, other, second, pair_slot_id=first, by_id=agent, now=at),
            doing(changes.cancel, other, by_id=None, now=at, also_pair=True),
            doing(changes.cancel, one, by_id=None, now=at),
        ]
        all_at_once(app, works)
    with write() as session:
        live = select(func.count()).where(Appointment.cancelled_at.is_(None))
        assert session.scalar(live.where(Appointment.id.in_([one for one, _other in ends]))) == 0


def test_a_delivery_and_an_injection_of_one_lot_wait_for_each_other(
    app: Flask, write: Write, agent: int
) -> None:
    with write() as session:
        shop = make_shop(session, doses=1000)
        vaccine_id, gtin, lot = shop[1].id, shop[1].gtin14, shop[2].number
        scenes = [
            [
                make_scene(session, shop=shop, patient=make.make_patient(session, f"Ada{n}-{box}"))
                for box in "abc"
            ]
            for n in range(ROUNDS)
        ]
    at, serials = clock.now(), itertools.count()
    for scene in scenes:
        box = Box(gtin, f"S{next(serials)}")
        delivery = Delivery(vaccine_id, lot, date(2027, 6, 30), 1, (box,))
        works: list[Work] = [
            doing(receive, delivery, by_id=agent, day=TODAY, now=at),
            *(
                doing(record_injection, asked_for(one), by_id=agent, zone=PARIS, now=at)
                for one in scene
            ),
        ]
        assert all_at_once(app, works) == []
    with write() as session:
        given = list(session.scalars(select(Injection.id)))
    takes_back: list[Work] = [
        doing(undo_injection, i, by_id=agent, zone=PARIS, now=at) for i in given[:8]
    ]
    assert all_at_once(app, takes_back) == []


def test_who_books_while_a_clinic_closes_waits_or_is_told(
    app: Flask, write: Write, agent: int
) -> None:
    at = clock.now()
    for number in range(ROUNDS):
        closing, works = _a_closing(number, agent)
        request = ClosingRequest(
            closing, at, at + timedelta(days=90), "panne", TODAY + timedelta(days=2)
        )
        works.append(doing(closing_service.close, request, by_id=agent, now=at, zone=PARIS))
        all_at_once(app, works)
    with write() as session:
        places = select(Appointment.place_id).where(
            Appointment.cancelled_at.is_(None), Appointment.lapsed_at.is_(None)
        )
        taken = list(session.scalars(places))
        assert len(taken) == len(set(taken))


def _a_closing(number: int, by_id: int) -> tuple[int, list[Work]]:
    """A clinic with a pair and a dead hold on it, and who moves, cancels and holds meanwhile."""
    at = clock.now()
    with transaction() as session:
        course = make.make_course(session, f"zoster-{number}", doses=2, max_days=90)
        slots = [
            make.make_slot(session, course, day=TODAY + timedelta(days=days), places=4)
            for days in (1, 2, 36)
        ]
        ada = make.make_patient(session, f"Ada{number}")
        one, other = (
            make.make_appointment(
                session, ada, slot, course, dose_number=dose, pair_id=f"closing{number}"
            ).id
            for dose, slot in ((1, slots[0]), (2, slots[2]))
        )
        fields: dict[str, Any] = {"booked_at": None, "patient_id": None}
        dead, alive = (
            make.make_appointment(
                session, ada, slots[0], course, held_until=at + timedelta(minutes=m), **fields
            ).id
            for m in (-1, 5)
        )
        first, target, later = (slot.id for slot in slots)
        clinic_id = session.get_one(Clinic, slots[0].clinic_id).id
        doses = (PlannedFor(course.id),)

    def change_mind(session: Session) -> None:
        service.let_go(session, [dead], now=at)
        service.hold(session, HoldRequest(target, doses), by_id=None, now=at)

    ben = Person("Mercier", f"Ben{number}", date(1950, 1, 1))
    return clinic_id, [
        doing(changes.move, other, later, pair_slot_id=target, by_id=by_id, now=at),
        doing(changes.cancel, other, by_id=None, now=at),
        doing(service.hold, HoldRequest(first, doses), by_id=None, now=at),
        doing(service.confirm, [alive], ben, by_id=by_id, now=at),
        change_mind,
        doing(changes.move, one, target, by_id=by_id, now=at),
    ]


def test_two_couples_of_the_same_people_wait_for_each_other(
    app: Flask, write: Write, agent: int
) -> None:
    with write() as session:
        courses = [make.make_course(session, code) for code in ("flu-2026", "covid-2026")]
        couples, slots = [], []
        for course in courses:
            day = TODAY + timedelta(days=1)
            slot = make.make_slot(session, course, day=day, places=3 * ROUNDS)
            slots.append((slot.id, PlannedFor(course.id)))
        for number in range(ROUNDS):
            known = [make.make_patient(session, f"{name}{number}") for name in ("Ada", "Ben")]
            couples.append([Person(p.family_name, p.given_names, p.birth_on) for p in known])
    for ada, ben in couples:
        works = [_a_couple(one, agent) for one in zip((ada, ben), (ben, ada), slots, strict=False)]
        assert all_at_once(app, works) == []


def _a_couple(one: tuple[Person, Person, tuple[int, PlannedFor]], by_id: int) -> Work:
    """Two people held in a slot, who are then booked together, the one before the other."""
    *both, (slot_id, dose) = one
    at = clock.now()
    with transaction() as session:
        request = HoldRequest(slot_id, (dose,))
        held = [service.hold(session, request, by_id=by_id, now=at).id for _one in both]

    def work(session: Session) -> None:
        take_together(session, both, held)
        for person, hold in zip(both, held, strict=True):
            service.confirm(session, [hold], person, by_id=by_id, now=at)

    return work


def test_two_arrivals_of_one_person_are_injected_one_after_the_other(
    app: Flask, write: Write, agent: int
) -> None:
    with write() as session:
        course, vaccine, lot = make_shop(session, doses=100)
        ada = make.make_patient(session)
        visits = [make_arrival(session, course, patient=ada)]
        other = make.make_course(session, "covid-2026")
        of_other = make.make_vaccine(session, other, name="COMIRNATY")
        other_lot = make.make_lot(session, of_other, number="HE2241")
        visits.append(make_arrival(session, other, patient=ada))
        scenes = [
            Scene(course.id, vaccine.id, lot.id, ada.id, visits[0].appointment_id, visits[0].id),
            Scene(
                other.id, of_other.id, other_lot.id, ada.id, visits[1].appointment_id, visits[1].id
            ),
        ]
    at = clock.now()
    works: list[Work] = [
        doing(record_injection, asked_for(one), by_id=agent, zone=PARIS, now=at) for one in scenes
    ]
    assert all_at_once(app, works) == []
