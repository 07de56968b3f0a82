"""Prepared statements past the unit of work, for what every booking does; knows no application."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.orm import Session

WRITING = "vaxcentre_writing"  # of a session that may write: the connection it writes through


class WriteOutsideTransaction(RuntimeError):
    """Something tried to write without `transaction()`: a mistake in the program."""


def read(session: Session, statement: Executable, values: Any) -> CursorResult[*tuple[Any, ...]]:
    """Run a prepared SELECT of columns, after what the session has not written yet."""
    session.flush()
    return _connection(session).execute(statement, values)


def write(session: Session, statement: Executable, values: Any) -> CursorResult[*tuple[Any, ...]]:
    """Run a prepared INSERT or UPDATE: through the ORM it costs five times as much.

    It sees nothing that the session has not flushed, and tells loaded objects nothing.
    """
    if not session.info.get(WRITING):
        raise WriteOutsideTransaction("use `with transaction() as session`")
    return _connection(session).execute(statement, values)


def insert_row(session: Session, statement: Executable, values: Mapping[str, object]) -> int:
    """Run a prepared INSERT of one row; gives the row's number."""
    key = write(session, statement, dict(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _connection(session: Session) -> Connection:
    # The session looks it up through four layers, and a booking asks fifteen times.
    return session.info.get(WRITING) or session.connection()
