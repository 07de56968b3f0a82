"""Engine settings, and the one way to write: `with transaction() as session`."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session

from vaxcentre.extensions import db
from vaxcentre.writing import WRITING, WriteOutsideTransaction, as_sqlalchemy


@contextmanager
def transaction() -> Iterator[Session]:
    """One change to what the centre remembers: all of it is kept, or nothing.

    Rolls back the read that loading the signed-in person opened, waits for its turn to write,
    and commits at the end of the block. Objects loaded before it expire: hand ids in.
    On SQLite the turn is a lock shared by all processes of the machine, taken in order of
    arrival, and `BEGIN IMMEDIATE`; on PostgreSQL services take the contended rows themselves, in
    the one order that models/locks.py names.
    """
    session: Session = db.session()
    session.rollback()
    session.expire_all()
    with _turn(db.engine):
        try:
            session.info[WRITING] = session.connection(execution_options={WRITING: True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(WRITING, None)


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Queue the writers of one machine in the kernel: SQLite's own waiting is not fair."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    handle = os.open(f"{file}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def checkpoint() -> None:
    """Fold SQLite's write-ahead log back into the file, in turn with the writers."""
    engine = db.engine
    if engine.dialect.name != "sqlite":
        return
    with _turn(engine), engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def prepare(engine: Engine) -> None:
    """Give a new engine our settings; called once for each application."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def protect() -> None:
    """Refuse every write outside `transaction()`; harmless when called again."""
    if not event.contains(db.session, "before_flush", _refuse_stray_flush):
        event.listen(db.session, "before_flush", _refuse_stray_flush)
        event.listen(db.session, "do_orm_execute", _refuse_stray_statement)


def _settle_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a confirmed booking survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB; a booking writes eleven pages
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING)
    # Straight to the driver: through SQLAlchemy the two words cost as much as an INSERT.
    driver: Any = connection.connection.dbapi_connection
    begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
    try:
        driver.execute(begin)
    except sqlite3.Error as error:  # another program holds the file
        raise as_sqlalchemy(connection, begin, error) from error


def _refuse_stray_flush(session: Session, _context: object, _instances: object) -> None:
    if not session.info.get(WRITING):
        raise WriteOutsideTransaction("use `with transaction() as session`")


def _refuse_stray_statement(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.session.info.get(WRITING):
        raise WriteOutsideTransaction("use `with transaction() as session`")


def sqlite_address(file: Path) -> str:
    """The database address of a file."""
    return f"sqlite:///{file}"
