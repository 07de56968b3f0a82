"""Sign every change, and note who looked at whom."""

from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.base import Base


def sign(
    session: Session,
    action: str,
    thing: Base,
    *,
    by_id: int | None,
    now: datetime,
    patient_id: int | None = None,
    **details: object,
) -> AuditEntry:
    """Write down that somebody did this, in the transaction of the change itself.

    `action` is the service's verb; `by_id` is None where the public or the program acts; details
    hold ids, counts and reasons, never answers to health questions.
    """
    session.flush()  # a new row gets its number
    entry = AuditEntry(
        at=now,
        by_id=by_id,
        action=action,
        subject=thing.__tablename__,
        subject_id=getattr(thing, "id", None),
        patient_id=patient_id,
        details={key: _plain(value) for key, value in details.items()},
    )
    session.add(entry)
    return entry


def note_read(session: Session, patient_id: int, page: str, *, by_id: int, now: datetime) -> None:
    """Note that somebody opened this person's record."""
    session.add(ReadEntry(at=now, by_id=by_id, patient_id=patient_id, page=page))


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
