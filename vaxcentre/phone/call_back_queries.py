"""Whom the centre has promised to call back, until what they came for is settled."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Decision, NoInjection, Visit
from vaxcentre.rules.vocabulary import NextStep

LONGEST = 200  # of those who wait longest; more is no list that anybody works through


@dataclass(frozen=True)
class CallBack:
    """Somebody who left without an injection, and was told that the centre calls."""

    patient: Patient
    course: Course
    since: datetime
    phone: str | None
    not_before_on: date | None  # a doctor's "later, from that day"


def to_call_back(session: Session) -> list[CallBack]:
    """Who waits for a call, the longest first.

    Nobody has to tick them off: who has a new appointment for the vaccination, has had it, or has
    come again since, waits no more.
    """
    not_before_on = (
        select(func.max(Decision.not_before_on))
        .where(Decision.visit_id == Visit.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Patient, Course, NoInjection.recorded_at, Appointment.phone, not_before_on)
        .join(Visit, Visit.patient_id == Patient.id)
        .join(NoInjection, NoInjection.visit_id == Visit.id)
        .join(Course, Course.id == NoInjection.course_id)
        .join(Appointment, Appointment.id == Visit.appointment_id)
        .where(
            NoInjection.next_step == NextStep.CALL_BACK,
            NoInjection.undone_at.is_(None),
            ~_is_settled(),
        )
        .order_by(NoInjection.recorded_at)
        .limit(LONGEST)
    )
    return [
        CallBack(patient, course, since, phone or patient.phone, later)
        for patient, course, since, phone, later in rows
    ]


def _is_settled() -> ColumnElement[bool]:
    claim, booked = aliased(PlannedDose), aliased(Appointment)
    again, seen = aliased(NoInjection), aliased(Visit)
    is_booked = exists().where(
        claim.appointment_id == booked.id,
        claim.patient_id == Patient.id,
        claim.course_id == NoInjection.course_id,
        claim.released_at.is_(None),
        booked.booked_at > NoInjection.recorded_at,
    )
    is_given = exists().where(
        Injection.patient_id == Patient.id,
        Injection.course_id == NoInjection.course_id,
        Injection.given_at > NoInjection.recorded_at,
        Injection.is_current,
    )
    is_declared = exists().where(
        DeclaredDose.patient_id == Patient.id,
        DeclaredDose.course_id == NoInjection.course_id,
        DeclaredDose.recorded_at > NoInjection.recorded_at,
        DeclaredDose.withdrawn_at.is_(None),
    )
    came_again = exists().where(
        again.visit_id == seen.id,
        seen.patient_id == Patient.id,
        again.course_id == NoInjection.course_id,
        again.recorded_at > NoInjection.recorded_at,
        again.undone_at.is_(None),
    )
    return or_(is_booked, is_given, is_declared, came_again)
