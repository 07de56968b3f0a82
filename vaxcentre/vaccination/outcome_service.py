"""What is not an injection: not vaccinated, and doses declared from elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.history import history_of
from vaxcentre.booking.refusals import NoPatient
from vaxcentre.interview.visits import lock_visit, read_visit
from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.locks import ALONE, take_patient
from vaxcentre.models.patient import DeclaredDose
from vaxcentre.models.visit import NoInjection
from vaxcentre.rules.course import DoseAlreadyGiven
from vaxcentre.rules.undo import may_undo
from vaxcentre.rules.vocabulary import NextStep, NoInjectionReason, VisitStatus
from vaxcentre.vaccination.clearance import check_open
from vaxcentre.vaccination.refusals import (
    AlreadyReplaced,
    DayNotPossible,
    NotCheckedIn,
    PlannedElsewhere,
    TooLateToUndo,
)


@dataclass(frozen=True)
class NoInjectionRequest:
    """Why somebody who came was not vaccinated, and what comes next."""

    visit_id: int
    course_id: int
    reason: NoInjectionReason
    next_step: NextStep
    note: str | None


@dataclass(frozen=True)
class DeclaredDoseRequest:
    """A dose given elsewhere, as the patient declares it."""

    patient_id: int
    course_id: int
    dose_number: int
    given_on: date
    vaccine_name: str
    lot_number: str | None
    proof_seen: bool


def record_no_injection(
    session: Session, request: NoInjectionRequest, *, by_id: int, day: date, now: datetime
) -> NoInjection:
    """Write down that a planned dose was not given; its claim ends, so that it can be rebooked.

    Raises:
        NotCheckedIn: the person is not here today.
        AlreadyInjected, AlreadyNotVaccinated, NotPlanned: it has its outcome, or was not planned.
    """
    lock_visit(session, request.visit_id)
    standing = read_visit(session, request.visit_id, now=now)
    if standing.status is VisitStatus.UNDONE or standing.visit.day != day:
        raise NotCheckedIn
    planned = check_open(standing, request.course_id)
    row = NoInjection(
        visit_id=request.visit_id,
        course_id=request.course_id,
        reason=request.reason,
        next_step=request.next_step,
        note=request.note,
        recorded_at=now,
        recorded_by_id=by_id,
    )
    planned.released_at = now
    session.add(row)
    audit.sign(
        session,
        "record_no_injection",
        row,
        by_id=by_id,
        now=now,
        patient_id=standing.visit.patient_id,
    )
    return row


def undo_no_injection(
    session: Session, no_injection_id: int, *, by_id: int, now: datetime
) -> NoInjection:
    """Take back a "not vaccinated" within ten minutes; the dose is planned again.

    Raises:
        TooLateToUndo, AlreadyReplaced: the ten minutes are over, or it was taken back before.
        PlannedElsewhere: the dose has been booked again meanwhile.
    """
    visit = lock_visit(session, session.get_one(NoInjection, no_injection_id).visit_id)
    row = session.get_one(NoInjection, no_injection_id, populate_existing=True)
    if row.undone_at is not None:
        raise AlreadyReplaced
    if not may_undo(row.recorded_at, now):
        raise TooLateToUndo
    planned = next(d for d in visit.appointment.planned_doses if d.course_id == row.course_id)
    _claim_again(session, planned)
    row.undone_at, row.undone_by_id = now, by_id
    audit.sign(session, "undo_no_injection", row, by_id=by_id, now=now, patient_id=visit.patient_id)
    return row


def _claim_again(session: Session, planned: PlannedDose) -> None:
    other = select(PlannedDose.id).where(
        PlannedDose.patient_id == planned.patient_id,
        PlannedDose.course_id == planned.course_id,
        PlannedDose.dose_number == planned.dose_number,
        PlannedDose.released_at.is_(None),
    )
    if session.scalar(other) is not None:
        raise PlannedElsewhere
    planned.released_at = None


def declare_dose(
    session: Session, request: DeclaredDoseRequest, *, by_id: int, zone: ZoneInfo, now: datetime
) -> DeclaredDose:
    """Write down a dose that the patient had elsewhere; it counts like any other.

    Raises:
        NoPatient: there is nobody with this number.
        DayNotPossible: in the future, or before the birth.
        DoseAlreadyGiven: this dose of the vaccination is in the history.
    """
    patient = take_patient(session, request.patient_id)
    if patient is None:
        raise NoPatient
    today = now.astimezone(zone).date()
    if not patient.birth_on <= request.given_on <= today:
        raise DayNotPossible
    for dose in history_of(session, patient.id, zone):
        if (dose.course.id, dose.dose_number) == (request.course_id, request.dose_number):
            raise DoseAlreadyGiven(dose=dose.dose_number, given=dose.given_on)
    row = DeclaredDose(
        patient_id=patient.id,
        course_id=request.course_id,
        dose_number=request.dose_number,
        given_on=request.given_on,
        vaccine_name=request.vaccine_name,
        lot_number=request.lot_number,
        proof_seen=request.proof_seen,
        recorded_at=now,
        recorded_by_id=by_id,
    )
    session.add(row)
    audit.sign(session, "declare_dose", row, by_id=by_id, now=now, patient_id=patient.id)
    return row


def withdraw_declared_dose(
    session: Session, declared_id: int, *, by_id: int, now: datetime
) -> DeclaredDose:
    """Let a declared dose no longer count; its row stays readable.

    Raises:
        AlreadyReplaced: it was withdrawn before.
    """
    row = session.get_one(DeclaredDose, declared_id, with_for_update=ALONE)
    if row.withdrawn_at is not None:
        raise AlreadyReplaced
    row.withdrawn_at, row.withdrawn_by_id = now, by_id
    audit.sign(
        session, "withdraw_declared_dose", row, by_id=by_id, now=now, patient_id=row.patient_id
    )
    return row
