"""Look the machine over, and say what is wrong and what to do, in the words of who keeps it."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from vaxcentre import clock
from vaxcentre.checkup import (
    Finding,
    Level,
    check_clock,
    check_disk,
    check_journal,
    check_library,
    check_modes,
    check_other_clock,
    check_our_font,
    check_python,
    check_schema,
    check_shared_library,
    check_sqlite,
    check_wide_font,
    check_zone,
)
from vaxcentre.extensions import db

MIGRATIONS = Path(__file__).parent / "migrations"
SYSTEM_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def examine_machine(instance: Path, static: Path) -> Iterator[Finding]:
    """What can be said without opening the database."""
    yield check_python(sys.version_info[:3])
    yield check_sqlite(sqlite3.sqlite_version)
    yield check_library("SQLAlchemy", _version("sqlalchemy"), (2, 1))
    yield check_library("WeasyPrint", _version("weasyprint"), (70, 0))
    yield check_disk(shutil.disk_usage(instance).free)
    yield check_clock(clock.now())
    yield check_zone(clock.DEFAULT_ZONE.key)
    yield check_our_font(static / "fonts")
    yield check_wide_font(SYSTEM_FONTS)
    yield check_shared_library("libpango-1.0.so.0", "libpango-1.0-0")
    yield check_shared_library("libpangoft2-1.0.so.0", "libpangoft2-1.0-0")
    slow = "Sans libharfbuzz-subset, imprimer est 8 fois plus lent : apt-get install "
    yield check_shared_library(
        "libharfbuzz-subset.so.0", "", Finding(Level.ATTENTION, slow + "libharfbuzz-subset0")
    )
    yield from check_modes(instance)


def examine_database(address: str) -> Iterator[Finding]:
    """What the database says of itself."""
    url = make_url(address)
    kind = url.get_backend_name()
    yield Finding(Level.OK, f"Base de données : {kind}, {url.render_as_string(hide_password=True)}")
    if kind == "sqlite" and not os.path.exists(url.database or ""):  # noqa: PTH110  # may be ""
        yield Finding(Level.ATTENTION, "Pas encore de base : ./vaxcentre.sh start la crée")
        return
    examine: Callable[[Connection], Iterator[Finding]] = (
        _examine_sqlite if kind == "sqlite" else _examine_postgresql
    )
    try:
        with db.engine.connect() as connection:
            yield from examine(connection)
            script = ScriptDirectory(str(MIGRATIONS))
            current = MigrationContext.configure(connection).get_current_heads()
            yield check_schema(current, script.get_heads())
    except SQLAlchemyError as error:
        yield Finding(Level.ERROR, f"La base ne répond pas ({type(error).__name__})")


def _examine_sqlite(connection: Connection) -> Iterator[Finding]:
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    yield check_journal(mode, connection.exec_driver_sql("PRAGMA synchronous").scalar_one())


def _examine_postgresql(connection: Connection) -> Iterator[Finding]:
    there = connection.scalar(select(func.clock_timestamp()))
    if there is not None:
        yield check_other_clock(clock.now(), there)


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Say what is wrong with this machine, and what to do."""
    instance = Path(current_app.instance_path)
    findings = [
        *examine_machine(instance, Path(current_app.static_folder or "static")),
        *examine_database(current_app.config["SQLALCHEMY_DATABASE_URI"]),
    ]
    for finding in findings:
        click.echo(f"{finding.level.value:<10} {finding.sentence}")
    if any(finding.level is Level.ERROR for finding in findings):
        click.get_current_context().exit(1)
