"""One way to write: all of it or nothing, one writer after the other."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests import make
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.clinic import Centre
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import Attempt, OneTimeKey
from vaxcentre.rules.vocabulary import AttemptKind, Role
from vaxcentre.signin import service
from vaxcentre.writing import WriteOutsideTransaction


def test_a_write_outside_is_refused(session: Session) -> None:
    session.add(OneTimeKey(key="k", result="/", used_at=clock.now()))
    with pytest.raises(WriteOutsideTransaction):
        session.commit()
    session.rollback()
    for statement in (update(Centre).values(name="x"), delete(Patient)):
        with pytest.raises(WriteOutsideTransaction):
            session.execute(statement)


def test_an_error_takes_everything_back(session: Session) -> None:
    with pytest.raises(RuntimeError), transaction() as writing:
        make.make_patient(writing)
        raise RuntimeError("the power fails")
    assert session.scalars(select(Patient)).all() == []


def test_a_refused_constraint_takes_everything_back(session: Session) -> None:
    with pytest.raises(IntegrityError), transaction() as writing:
        make.make_patient(writing)
        writing.add(Centre(id=2, name="A second centre", updated_at=clock.now()))
    assert session.scalars(select(Patient)).all() == []


def test_after_an_error_the_next_write_works(session: Session) -> None:
    with pytest.raises(RuntimeError), transaction():
        raise RuntimeError("the power fails")
    with transaction() as writing:
        make.make_patient(writing)
    assert len(session.scalars(select(Patient)).all()) == 1


def test_a_read_that_was_open_sees_what_others_wrote(app: Flask, session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Patient)) == 0

    def write() -> None:
        with app.app_context(), transaction() as other:
            make.make_patient(other)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    with transaction() as writing:
        assert writing.scalar(select(func.count()).select_from(Patient)) == 1


def test_eight_writers_queue_and_none_is_lost(app: Flask, engine_name: str) -> None:
    """Each reads the count of boxes and adds one: lost updates would show."""
    lock = engine_name == "postgresql"
    ready = threading.Barrier(8)
    failed: list[Exception] = []

    def add_boxes() -> None:
        with app.app_context():
            ready.wait()
            try:
                for _ in range(10):
                    with transaction() as session:
                        session.get_one(Centre, 1, with_for_update=lock).box_count += 1
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=add_boxes) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with transaction() as session:
        assert session.get_one(Centre, 1).box_count == 4 + 80


def test_eight_wrong_passwords_at_once_are_counted_one_by_one(app: Flask) -> None:
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION).id
    ready = threading.Barrier(8)
    said: list[str] = []

    def try_once() -> None:
        with app.app_context():
            shown = service.Shown(service.subject_of(rosa), rosa, is_right=False)
            db.session.remove()
            ready.wait()
            with transaction() as session:
                found = service.sign_in(
                    session, shown, desk="d", address="192.0.2.1", now=clock.now()
                )
            said.append(type(found).__name__)
            db.session.remove()

    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["SignInRests"] * 3 + ["WrongSignIn"] * 5


def test_counted_tries_survive_a_restart(app: Flask, session: Session) -> None:
    now = clock.now()
    with transaction() as writing:
        rosa = make.make_staff(writing, Role.RECEPTION).id
        for _ in range(5):
            service.sign_in(
                writing,
                service.Shown(service.subject_of(rosa), rosa, is_right=False),
                desk="d",
                address="192.0.2.1",
                now=now,
            )
    db.session.remove()
    db.engine.dispose()
    assert session.scalar(select(func.count()).select_from(Attempt)) == 5
    with transaction() as writing:
        right = service.Shown(service.subject_of(rosa), rosa, is_right=True)
        soon = now + timedelta(minutes=14)
        refused = service.sign_in(writing, right, desk="d", address="192.0.2.1", now=soon)
    assert isinstance(refused, service.SignInRests)


def test_a_try_keeps_neither_name_nor_address(session: Session) -> None:
    with transaction() as writing:
        service.sign_in(
            writing,
            service.Shown("login:rosa", None, is_right=False),
            desk="d",
            address="192.0.2.1",
            now=clock.now(),
        )
    row = session.scalars(select(Attempt)).one()
    assert row.kind == AttemptKind.PASSWORD
    assert "rosa" not in row.subject and "192.0.2.1" not in row.address
