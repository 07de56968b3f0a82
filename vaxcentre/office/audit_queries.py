"""Who did what, and who looked at whom: a day, a person, fifty at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import StaffMember

A_PAGE = 50


@dataclass(frozen=True)
class Change:
    """One signed change."""

    at: datetime
    who: str | None
    action: str
    subject: str
    subject_id: int | None
    patient_id: int | None


@dataclass(frozen=True)
class Look:
    """Somebody opened a person's record."""

    at: datetime
    who: str
    page: str
    patient_id: int
    patient_name: str


@dataclass(frozen=True)
class Asked:
    """A day's bounds (the end is exclusive), one person of the staff or all, and which fifty."""

    begins_at: datetime
    ends_at: datetime
    staff_id: int | None
    page: int


def changes(session: Session, asked: Asked) -> tuple[list[Change], bool]:
    """The changes of the day, latest first, and whether there are earlier ones.

    What was written about somebody's health is not read here, nor the reasons that were typed.
    """
    statement = (
        select(
            AuditEntry.at,
            StaffMember.given_name + " " + StaffMember.family_name,
            AuditEntry.action,
            AuditEntry.subject,
            AuditEntry.subject_id,
            AuditEntry.patient_id,
        )
        .outerjoin(StaffMember, StaffMember.id == AuditEntry.by_id)
        .where(AuditEntry.at >= asked.begins_at, AuditEntry.at < asked.ends_at)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    if asked.staff_id is not None:
        statement = statement.where(AuditEntry.by_id == asked.staff_id)
    rows, has_more = _fifty(session, statement, asked.page)
    return [Change(*row) for row in rows], has_more


def looks(session: Session, asked: Asked) -> tuple[list[Look], bool]:
    """Who looked at whom on that day, latest first, and whether there are earlier ones."""
    statement = (
        select(
            ReadEntry.at,
            StaffMember.given_name + " " + StaffMember.family_name,
            ReadEntry.page,
            ReadEntry.patient_id,
            Patient.given_names + " " + Patient.family_name,
        )
        .join(StaffMember, StaffMember.id == ReadEntry.by_id)
        .join(Patient, Patient.id == ReadEntry.patient_id)
        .where(ReadEntry.at >= asked.begins_at, ReadEntry.at < asked.ends_at)
        .order_by(ReadEntry.at.desc(), ReadEntry.id.desc())
    )
    if asked.staff_id is not None:
        statement = statement.where(ReadEntry.by_id == asked.staff_id)
    rows, has_more = _fifty(session, statement, asked.page)
    return [Look(*row) for row in rows], has_more


def _fifty(session: Session, statement: Any, page: int) -> tuple[list[Any], bool]:
    found = session.execute(statement.offset((page - 1) * A_PAGE).limit(A_PAGE + 1)).all()
    return list(found[:A_PAGE]), len(found) > A_PAGE
