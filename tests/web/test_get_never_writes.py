"""Opening a page changes nothing: rows are counted, and statements that write are heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, func, select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests import make
from tests.databases import Store, inside, opened
from tests.page import Browser
from tests.test_routes import WHO_MAY
from vaxcentre import writing
from vaxcentre.database import transaction
from vaxcentre.models.base import Base
from vaxcentre.models.clinic import Centre
from vaxcentre.models.patient import Patient
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import Role
from vaxcentre.writing import write

# Who looked at whom, and when a desk was last used: the two that a look may write.
# The read log, the last-seen moment, and the count of wrong certificate numbers of an address.
MAY_GROW = {"read_entry", "staff_session", "attempt"}


def a_day(session: Session) -> None:
    """One of everything, so that most addresses lead to something."""
    course = make.make_course(session)
    lot = make.make_lot(session, make.make_vaccine(session, course))
    slot = make.make_slot(session, course, places=3)
    waiting = make.make_appointment(session, make.make_patient(session), slot, course)
    make.make_interview(session, waiting)
    make.make_visit(session, waiting)
    ben = make.make_patient(session, "Ben")
    here = make.make_visit(session, make.make_appointment(session, ben, slot, course))
    make.make_decision(session, here)
    make.make_injection(session, here, course, lot)


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has, but for those that a look may add to."""
    session.rollback()
    return {
        table.name: int(session.scalar(select(func.count()).select_from(table)) or 0)
        for table in Base.metadata.sorted_tables
        if table.name not in MAY_GROW
    }


@contextmanager
def written(session: Session) -> Iterator[list[str]]:
    """The tables that are written to meanwhile, but for those that a look may write to."""
    tables: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", statement)
        if found and found[1] not in MAY_GROW:
            tables.append(found[1])

    # A prepared statement goes to the driver past the events of the engine.
    run = writing._run

    def hear_prepared(connection: Any, statement: Any, values: Any) -> list[Any]:
        hear(connection, None, str(statement))
        return run(connection, statement, values)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    writing._run = hear_prepared
    try:
        yield tables
    finally:
        writing._run = run
        event.remove(engine, "before_cursor_execute", hear)


def test_every_way_to_write_is_heard(app: Flask, session: Session) -> None:
    key: Any = bindparam("key")
    with written(session) as tables, transaction() as work:
        work.execute(update(Patient).where(Patient.id == 0).values(phone=None))
        write(work, update(Visit).where(Visit.id == key), {"key": 0, "called_at": None})
    assert tables == ["patient", "visit"]


def addresses(app: Flask, endpoint: str) -> Iterator[str]:
    """Each way to open this page, with small numbers and short words where it asks for some."""
    for rule in app.url_map.iter_rules(endpoint):
        if "GET" in (rule.methods or ()):
            with app.test_request_context():
                yield app.url_for(endpoint, **_values(rule))


def _values(rule: Rule) -> dict[str, Any]:
    """Something that the rule takes: numbers count from one, words are as long as they must be."""
    found: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        for guess in (1, "1", "x", "2026-11-23", "3400930000001", "BCDEFGHJ"):
            try:
                if converter.to_python(str(guess)) is not None:
                    found[name] = guess
                    break
            except ValueError:
                continue
    return found


@pytest.fixture(scope="module")
def looked_at(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with one day in it, for all who only look."""
    with opened(store, tmp_path_factory.mktemp("looked_at")) as made:
        with inside(made), transaction() as work:
            a_day(work)
            make.make_staff(work, *Role, given="Zoe")
            for role in Role:
                make.make_staff(work, role)
        yield made


@pytest.fixture
def app(looked_at: Flask) -> Iterator[Flask]:
    with inside(looked_at):
        yield looked_at


@pytest.mark.parametrize("endpoint", sorted(WHO_MAY))
def test_a_look_changes_nothing(endpoint: str, app: Flask, page: Browser, session: Session) -> None:
    who = WHO_MAY[endpoint]
    for role in sorted(who) if isinstance(who, frozenset) else [None]:
        if role is not None:
            make.sign_in(page, role, box=1 if role in {Role.NURSE, Role.DOCTOR} else None)
        before = rows(session)
        with written(session) as tables:
            for address in addresses(app, endpoint):
                answer = page.client.get(address)
                assert answer.status_code < 500, address
                answer.close()
        assert (tables, rows(session)) == ([], before), role


def test_a_write_would_be_noticed(session: Session) -> None:
    before = rows(session)
    with written(session) as tables, transaction() as work:
        make.make_patient(work)
        work.get_one(Centre, 1).name = "Changed by a look"
    assert sorted(tables) == ["centre", "patient"]
    assert rows(session) != before
