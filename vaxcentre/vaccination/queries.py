"""What the nurse reads: earlier doses, lots at hand, who is where, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.booking.history import due_dose, history_of
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.clinic import Place
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.rules.course import DoseDue
from vaxcentre.rules.refusal import Refusal
from vaxcentre.stock import service as stock


@dataclass(frozen=True)
class NextDose:
    """The dose after the one of today, and where its appointment stands."""

    course: Course
    due: DoseDue
    planned_at: datetime | None
    appointment_id: int | None
    is_planned_well: bool


def next_doses(
    session: Session, visit: Visit, given: Iterable[Injection], *, day: date, zone: ZoneInfo
) -> list[NextDose]:
    """For each vaccination given today: the next dose, and whether its appointment fits."""
    history = history_of(session, visit.patient_id, zone)
    found = []
    for injection in given:
        course = injection.course
        try:
            conditions = visit.appointment.conditions_for(course)
            due = due_dose(course, visit.patient, history, on=day, conditions=conditions)
        except Refusal:
            continue  # no dose follows, or no rule says when
        planned = _planned(session, visit.patient_id, course.id, due.dose_number)
        found.append(_next_dose(course, due, planned, zone))
    return found


def _next_dose(
    course: Course, due: DoseDue, planned: Appointment | None, zone: ZoneInfo
) -> NextDose:
    if planned is None:
        return NextDose(course, due, None, None, is_planned_well=False)
    starts_at = planned.place.slot.starts_at
    on = starts_at.astimezone(zone).date()
    fits = due.earliest_on <= on and (due.latest_on is None or on <= due.latest_on)
    return NextDose(course, due, starts_at, planned.id, is_planned_well=fits)


def _planned(
    session: Session, patient_id: int, course_id: int, dose_number: int
) -> Appointment | None:
    statement = (
        select(Appointment)
        .join(PlannedDose, PlannedDose.appointment_id == Appointment.id)
        .options(joinedload(Appointment.place).joinedload(Place.slot))
        .where(
            PlannedDose.patient_id == patient_id,
            PlannedDose.course_id == course_id,
            PlannedDose.dose_number == dose_number,
            PlannedDose.released_at.is_(None),
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
        )
    )
    return session.scalars(statement).first()


def last_lot_in_box(
    session: Session, course_id: int, box: int | None, since: datetime
) -> tuple[int, datetime] | None:
    """The lot used last in this box since that moment for this course, and when."""
    if box is None:
        return None
    row = session.execute(
        select(Injection.lot_id, Injection.given_at)
        .where(
            Injection.course_id == course_id,
            Injection.box == box,
            Injection.given_at >= since,
            Injection.is_current,
        )
        .order_by(Injection.given_at.desc(), Injection.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def suitable_lots(session: Session, course_id: int, patient: Patient, day: date) -> list[Lot]:
    """The lots that may be drawn from for this person, soonest expiry first."""
    months = patient.age_in_months_on(day)
    lots = [lot for lot, _doses in stock.usable_lots(session, course_id, day)]
    fitting = [lot for lot in lots if lot.vaccine.suits_age(months)]
    return fitting or lots


def versions_of(session: Session, injection_id: int) -> list[Injection]:
    """One injection with all that it replaced and was replaced by, the newest first."""
    first: Injection | None = session.get(Injection, injection_id)
    while first is not None and first.replaces_id is not None:
        first = session.get(Injection, first.replaces_id)
    found: list[Injection] = []
    row = first
    while row is not None:
        found.insert(0, row)
        row = session.scalar(select(Injection).where(Injection.replaces_id == row.id))
    return found


def has_paper(session: Session, patient_id: int) -> bool:
    """Whether this person was handed a certificate that nobody has revoked."""
    handed = select(Certificate.id).where(
        Certificate.patient_id == patient_id, Certificate.revoked_at.is_(None)
    )
    return session.scalar(handed.limit(1)) is not None


def latest_in_box(session: Session, box: int, since: datetime, limit: int = 5) -> list[Injection]:
    """What was injected in this box since that moment, the latest first."""
    statement = (
        select(Injection)
        .options(joinedload(Injection.patient), joinedload(Injection.course))
        .where(
            Injection.box == box,
            Injection.recorded_at >= since,
            Injection.is_current,
        )
        .order_by(Injection.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))
