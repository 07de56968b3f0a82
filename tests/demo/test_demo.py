"""The demo day is believable, whole, and the same for the same seed and moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from vaxcentre.demo.command import MARK, demo_command
from vaxcentre.demo.service import plant
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Vaccine
from vaxcentre.models.visit import Observation, Visit
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.rules.vocabulary import Role

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=PARIS)
Write = Callable[[], Any]


def _plant(write: Write, now: datetime = NOON, patients: int = 600) -> None:
    with write() as session:
        plant_courses(session, now=now)
        plant(session, seed=7, now=now, zone=PARIS, past_patients=patients)


def _count(session: Session, column: Any, *where: Any) -> int:
    return session.scalar(select(func.count(column)).where(*where)) or 0


@pytest.fixture
def planted(write: Write, at: Callable[[str], datetime], session: Session) -> Session:
    at("2026-11-23 12:00")
    _plant(write)
    return session


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


def test_it_is_the_same_for_the_same_seed_and_moment(
    write: Write, at: Callable[[str], datetime], app: Flask, tmp_path: Path
) -> None:
    at("2026-11-23 12:00")
    app.config["IS_DEMO"] = True
    seen = []
    for _ in range(2):
        result = app.test_cli_runner().invoke(
            demo_command, ["--patients", "300", "--seed", "3", "--moment", "2026-11-23T12:00:00"]
        )
        assert result.exit_code == 0, result.output
        with write() as session:
            people = session.execute(select(Patient.family_name, Patient.birth_on)).all()
            references = session.scalars(select(Appointment.reference)).all()
        seen.append((sorted(people), sorted(references)))
    assert seen[0] == seen[1]


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


@pytest.mark.parametrize("moment", ["2026-11-23 23:30", "2026-03-29 03:30", "2026-12-31 01:00"])
def test_it_can_start_at_any_hour(
    moment: str, write: Write, at: Callable[[str], datetime], session: Session
) -> None:
    now = at(moment)
    _plant(write, now, patients=200)
    around = _count(session, Clinic.id, Clinic.starts_at <= now, Clinic.ends_at > now)
    assert around == 1
