"""At any hour somebody stands at every station; the same seed and moment plant the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.databases import Store, inside, opened
from vaxcentre.database import transaction
from vaxcentre.demo.clinics import around
from vaxcentre.demo.command import demo_command
from vaxcentre.demo.service import plant
from vaxcentre.extensions import db
from vaxcentre.interview.visits import read_day
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.base import Base
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.visit import Visit
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.reception import queries
from vaxcentre.rules.vocabulary import AppointmentStatus, Origin, VisitStatus

PARIS = ZoneInfo("Europe/Paris")
At = Callable[[str], datetime]
MOMENTS = [
    "2026-11-23 10:21",
    "2026-11-23 23:37",  # most of the clinic is tomorrow's
    "2026-11-24 00:04",  # most of it was yesterday's
    "2026-03-29 03:30",  # the hour before is missing
    "2026-10-25 02:30",  # the hour comes twice
    "2026-12-31 20:00",
]


@pytest.fixture(scope="module", params=MOMENTS)
def demo_at(
    request: pytest.FixtureRequest, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, datetime]]:
    """A demo planted once for each moment: those who ask for it only look."""
    now = datetime.fromisoformat(request.param).replace(tzinfo=PARIS)
    with opened(store, tmp_path_factory.mktemp("demo")) as made:
        with time_machine.travel(now, tick=False), inside(made), transaction() as session:
            plant_courses(session, now=now)
            plant(session, seed=7, now=now, zone=PARIS, past_patients=800)
        yield made, now


@pytest.fixture
def moment(demo_at: tuple[Flask, datetime]) -> datetime:
    """The moment of the demo."""
    return demo_at[1]


@pytest.fixture
def planted(demo_at: tuple[Flask, datetime]) -> Iterator[Session]:
    """What was planted, to be looked at."""
    with inside(demo_at[0]):
        yield db.session()


def _today(moment: datetime) -> Any:
    return (
        select(Appointment)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(Clinic.day == moment.date())
    )


def test_somebody_stands_at_every_station(moment: datetime, planted: Session) -> None:
    today = planted.scalars(_today(moment)).all()
    assert sum(one.booked_at is not None for one in today) == 420
    visits = Counter(one.status for one in read_day(planted, moment.date(), now=moment))
    undone = planted.scalars(select(Visit).where(Visit.undone_at.is_not(None))).all()
    if moment.hour < 23:  # later, nobody else is expected today
        assert len(undone) == 1
    gone = {VisitStatus.UNDONE, VisitStatus.LEFT}  # nobody works on them any more
    passing = {VisitStatus.REFUSED}  # a minute, until it is written down
    assert set(VisitStatus) - gone - passing <= set(visits)
    assert visits[VisitStatus.READY] >= 2
    assert visits[VisitStatus.FOR_DOCTOR] >= 2
    assert {one.origin for one in today} == set(Origin)


def test_appointments_are_in_every_state(moment: datetime, planted: Session) -> None:
    today = planted.scalars(_today(moment)).all()
    rows = queries.rows(planted, moment, Appointment.id.in_(one.id for one in today))
    seen = {row.status for row in rows}
    held, lapsed = AppointmentStatus.HELD, AppointmentStatus.LAPSED  # they have no patient yet
    seen |= {lapsed if one.lapsed_at else held for one in today if one.booked_at is None}
    passing = {AppointmentStatus.LATE}  # nobody is, in the minute in which a slot begins
    if moment.hour == 23:  # what is left of the day is short
        passing |= {held, lapsed, AppointmentStatus.BOOKED}
    assert set(AppointmentStatus) - passing <= seen


def test_the_clinics_run_from_four_hours_before_to_four_hours_after(
    moment: datetime, planted: Session
) -> None:
    hours = around(moment, PARIS)
    begin, end = hours[0].starts_at.timestamp(), hours[-1].ends_at.timestamp()
    minutes = moment.minute % 10 * 60
    assert moment.timestamp() - begin == 4 * 3600 + minutes
    assert end - moment.timestamp() == 4 * 3600 - minutes
    now = select(func.count(Clinic.id)).where(Clinic.starts_at <= moment, Clinic.ends_at > moment)
    assert planted.scalar(now) == 1


def test_nothing_lies_ahead_of_its_moment(moment: datetime, planted: Session) -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_at") and column.name not in {
                "starts_at",
                "ends_at",
                "opens_at",
                "expires_at",
            }:
                latest = planted.scalar(select(func.max(column)))
                assert latest is None or latest <= moment, f"{table.name}.{column.name}"


def test_two_plants_of_one_seed_and_moment_are_the_same(
    write: Callable[[], Any], at: At, app: Flask
) -> None:
    at("2026-11-23 12:00")
    app.config["IS_DEMO"] = True
    seen = []
    for _ in range(2):
        result = app.test_cli_runner().invoke(
            demo_command, ["--patients", "300", "--seed", "3", "--moment", "2026-11-23T12:00:00"]
        )
        assert result.exit_code == 0, result.output
        seen.append(_all_rows(write))
    assert seen[0].keys() == seen[1].keys()
    for name, rows in seen[0].items():
        assert rows == seen[1][name], name


def test_another_seed_plants_other_people(write: Callable[[], Any], at: At, app: Flask) -> None:
    at("2026-11-23 12:00")
    app.config["IS_DEMO"] = True
    seen = []
    for seed in ("3", "4"):
        app.test_cli_runner().invoke(demo_command, ["--patients", "300", "--seed", seed])
        seen.append(_all_rows(write))
    assert seen[0]["patient"] != seen[1]["patient"]


def _all_rows(write: Callable[[], Any]) -> dict[str, list[Any]]:
    """Every row of every table; only the secret of a one-time link may differ."""
    found = {}
    with write() as session:
        for table in Base.metadata.sorted_tables:
            columns = [c for c in table.columns if (table.name, c.name) != SECRET]
            found[table.name] = [
                tuple(row) for row in session.execute(select(*columns).order_by(*table.primary_key))
            ]
    return found


SECRET = ("invitation", "token_hash")
