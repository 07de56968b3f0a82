"""Many rows at once, in the order given, on both databases."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from vaxcentre.models.base import Base

CHUNK = 5_000


def add_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the rows and give their ids back in the same order."""
    ids: list[int] = []
    table = cast("Table", model.__table__)  # Core: the ORM would make an object of each row
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    for start in range(0, len(rows), CHUNK):
        ids += session.scalars(statement, list(rows[start : start + CHUNK])).all()
    return ids


def put_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; nobody needs their ids."""
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(cast("Table", model.__table__)), list(rows[start : start + CHUNK]))
