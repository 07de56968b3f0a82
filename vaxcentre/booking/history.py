"""What somebody had before: injected here, or declared from elsewhere; and what is due next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Centre, Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.course import DoseDue, PastDose, dose_due


@dataclass(frozen=True)
class EarlierDose:
    """A dose somebody had, here or, as they declare, elsewhere."""

    given_on: date
    course: Course
    dose_number: int
    vaccine_name: str
    injection_id: int | None = None
    declared_id: int | None = None
    proof_seen: bool = False
    lot_number: str | None = None

    def as_value(self) -> PastDose:
        """The dose as the rules know it."""
        return PastDose(
            course=self.course.code,
            disease=self.course.disease,
            dose_number=self.dose_number,
            given_on=self.given_on,
        )


def history_of(session: Session, patient_id: int, zone: ZoneInfo) -> list[EarlierDose]:
    """Every dose that counts, the latest first: injected here, or declared and not withdrawn."""
    given = select(Injection).where(
        Injection.patient_id == patient_id,
        Injection.is_current,
    )
    declared = select(DeclaredDose).where(
        DeclaredDose.patient_id == patient_id, DeclaredDose.withdrawn_at.is_(None)
    )
    found = [
        EarlierDose(
            row.given_at.astimezone(zone).date(),
            row.course,
            row.dose_number,
            row.vaccine_name,
            injection_id=row.id,
            lot_number=row.lot_number,
        )
        for row in session.scalars(given.options(joinedload(Injection.course)))
    ] + [
        EarlierDose(
            row.given_on,
            row.course,
            row.dose_number,
            row.vaccine_name,
            declared_id=row.id,
            proof_seen=row.proof_seen,
            lot_number=row.lot_number,
        )
        for row in session.scalars(declared.options(joinedload(DeclaredDose.course)))
    ]
    return sorted(found, key=lambda dose: (dose.given_on, dose.dose_number), reverse=True)


def due_dose(
    course: Course,
    patient: Patient,
    history: Iterable[EarlierDose],
    *,
    on: date,
    conditions: frozenset[str] = frozenset(),
) -> DoseDue:
    """Which dose of the course comes next for this person (see rules.course.dose_due)."""
    return dose_due(
        course.dose_rules(),
        [dose.as_value() for dose in history],
        course=course.code,
        disease=course.disease,
        birth_on=patient.birth_on,
        on=on,
        conditions=conditions,
    )


def past_doses(session: Session, patient_id: int) -> list[PastDose]:
    """The same doses as the rules know them: little is read, since every booking asks."""
    given = select(Course.code, Course.disease, Injection.dose_number, Injection.given_at).where(
        Injection.course_id == Course.id,
        Injection.patient_id == patient_id,
        Injection.is_current,
    )
    declared = select(
        Course.code, Course.disease, DeclaredDose.dose_number, DeclaredDose.given_on
    ).where(
        DeclaredDose.course_id == Course.id,
        DeclaredDose.patient_id == patient_id,
        DeclaredDose.withdrawn_at.is_(None),
    )
    here = session.execute(given).all()
    zone = ZoneInfo(session.scalar(select(Centre.time_zone)) or "UTC") if here else UTC
    return [
        *(PastDose(c, d, n, at.astimezone(zone).date()) for c, d, n, at in here),
        *(PastDose(c, d, n, day) for c, d, n, day in session.execute(declared)),
    ]


def full_history(
    session: Session, patient_id: int, *, before: date, without: Sequence[int] = ()
) -> list[PastDose]:
    """Doses on record, and those that other live appointments will have given before that day."""
    given = past_doses(session, patient_id)
    known = {(dose.course, dose.dose_number) for dose in given}
    rows = session.execute(
        select(Course.code, Course.disease, PlannedDose.dose_number, Clinic.day)
        .join(PlannedDose, PlannedDose.course_id == Course.id)
        .join(Appointment, Appointment.id == PlannedDose.appointment_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(
            PlannedDose.patient_id == patient_id,
            PlannedDose.released_at.is_(None),
            Appointment.id.not_in(without),
            Clinic.day < before,
        )
    )
    planned = [PastDose(code, disease, number, day) for code, disease, number, day in rows]
    return [*given, *(dose for dose in planned if (dose.course, dose.dose_number) not in known)]
