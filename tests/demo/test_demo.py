"""The demo day is believable, whole, and the same for the same seed and moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.databases import Store, inside, opened
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.demo.command import MARK, demo_command
from vaxcentre.demo.service import plant
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Centre, Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Vaccine
from vaxcentre.models.visit import Observation, Visit
from vaxcentre.office import staff_service
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.rules.communes import communes_of
from vaxcentre.rules.vocabulary import Role
from vaxcentre.signin.welcome_views import DEMO_PASSWORD

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=PARIS)
Write = Callable[[], Any]


def _plant(write: Write, now: datetime = NOON, patients: int = 600) -> None:
    with write() as session:
        plant_courses(session, now=now)
        plant(session, seed=7, now=now, zone=PARIS, past_patients=patients)


def _count(session: Session, column: Any, *where: Any) -> int:
    return session.scalar(select(func.count(column)).where(*where)) or 0


@pytest.fixture(scope="module")
def demo_at_noon(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demo planted once: those who ask for it only look."""
    with opened(store, tmp_path_factory.mktemp("demo")) as made:
        with time_machine.travel(NOON, tick=False), inside(made):
            _plant(transaction)
        yield made


@pytest.fixture
def planted(demo_at_noon: Flask) -> Iterator[Session]:
    with inside(demo_at_noon):
        yield db.session()


def _today(session: Session) -> list[Appointment]:
    statement = (
        select(Appointment)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(Clinic.day == NOON.date())
    )
    return list(session.scalars(statement))


def test_it_has_the_agents_vaccines_and_lots_it_promises(planted: Session) -> None:
    assert _count(planted, StaffMember.id) == 9
    assert _count(planted, Vaccine.id) == 3
    assert _count(planted, Lot.id) == 5
    held = {role for member in planted.scalars(select(StaffMember)) for role in member.roles}
    assert held == set(Role)


def test_the_day_is_in_its_middle_with_people_in_every_state(planted: Session) -> None:
    today = _today(planted)
    here = planted.scalars(select(Visit).where(Visit.day == NOON.date())).all()
    assert any(a.cancelled_at for a in today)
    assert {visit.called_at is None for visit in here} == {True, False}
    assert _count(planted, Observation.id, Observation.left_at.is_(None)) > 0
    assert len(today) > len(here) > 0


def test_nothing_has_happened_yet_that_lies_ahead(planted: Session) -> None:
    assert _count(planted, Visit.id, Visit.checked_in_at > NOON) == 0
    assert _count(planted, Injection.id, Injection.given_at > NOON) == 0
    assert _count(planted, StockMovement.id, StockMovement.moved_at > NOON) == 0
    assert _count(planted, Appointment.id, Appointment.booked_at > NOON) == 0


def test_every_dose_is_accounted_for(planted: Session) -> None:
    given = _count(planted, StockMovement.id, StockMovement.injection_id.is_not(None))
    assert given == _count(planted, Injection.id) > 0
    sums = select(func.sum(StockMovement.doses)).group_by(StockMovement.lot_id)
    assert all(total >= 0 for total in planted.scalars(sums))


def test_phone_numbers_are_from_the_range_for_fiction(planted: Session) -> None:
    numbers = set(planted.scalars(select(Patient.phone)))
    assert all(str(number).startswith(("+3363998", "+3319900")) for number in numbers)


def test_it_never_touches_a_real_centre(write: Write, app: Flask, tmp_path: Path) -> None:
    app.config["IS_DEMO"] = True
    with write() as session:
        make.make_staff(session, Role.MANAGER)
    result = app.test_cli_runner().invoke(demo_command, [])
    assert result.exit_code == 1
    assert "rien n’a été touché" in result.output
    assert not (tmp_path / MARK).exists()
    with write() as session:
        assert _count(session, StaffMember.id) == 1


def test_names_and_communes_look_real(planted: Session) -> None:
    centre = planted.get_one(Centre, 1)
    assert centre.commune in communes_of(centre.postal_code)
    assert "Outreau" in centre.opening_text
    for family, given in planted.execute(select(Patient.family_name, Patient.given_names)):
        assert "_" not in family
        assert len(set(given.split())) == len(given.split())


def test_second_doses_are_given_in_three_weeks(planted: Session) -> None:
    day = NOON.date() + timedelta(days=21)
    statement = (
        select(func.count(PlannedDose.id))
        .join(Appointment, Appointment.id == PlannedDose.appointment_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(Clinic.day == day, PlannedDose.dose_number == 2)
    )
    assert (planted.scalar(statement) or 0) > 20


def test_each_agent_gets_a_link_that_opens_the_desk_once(
    app: Flask, page: Browser, at: Callable[[str], datetime]
) -> None:
    at("2026-11-23 12:00")
    app.config["IS_DEMO"] = True
    shown = app.test_cli_runner().invoke(demo_command, ["--patients", "300"]).output
    links = re.findall(r"http://127\.0\.0\.1:8080(/welcome/\S+)", shown)
    assert len(links) == len(set(links)) == 9
    (rosa,) = re.findall(r"Rosa Martin.*\n\s+http://[^/]+(\S+)", shown)
    filled_in = page.open(rosa)
    assert filled_in.select("input[name=password]")[0].get("value")
    page.submit("welcome")
    assert page.open("/reception/").status == 200
    page.submit("sign-out")
    again = page.open(rosa)
    assert again.status == 410
    page.open("/sign-in")
    page.submit("sign-in", login="rosa", password=DEMO_PASSWORD)
    assert page.open("/reception/").status == 200


def test_a_real_centre_fills_in_no_password(page: Browser) -> None:
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION)
        token = staff_service.invite(session, rosa.id, by_id=None, now=clock.now())
    shown = page.open(f"/welcome/{token}")
    assert not shown.select("input[name=password]")[0].get("value")
