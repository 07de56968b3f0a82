"""Many rows at once, in the order given, on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from vaxcentre.models.base import Base

CHUNK = 5_000


def add_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the rows and give their ids back in the same order."""
    ids: list[int] = []
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
    for start in range(0, len(rows), CHUNK):
        ids += session.scalars(statement, list(rows[start : start + CHUNK])).all()
    return ids


def put_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; nobody needs their ids."""
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(model), list(rows[start : start + CHUNK]))
