"""Prepared statements: the same rows, types, defaults and errors as through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tests import make
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import OneTimeKey
from vaxcentre.rules.vocabulary import Sex
from vaxcentre.writing import WriteOutsideTransaction, insert_row, read, read_one, write

NEW_PATIENT, NEW_KEY, NEW_ENTRY = insert(Patient), insert(OneTimeKey), insert(AuditEntry)
WHO = (
    select(Patient.id, Patient.family_name, Patient.sex, Patient.birth_on, Patient.created_at)
    .where(Patient.birth_on == bindparam("birth_on"))
    .order_by(Patient.id)
)
FIRST = WHO.limit(1)
BORN = date(1948, 3, 14)


def row(family: str = "D’Été-Ночь 😀") -> dict[str, object]:
    return {
        "family_name": family,
        "given_names": "Ada",
        "folded_family": "d ete",
        "folded_given": "ada",
        "birth_on": BORN,
        "created_at": clock.now(),
    }


def test_values_come_back_as_they_went_in_with_the_columns_defaults(
    session: Session, at: Callable[[str], datetime]
) -> None:
    now = at("2026-11-23 08:00")
    with transaction() as work:
        number = insert_row(work, NEW_PATIENT, row())
    found = read_one(session, WHO, {"birth_on": BORN})
    assert found == (number, "D’Été-Ночь 😀", Sex.UNKNOWN, BORN, now)
    assert found.family_name == "D’Été-Ночь 😀"
    loaded = session.get_one(Patient, number)
    assert (loaded.sex, loaded.is_protected_adult) == (Sex.UNKNOWN, False)


def test_details_are_kept_as_they_are(session: Session) -> None:
    with transaction() as work:
        entry = {"at": clock.now(), "action": "try", "subject": "patient"}
        number = insert_row(work, NEW_ENTRY, {**entry, "details": {"é": [1, None, "x"]}})
    assert session.get_one(AuditEntry, number).details == {"é": [1, None, "x"]}


def test_several_rows_are_written_at_once_and_a_limit_holds(session: Session) -> None:
    with transaction() as work:
        write(work, NEW_PATIENT, [row("One"), row("Two")])
    assert [one.family_name for one in read(session, WHO, {"birth_on": BORN})] == ["One", "Two"]
    assert [one.family_name for one in read(session, FIRST, {"birth_on": BORN})] == ["One"]
    assert read_one(session, WHO, {"birth_on": date(1900, 1, 1)}) is None


def test_the_same_statement_may_name_other_columns(session: Session) -> None:
    rename = update(Patient).where(Patient.id == bindparam("key"))
    with transaction() as work:
        number = insert_row(work, NEW_PATIENT, row())
        write(work, rename, {"key": number, "family_name": "Mercier"})
        write(work, rename, {"key": number, "sex": Sex.FEMALE, "merged_into_id": None})
    loaded = session.get_one(Patient, number)
    assert (loaded.family_name, loaded.sex) == ("Mercier", Sex.FEMALE)


def test_what_the_session_has_not_written_yet_is_seen(session: Session) -> None:
    with transaction() as work:
        made = make.make_patient(work, "Ada", birth_on=BORN)
        made.family_name = "Changed"
        assert read_one(work, WHO, {"birth_on": BORN}).family_name == "Changed"


def test_a_refused_row_is_an_error_that_names_nobody(session: Session) -> None:
    key = {"key": "secret-of-somebody", "result": "/", "used_at": clock.now()}
    with pytest.raises(IntegrityError) as caught, transaction() as work:
        write(work, NEW_KEY, key)
        write(work, NEW_KEY, key)
    assert "/" not in str(caught.value.params)
    assert session.scalars(select(OneTimeKey)).all() == []


def test_nothing_is_written_outside_a_transaction(session: Session) -> None:
    with pytest.raises(WriteOutsideTransaction):
        write(session, NEW_PATIENT, row())
    with pytest.raises(WriteOutsideTransaction):
        insert_row(session, NEW_PATIENT, row())


def test_a_value_that_is_missing_is_a_mistake(session: Session) -> None:
    with pytest.raises(KeyError, match="birth_on"):
        read(session, WHO, {"born_on": BORN})
    short = {name: value for name, value in row().items() if name != "given_names"}
    with pytest.raises(KeyError, match="given_names"), transaction() as work:
        write(work, NEW_PATIENT, [row(), short])
    assert read(session, WHO, {"birth_on": BORN}) == []


def test_a_connection_that_was_lost_is_replaced(session: Session) -> None:
    if db.engine.dialect.name != "postgresql":
        return  # a file is not lost
    number = session.scalar(select(func.pg_backend_pid()))
    with db.engine.connect() as other:
        other.execute(select(func.pg_terminate_backend(number)))
    with pytest.raises(DBAPIError) as caught:
        read(session, WHO, {"birth_on": BORN})
    assert caught.value.connection_invalidated
    session.rollback()
    assert read(session, WHO, {"birth_on": BORN}) == []
