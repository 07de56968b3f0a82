"""Where tests keep their rows: one database for each process of the run, empty before each test.

Making an application and a database takes far longer than most tests; what a test may see of
the one before it is therefore taken away, instead of made anew. Plain `DELETE` is the quickest
way on PostgreSQL (a `TRUNCATE` makes new files and waits for the disk), a copied file on SQLite.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import make_url

from tests import make
from vaxcentre import create_app
from vaxcentre.extensions import db
from vaxcentre.models.base import Base

DATABASES = os.environ.get("TEST_DATABASES", "sqlite").split(",")
# For tests of looks and keys: the first database is enough, another shows the same pages.
once = pytest.mark.parametrize("engine_name", DATABASES[:1], indirect=True, scope="session")
SETTINGS = {"TESTING": True, "SECRET_KEY": b"a key for tests only, of 32 bytes", "SERVES": "all"}


class SqliteStore:
    """Files, copied from a template."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        fill(f"sqlite:///{self._template}", folder)

    @contextmanager
    def shared(self) -> Iterator[str]:
        """The address that all tests of this process use, one after the other."""
        yield f"sqlite:///{self._folder / 'vaxcentre.db'}"

    def empty(self, app: Flask) -> None:
        """Leave nothing of the test before."""
        with app.app_context():
            if not event.contains(db.engine, "connect", _turn_round):
                event.listen(db.engine, "connect", _turn_round)
            db.engine.dispose()
        for file in self._folder.glob("vaxcentre.db*"):
            file.unlink()
        shutil.copy(self._template, self._folder / "vaxcentre.db")

    @contextmanager
    def own(self, folder: Path) -> Iterator[str]:
        """A database that one test may break."""
        file = folder / "vaxcentre.db"
        shutil.copy(self._template, file)
        yield f"sqlite:///{file}"


def _turn_round(connection: Any, _record: object) -> None:
    """Rows that nobody put in order come last first: on PostgreSQL they come as they like."""
    connection.execute("PRAGMA reverse_unordered_selects = ON")


class PostgresqlStore:
    """Databases of one server, copied from a template; the shared one is emptied."""

    def __init__(self, folder: Path, server: str) -> None:
        self._server = server
        self._template = f"vaxcentre_template_{secrets.token_hex(6)}"
        self._create(self._template, "template1")
        fill(self._address(self._template), folder)

    @contextmanager
    def shared(self) -> Iterator[str]:
        """The address that all tests of this process use, one after the other."""
        name = f"vaxcentre_tests_{secrets.token_hex(6)}"
        self._create(name, self._template)
        with psycopg.connect(_plain(self._address(name)), autocommit=True) as self._broom:
            self._broom.execute("SET lock_timeout = '10s'")
            self._broom.execute("SET synchronous_commit = off")
            # What is append only for everybody is not for the broom.
            self._broom.execute("SET session_replication_role = replica")
            self._sweeping = self._sweep()
            yield self._address(name)
        self._drop(name)

    def empty(self, app: Flask) -> None:
        """Leave nothing of the test before; numbers begin at one again."""
        self._broom.execute(self._sweeping)
        with app.app_context():
            make.make_centre_row()

    @contextmanager
    def own(self, _folder: Path) -> Iterator[str]:
        """A database that one test may break."""
        name = f"vaxcentre_own_{secrets.token_hex(6)}"
        self._create(name, self._template)
        yield self._address(name)
        self._drop(name)

    def close(self) -> None:
        """Take the template away."""
        self._drop(self._template)

    def _sweep(self) -> bytes:
        tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
        sequences = self._broom.execute("SELECT sequencename FROM pg_sequences").fetchall()
        numbers = ", ".join(f"setval('{name}', 1, false)" for (name,) in sequences)
        deletes = [f'DELETE FROM "{name}"' for name in tables]  # noqa: S608 - our own names
        return "; ".join(["BEGIN", *deletes, f"SELECT {numbers}", "COMMIT"]).encode()

    def _address(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _create(self, name: str, template: str) -> None:
        with psycopg.connect(_plain(self._server), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
            # Nothing here outlives the run: no test waits for the disk.
            connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())

    def _drop(self, name: str) -> None:
        with psycopg.connect(_plain(self._server), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


Store = SqliteStore | PostgresqlStore


@contextmanager
def opened(store: Store, folder: Path) -> Iterator[Flask]:
    """An application on a database of its own."""
    with store.own(folder) as address:
        made = create_app(INSTANCE=folder, SQLALCHEMY_DATABASE_URI=address, **SETTINGS)
        yield made
        with made.app_context():
            db.engine.dispose()


@contextmanager
def inside(app: Flask) -> Iterator[Flask]:
    """A test's own look at an application."""
    with app.app_context():
        yield app
        db.session.remove()


def fill(address: str, folder: Path) -> None:
    """Make all tables in an empty database, and the centre's one row."""
    app = create_app(INSTANCE=folder, SQLALCHEMY_DATABASE_URI=address, **SETTINGS)
    with app.app_context():
        upgrade()
        make.make_centre_row()
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
