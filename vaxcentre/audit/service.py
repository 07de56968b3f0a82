"""Sign every change, and note who looked at whom."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.base import Base
from vaxcentre.writing import write

_SIGN = insert(AuditEntry)
_NOTE = insert(ReadEntry)


def sign(
    session: Session,
    action: str,
    thing: Base,
    *,
    by_id: int | None,
    now: datetime,
    patient_id: int | None = None,
    **details: object,
) -> None:
    """Write down that somebody did this, in the transaction of the change itself.

    `action` is the service's verb; `by_id` is None where the public or the program acts; details
    hold ids, counts and reasons, never answers to health questions.
    """
    session.flush()  # a new row gets its number
    kind, number = type(thing), getattr(thing, "id", None)
    _write(session, action, kind, number, details, by_id=by_id, now=now, patient_id=patient_id)


def sign_row(
    session: Session,
    action: str,
    kind: type[Base],
    number: int | None,
    *,
    by_id: int | None,
    now: datetime,
    patient_id: int | None = None,
    **details: object,
) -> None:
    """As `sign`, of a row that was written without being loaded."""
    _write(session, action, kind, number, details, by_id=by_id, now=now, patient_id=patient_id)


def _write(
    session: Session,
    action: str,
    kind: type[Base],
    number: int | None,
    details: Mapping[str, object],
    *,
    by_id: int | None,
    now: datetime,
    patient_id: int | None,
) -> None:
    entry = {
        "at": now,
        "by_id": by_id,
        "action": action,
        "subject": kind.__tablename__,
        "subject_id": number,
        "patient_id": patient_id,
        "details": {key: _plain(value) for key, value in details.items()},
    }
    write(session, _SIGN, entry)


def note_read(session: Session, patient_id: int, page: str, *, by_id: int, now: datetime) -> None:
    """Note that somebody opened this person's record."""
    write(session, _NOTE, {"at": now, "by_id": by_id, "patient_id": patient_id, "page": page})


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
