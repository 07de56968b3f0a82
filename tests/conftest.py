"""An application on a fresh database, a browser-like page, and people signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests import make
from tests.browsing import address, chromium
from tests.databases import DATABASES, SETTINGS, PostgresqlStore, SqliteStore, Store, inside, opened
from tests.page import Browser
from tests.printing import printer_socket
from vaxcentre import create_app
from vaxcentre.booking import availability
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.vocabulary import Role

__all__ = ["address", "chromium", "printer_socket"]

PARIS = ZoneInfo("Europe/Paris")
MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made in it
POSTGRESQL = os.environ.get(
    "TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


@pytest.fixture(scope="session", params=DATABASES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which database this run of a test uses."""
    return str(request.param)


@pytest.fixture(scope="session")
def store(engine_name: str) -> Iterator[Store]:
    """Where the tests of this process keep their rows."""
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="vaxcentre-tests-", dir=memory) as folder:
        if engine_name == "sqlite":
            yield SqliteStore(Path(folder))
            return
        store = PostgresqlStore(Path(folder), POSTGRESQL)
        yield store
        store.close()


@pytest.fixture(scope="session")
def shared_app(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The one application of this process; tests ask for `app`."""
    folder = tmp_path_factory.mktemp("shared")
    with store.shared() as address:
        made = create_app(INSTANCE=folder, SQLALCHEMY_DATABASE_URI=address, **SETTINGS)
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask, store: Store, tmp_path: Path) -> Iterator[Flask]:
    """The whole application, staff and public pages on one port, with nobody in its database."""
    config, extensions = dict(shared_app.config), dict(shared_app.extensions)
    shared_app.instance_path = str(tmp_path)
    availability._kept.clear()
    store.empty(shared_app)
    with inside(shared_app):
        yield shared_app
    for kept, before in ((shared_app.config, config), (shared_app.extensions, extensions)):
        kept.clear()
        kept.update(before)


@pytest.fixture
def own_app(store: Store, tmp_path: Path) -> Iterator[Flask]:
    """An application and a database of this test alone, which it may change as it likes."""
    with opened(store, tmp_path) as made, inside(made):
        yield made


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
def asked(app: Flask) -> Callable[[Callable[[], object]], int]:
    """`asked(lambda: page.open("/reception/"))`: what it asks of the database."""

    def count(action: Callable[[], object]) -> int:
        seen: list[str] = []

        def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
            # The centre's card is read once a second, whoever asks.
            if statement.startswith("SELECT") and "FROM centre" not in statement:
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            action()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    return count


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
