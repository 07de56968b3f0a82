"""The migrations lead to the models, and back, with rows in the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from tests import make
from vaxcentre.extensions import db
from vaxcentre.models.base import Base
from vaxcentre.models.patient import Patient


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Its tables are taken away."""
    return own_app


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_with_people_in_it_can_be_upgraded_again(
    app: Flask, write: Callable[[], Any]
) -> None:
    with write() as session:
        make.make_patient(session)
    upgrade()
    with write() as session:
        assert session.query(Patient).count() == 1


def test_the_first_migration_can_be_taken_back(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


def test_movements_are_kept_when_the_ledger_comes_and_goes(app: Flask, write: Any) -> None:
    with write() as session:
        lot = make.make_lot(session, make.make_vaccine(session, make.make_course(session)))
        number = lot.id
    db.session.remove()
    for way, revision in ((downgrade, "0001"), (upgrade, "head")):
        way(revision=revision)
        with db.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT lot_id, kind, doses FROM stock_movement")
            assert [tuple(row) for row in found] == [(number, "receive", 10)]
