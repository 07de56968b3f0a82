"""Prepared statements past the unit of work, for what every booking does; knows no application."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Executable, Insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

WRITING = "vaxcentre_writing"  # of a session that may write: the connection it writes through
Values = Mapping[str, object]


class WriteOutsideTransaction(RuntimeError):
    """Something tried to write without `transaction()`: a mistake in the program."""


def read(session: Session, statement: Executable, values: Values) -> list[Any]:
    """Run a prepared SELECT of columns, after what the session has not written yet.

    Gives named tuples. The statement is one that a module keeps: it is compiled once.
    """
    session.flush()
    return _run(_connection(session), statement, values)


def read_one(session: Session, statement: Executable, values: Values) -> Any:
    """The first row of the same, or None."""
    return next(iter(read(session, statement, values)), None)


def write(session: Session, statement: Executable, values: Values | Sequence[Values]) -> None:
    """Run a prepared INSERT or UPDATE, once or for each of several rows.

    It sees nothing that the session has not flushed, and tells loaded objects nothing.
    """
    _run(_writing(session), statement, values)


def insert_row(session: Session, statement: Insert, values: Values) -> int:
    """Run a prepared INSERT of one row; gives the row's number."""
    ((key,),) = _run(_writing(session), _with_key(statement), values)
    return int(key)


def _writing(session: Session) -> Connection:
    if not session.info.get(WRITING):
        raise WriteOutsideTransaction("use `with transaction() as session`")
    return _connection(session)


def _connection(session: Session) -> Connection:
    # The session looks it up through four layers, and a booking asks fifteen times.
    return session.info.get(WRITING) or session.connection()


def _run(
    connection: Connection, statement: Executable, values: Values | Sequence[Values]
) -> list[Any]:
    """Hand the statement to the driver: through all of SQLAlchemy it costs five times as much.

    Raises:
        KeyError: a value that the statement asks for is not given.
        and what SQLAlchemy would, without the values: they may be somebody's. PostgreSQL names
        some in its own sentence all the same: no error's message belongs in a log.
    """
    several = () if isinstance(values, Mapping) else values
    first: Values = values if isinstance(values, Mapping) else values[0]
    prepared = _prepared(statement, tuple(first), connection.dialect)
    cursor = connection.connection.cursor()
    try:
        if several:
            cursor.executemany(prepared.text, [prepared.bound(each) for each in several])
        else:
            cursor.execute(prepared.text, prepared.bound(first))
        return prepared.rows(cursor.fetchall()) if cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy(connection, prepared.text, error) from error
    finally:
        cursor.close()


def as_sqlalchemy(connection: Connection, text: str, error: Any) -> Any:
    """The driver's error in SQLAlchemy's terms; a connection that was lost is not used again."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )


class Prepared:
    """A statement as one database wants it: its text, how values go in and how they come out."""

    def __init__(self, statement: Executable, names: tuple[str, ...], dialect: Dialect) -> None:
        compiled = statement.compile(  # type: ignore[attr-defined]
            dialect=dialect, column_keys=list(names)
        )
        self.text = str(compiled)
        self._defaults = _defaults(compiled)
        kinds = {name: bind.type for name, bind in compiled.binds.items()}
        order = compiled.positiontup if compiled.positional else list(compiled.bind_names.values())
        self._is_positional = compiled.positional
        binds = {name: compiled.binds[name] for name in order}
        self._fixed = {
            name: bind.effective_value for name, bind in binds.items() if not bind.required
        }
        self._binds = [(name, _way_in(kinds[name], dialect)) for name in order]
        columns = compiled._result_columns
        self._row: Any = namedtuple("Row", [one.keyname for one in columns], rename=True)  # type: ignore[misc]
        ways = [_way_out(one.type, dialect) for one in columns]
        self._out = [(place, way) for place, way in enumerate(ways) if way]

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        known = {**self._fixed, **self._defaults, **values}
        if self._is_positional:
            return [way(known[name]) if way else known[name] for name, way in self._binds]
        return {name: way(known[name]) if way else known[name] for name, way in self._binds}

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """What the driver gave, as named tuples of our types."""
        return [self._row._make(self._read(row)) for row in found]

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._out:
            return row
        values = list(row)
        for place, way in self._out:
            values[place] = way(values[place])
        return values


@lru_cache(maxsize=500)
def _prepared(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> Prepared:
    return Prepared(statement, names, dialect)


@lru_cache(maxsize=100)
def _with_key(statement: Insert) -> Insert:
    table = statement.table
    return statement.returning(*(column for column in table.c if column.primary_key))


def _defaults(compiled: SQLCompiler) -> dict[str, object]:
    """What stands in the columns that are not named: plain values, all of them."""
    defaults: dict[str, Any] = {column.key: column.default for column in compiled.insert_prefetch}
    return {key: default.arg for key, default in defaults.items()}


def _way_in(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _way_out(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
