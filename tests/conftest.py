"""An application on a fresh database, a browser-like page, and people signed in."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tests import make
from tests.browsing import chromium
from tests.page import Browser
from tests.printing import printer_socket
from vaxcentre import create_app
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.vocabulary import Role

__all__ = ["chromium", "printer_socket"]

PARIS = ZoneInfo("Europe/Paris")
DATABASES = os.environ.get("TEST_DATABASES", "sqlite").split(",")
POSTGRESQL = os.environ.get(
    "TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
SETTINGS = {"TESTING": True, "SECRET_KEY": b"a key for tests only, of 32 bytes", "SERVES": "all"}


@pytest.fixture(scope="session", params=DATABASES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which database this run of a test uses."""
    return str(request.param)


@pytest.fixture(scope="session")
def template(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One empty, migrated database; each test works on a copy of it."""
    folder = tmp_path_factory.mktemp("template")
    if engine_name == "sqlite":
        address = f"sqlite:///{folder / 'template.db'}"
    else:
        address = _create_database(f"vaxcentre_template_{secrets.token_hex(6)}")
    app = create_app(INSTANCE=folder, SQLALCHEMY_DATABASE_URI=address, **SETTINGS)
    with app.app_context():
        upgrade()
        make.make_centre_row()
        db.session.remove()
        if engine_name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    yield address
    if engine_name == "postgresql":
        _drop_database(make_url(address).database or "")


@pytest.fixture
def database_address(engine_name: str, template: str, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own database."""
    if engine_name == "sqlite":
        file = tmp_path / "vaxcentre.db"
        shutil.copy(make_url(template).database or "", file)
        yield f"sqlite:///{file}"
        return
    name = f"vaxcentre_test_{secrets.token_hex(6)}"
    yield _create_database(name, template=make_url(template).database)
    _drop_database(name)


@pytest.fixture
def app(database_address: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application, staff and public pages on one port."""
    made = create_app(INSTANCE=tmp_path, SQLALCHEMY_DATABASE_URI=database_address, **SETTINGS)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def printer(app: Flask, printer_socket: Path) -> Path:
    """Papers of this test are really printed, by the shared printing process."""
    app.config["PRINTER_SOCKET"] = str(printer_socket)
    return printer_socket


@pytest.fixture
def write(app: Flask) -> Callable[[], object]:
    """`with write() as session:` prepares what a test begins with."""
    return transaction


@pytest.fixture
def session(app: Flask) -> Session:
    """A session to look at what was written; ends with a fresh read each time it is expired."""
    return db.session()


@pytest.fixture
def page(app: Flask) -> Browser:
    """A browser without script: opens pages, fills forms, checks every HTML it is given."""
    return Browser(app)


@pytest.fixture
def signed_in_as(app: Flask, page: Browser) -> Callable[..., StaffMember]:
    """`signed_in_as(Role.NURSE, box=3)` signs the role's usual person in on `page`."""

    def sign_in(*roles: Role, box: int | None = None) -> StaffMember:
        return make.sign_in(page, *roles, box=box)

    return sign_in


@pytest.fixture
def at() -> Iterator[Callable[[str], datetime]]:
    """`at("2026-03-02 09:00")` stops the clock at that local time."""
    travellers: list[time_machine.travel] = []

    def stop(text: str) -> datetime:
        moment = datetime.fromisoformat(text).replace(tzinfo=PARIS)
        while travellers:
            travellers.pop().stop()
        traveller = time_machine.travel(moment, tick=False)
        traveller.start()
        travellers.append(traveller)
        return moment

    yield stop
    while travellers:
        travellers.pop().stop()


def _create_database(name: str, template: str | None = None) -> str:
    with psycopg.connect(_plain(POSTGRESQL), autocommit=True) as connection:
        origin = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{origin}'.encode())
    return make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)


def _drop_database(name: str) -> None:
    with psycopg.connect(_plain(POSTGRESQL), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
