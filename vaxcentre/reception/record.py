"""All that the desk may see of one person: appointments, doses, corrections, twins; no answers."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, NameCorrection
from vaxcentre.models.vaccine import Course
from vaxcentre.reception import queries
from vaxcentre.reception.rows import Person, Row
from vaxcentre.rules.vocabulary import Outcome


@dataclass(frozen=True)
class DoseLine:
    """A dose that was given here, or declared from elsewhere."""

    name_fr: str
    name_en: str
    number: int
    on: date | datetime
    vaccine: str
    lot: str | None
    is_declared: bool

    def name(self, language: str) -> str:
        """The vaccination in the reader's language."""
        return self.name_en if language == "en" else self.name_fr


@dataclass(frozen=True)
class Record:
    """One person's page."""

    person: Person
    rows: tuple[Row, ...]  # the next first, then the past
    doses: tuple[DoseLine, ...]
    corrections: tuple[NameCorrection, ...]

    @property
    def has_failed_message(self) -> bool:
        """Whether something we sent did not arrive and nobody has seen to it."""
        return any(row.has_failed_message for row in self.rows)

    @property
    def was_vaccinated(self) -> bool:
        """Whether there is a dose of ours to certify."""
        return any(not dose.is_declared for dose in self.doses)


def record_of(session: Session, patient_id: int, now: datetime) -> Record | None:
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
        doses=tuple(_doses(session, person.id)),
        corrections=tuple(
            session.scalars(
                select(NameCorrection)
                .where(NameCorrection.patient_id == person.id)
                .order_by(NameCorrection.id.desc())
            )
        ),
    )


def _doses(session: Session, patient_id: int) -> list[DoseLine]:
    given = session.execute(
        select(Injection, Course)
        .join(Course, Course.id == Injection.course_id)
        .where(
            Injection.patient_id == patient_id,
            Injection.replaced_at.is_(None),
            Injection.outcome == Outcome.GIVEN,
        )
        .order_by(Injection.given_at.desc())
    ).all()
    declared = session.execute(
        select(DeclaredDose, Course)
        .join(Course, Course.id == DeclaredDose.course_id)
        .where(DeclaredDose.patient_id == patient_id, DeclaredDose.withdrawn_at.is_(None))
        .order_by(DeclaredDose.given_on.desc())
    ).all()
    return [
        *(
            DoseLine(
                c.name_fr, c.name_en, i.dose_number, i.given_at, i.vaccine_name, i.lot_number, False
            )
            for i, c in given
        ),
        *(
            DoseLine(
                c.name_fr, c.name_en, d.dose_number, d.given_on, d.vaccine_name, d.lot_number, True
            )
            for d, c in declared
        ),
    ]
