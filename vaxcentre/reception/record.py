"""All that the desk may see of one person: appointments, doses, corrections, twins; no answers."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking.history import EarlierDose, history_of
from vaxcentre.models.patient import NameCorrection
from vaxcentre.reception import queries
from vaxcentre.reception.identity_service import CONTACT_COUNTS_FOR
from vaxcentre.reception.rows import Person, Row


@dataclass(frozen=True)
class Record:
    """One person's page."""

    person: Person
    rows: tuple[Row, ...]  # the next first, then the past
    doses: tuple[EarlierDose, ...]
    corrections: tuple[NameCorrection, ...]

    def other_contacts(self, now: datetime) -> list[Row]:
        """The appointments of today and to come that were booked with another contact."""
        return [
            row
            for row in self.rows
            if row.has_other_contact and not row.is_over and row.ends_at > now - CONTACT_COUNTS_FOR
        ]

    @property
    def has_failed_message(self) -> bool:
        """Whether something we sent did not arrive and nobody has seen to it."""
        return any(row.has_failed_message for row in self.rows)

    @property
    def was_vaccinated(self) -> bool:
        """Whether there is a dose of ours to certify."""
        return any(dose.injection_id for dose in self.doses)


def record_of(session: Session, patient_id: int, zone: ZoneInfo, now: datetime) -> Record | None:
    """Read the person's page; of a merged record, the one that stays."""
    person = queries.person(session, patient_id)
    if person is None:
        return None
    rows = queries.rows_of_patients(session, [person.id], now)
    booked = [row for row in rows if row.is_booked]
    ahead = [row for row in booked if row.ends_at > now and row.cancelled_at is None]
    behind = [row for row in booked if row not in ahead]
    return Record(
        person=person,
        rows=(*ahead, *reversed(behind)),
        doses=tuple(history_of(session, person.id, zone)),
        corrections=tuple(
            session.scalars(
                select(NameCorrection)
                .where(NameCorrection.patient_id == person.id)
                .order_by(NameCorrection.id.desc())
            )
        ),
    )
