"""Rows are taken in one order everywhere, so that on PostgreSQL nobody waits in a circle.

    Course, Clinic, Patient, Appointment, Slot, Visit, Vaccine, Lot, OutboxMessage, Centre

Of one table the lowest number comes first, of slots the earliest. What has to be taken against
this order (a hold that ran out, found in a slot that is taken already) is passed over where
somebody else has it.

A row is taken FOR NO KEY UPDATE: new rows that point to it do not wait, so that a foreign key
needs no place in the order. SQLite has one writer at a time and needs none of this.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.models.base import Base
from vaxcentre.models.patient import Patient

Row = TypeVar("Row", bound=Base)
# For `with_for_update(**ALONE)`: nobody else takes or changes the row until we are done.
ALONE: dict[str, Any] = {"key_share": True}


def take(
    session: Session, table: type[Row], ids: Collection[int], *, or_pass_over: bool = False
) -> list[Row]:
    """Take these rows of a table and read them anew, the lowest number first.

    With `or_pass_over`, those that somebody else has taken are left out.
    """
    if not ids:
        return []
    number: Any = table.__table__.c.id
    statement = (
        select(table)
        .where(number.in_(sorted(ids)))
        .order_by(number)
        .with_for_update(**ALONE, of=table, skip_locked=or_pass_over)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def take_one(session: Session, table: type[Row], number: int) -> Row | None:
    """Take one row and read it anew; None where there is none with this number."""
    return next(iter(take(session, table, [number])), None)


def take_patient(session: Session, number: int) -> Patient | None:
    """Somebody's row; where it was merged, also while we waited for it, the one that stays."""
    patient = take_one(session, Patient, number)
    while patient is not None and patient.merged_into_id is not None:
        patient = take_one(session, Patient, patient.merged_into_id)
    return patient
