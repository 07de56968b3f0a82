"""The social security number of somebody: kept sealed, replaced by the next, compared by marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.patient import InsuranceNumber, Patient
from vaxcentre.rules.vocabulary import NumberSource


@dataclass(frozen=True)
class SealedNumber:
    """A number that only this centre's key opens; the same number has the same mark."""

    sealed: str = field(repr=False)
    mark: str = field(repr=False)
    source: NumberSource


def keep_number(
    session: Session, patient_id: int, number: SealedNumber | None, *, by_id: int, now: datetime
) -> bool:
    """Let this number hold from now on, or none; whether that is anything new."""
    held = number_of(session, patient_id)
    if (held.mark if held else None) == (number.mark if number else None):
        return False
    if held is not None:
        held.replaced_at, held.replaced_by_id = now, by_id
        session.flush()  # frees the place of the one number that holds
    row = held
    if number is not None:
        row = InsuranceNumber(
            patient_id=patient_id,
            sealed=number.sealed,
            mark=number.mark,
            source=number.source,
            recorded_at=now,
            recorded_by_id=by_id,
        )
        session.add(row)
    if row is not None:
        verb = "keep_number" if number else "remove_number"
        audit.sign(session, verb, row, by_id=by_id, now=now, patient_id=patient_id)
    return True


def leave_one_of_two(
    session: Session, keep_id: int, gone_id: int, *, by_id: int, now: datetime
) -> None:
    """Of two records that become one, the number of the one that stays holds."""
    gone = number_of(session, gone_id)
    if gone is not None and number_of(session, keep_id) is not None:
        gone.replaced_at, gone.replaced_by_id = now, by_id
        session.flush()


def number_of(session: Session, patient_id: int) -> InsuranceNumber | None:
    """The number that holds."""
    return session.scalar(
        select(InsuranceNumber).where(
            InsuranceNumber.patient_id == patient_id, InsuranceNumber.replaced_at.is_(None)
        )
    )


def people_with(session: Session, mark: str) -> list[Patient]:
    """Who has this number on record: one person, unless somebody has two records."""
    statement = (
        select(Patient)
        .join(InsuranceNumber, InsuranceNumber.patient_id == Patient.id)
        .where(
            InsuranceNumber.mark == mark,
            InsuranceNumber.replaced_at.is_(None),
            Patient.merged_into_id.is_(None),
        )
        .order_by(Patient.id)
    )
    return list(session.scalars(statement))
