"""May this person have this dose of this vaccine now? In the order a person would explain it."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.booking.history import due_dose, history_of
from vaxcentre.interview.standing import Standing, is_go
from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Decision, Visit
from vaxcentre.rules.course import DoseDue, TooSoonForDose, check_dose
from vaxcentre.rules.vocabulary import Verdict, VisitStatus
from vaxcentre.vaccination.refusals import (
    AlreadyInjected,
    AlreadyNotVaccinated,
    DoctorNotAsked,
    DoctorSaysLater,
    DoctorSaysNo,
    NotAuthorised,
    NotCheckedIn,
    NotIdentified,
    NotInterviewed,
    NotPlanned,
    ProductNotForAge,
)
from vaxcentre.vaccination.scanning import check_product


@dataclass(frozen=True)
class Clearance:
    """The dose that may be given, and the doctor's word where one was needed."""

    planned: PlannedDose
    due: DoseDue
    decision: Decision | None


def check_person(standing: Standing, day: date) -> None:
    """Refuse a person who may have nothing now, whatever the vaccine.

    Raises:
        NotCheckedIn, NotIdentified, NotAuthorised, NotInterviewed, DoctorNotAsked, DoctorSaysNo,
        DoctorSaysLater: as their sentences say.
    """
    visit, decision = standing.visit, standing.decision
    is_gone = standing.status in {VisitStatus.UNDONE, VisitStatus.LEFT}
    if is_gone or visit.day != day or visit.appointment.cancelled_at is not None:
        raise NotCheckedIn
    if not visit.is_identified:
        raise NotIdentified
    if standing.lacks_authorisation:
        raise NotAuthorised
    if decision is not None and decision.verdict is Verdict.NO:
        raise DoctorSaysNo(doctor=decision.decided_by_name)
    if decision is not None and decision.verdict is Verdict.LATER:
        raise DoctorSaysLater(doctor=decision.decided_by_name, day=decision.not_before_on)
    if not standing.is_answered:
        raise NotInterviewed
    if standing.doubts and not is_go(decision):
        raise DoctorNotAsked


def _refuse_deferred(session: Session, standing: Standing, day: date) -> None:
    """Hold on to a doctor's "later, from that day" when the person comes again before it.

    A doctor's newer word on this visit stands instead.
    """
    if standing.decision is not None:
        return
    latest = session.scalar(
        select(Decision)
        .join(Visit, Visit.id == Decision.visit_id)
        .where(Visit.patient_id == standing.patient.id, Decision.overrides_course_id.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    if latest is None or latest.verdict is not Verdict.LATER or latest.not_before_on is None:
        return
    if day < latest.not_before_on:
        raise DoctorSaysLater(doctor=latest.decided_by_name, day=latest.not_before_on)


def check_open(standing: Standing, course_id: int) -> PlannedDose:
    """Refuse a vaccination that the visit is not for, or that has its outcome.

    Raises:
        AlreadyInjected, AlreadyNotVaccinated, NotPlanned: as their sentences say.
    """
    for given in standing.given:
        if given.course_id == course_id:
            raise AlreadyInjected(nurse=given.nurse_name, at=given.recorded_at)
    for row in standing.not_given:
        if row.course_id == course_id:
            raise AlreadyNotVaccinated(at=row.recorded_at)
    for dose in standing.open_doses:
        if dose.course_id == course_id:
            return dose
    raise NotPlanned


def clear_dose(
    session: Session, standing: Standing, course_id: int, *, day: date, zone: ZoneInfo
) -> Clearance:
    """Tell which dose this person may have now, under the rule in force today.

    Gaps are calendar days at the centre. A doctor's override sets the interval aside, no more.

    Raises:
        all of `check_person` and `check_open`, and those of rules.course.check_dose.
    """
    check_person(standing, day)
    _refuse_deferred(session, standing, day)
    planned = check_open(standing, course_id)
    course, patient = planned.course, standing.patient
    history = history_of(session, patient.id, zone)
    conditions = standing.visit.appointment.conditions_for(course)
    due = due_dose(course, patient, history, on=day, conditions=conditions)
    override = standing.overrides.get(course_id)
    try:
        check_dose(
            course.dose_rules(),
            [dose.as_value() for dose in history],
            course=course.code,
            disease=course.disease,
            dose_number=due.dose_number,
            birth_on=patient.birth_on,
            on=day,
            conditions=conditions,
        )
    except TooSoonForDose:
        if override is None:
            raise
    return Clearance(planned, due, override or standing.decision)


def check_lot(session: Session, standing: Standing, course: Course, lot: Lot, *, day: date) -> None:
    """Refuse a vaccine that is not of this vaccination, or not meant for this age.

    Raises:
        WrongProduct: it does not count as a dose of this vaccination.
        ProductNotForAge: outside the product's age range, and no doctor has set that aside.
    """
    check_product(session, lot.vaccine, course)
    suits = lot.vaccine.suits_age(standing.patient.age_in_months_on(day))
    if not suits and course.id not in standing.overrides:
        raise ProductNotForAge(vaccine=lot.vaccine.name)
