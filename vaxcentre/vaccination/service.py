"""Write down an injection, and take it back within ten minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.review import mark_to_review, settle_review
from vaxcentre.interview.visits import lock_patient_and_visit, lock_visit, read_visit
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.rules.undo import may_undo
from vaxcentre.rules.vocabulary import Outcome, Route, Side, Site
from vaxcentre.stock import service as stock
from vaxcentre.vaccination.clearance import Clearance, check_lot, clear_dose
from vaxcentre.vaccination.observation_service import watch
from vaxcentre.vaccination.places import goes_with
from vaxcentre.vaccination.refusals import (
    AlreadyReplaced,
    LotUnknown,
    NotYourRecord,
    PlaceNotForRoute,
    TooLateToUndo,
)

UNDONE = "undone within ten minutes"


@dataclass(frozen=True)
class InjectionRequest:
    """What the nurse has done: which lot, where, how much, in which box."""

    visit_id: int
    course_id: int
    lot_id: int
    site: Site
    side: Side
    route: Route
    dose_volume_ul: int
    box: int | None


def record_injection(
    session: Session, request: InjectionRequest, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Injection:
    """Write down that the nurse has given this dose, and take it out of stock.

    Everything is checked once more inside the transaction. The product's name, the lot's number
    and expiry are copied into the record, so that it stays true when the lot is archived.

    Raises:
        all of clearance.clear_dose: the person, the decision, the dose and its interval.
        WrongProduct, ProductNotForAge, LotUnknown: the product.
        PlaceNotForRoute: the place on the body.
        LotExpired, LotBlocked, LotEmpty: this lot cannot be used now.
    """
    day = now.astimezone(zone).date()
    visit = lock_patient_and_visit(session, request.visit_id)
    standing = read_visit(session, visit.id, now=now)
    clearance = clear_dose(session, standing, request.course_id, day=day, zone=zone)
    lot = _lock_lot(session, request.lot_id)
    check_lot(session, standing, clearance.planned.course, lot, day=day)
    if not goes_with(request.route, (request.site, request.side)):
        raise PlaceNotForRoute
    injection = _injection(visit.patient_id, request, clearance, lot)
    _sign_injection(injection, session.get_one(StaffMember, by_id), now)
    session.add(injection)
    session.flush()
    stock.take_for_injection(session, injection, day=day, by_id=by_id, now=now)
    watch(session, visit, zone=zone)
    _settle_next(session, injection, by_id=by_id, now=now)
    audit.sign(
        session,
        "record_injection",
        injection,
        by_id=by_id,
        now=now,
        patient_id=visit.patient_id,
        lot_id=lot.id,
        decision_id=injection.decision_id,
    )
    return injection


def _lock_lot(session: Session, lot_id: int) -> Lot:
    """Take the lot, where there is one with this number."""
    if session.get(Lot, lot_id) is None:
        raise LotUnknown(lot="?")
    return stock.lock_lot(session, lot_id)


def _injection(
    patient_id: int, request: InjectionRequest, clearance: Clearance, lot: Lot
) -> Injection:
    return Injection(
        visit_id=request.visit_id,
        patient_id=patient_id,
        course_id=request.course_id,
        dose_number=clearance.due.dose_number,
        doses_in_course=clearance.due.of,
        outcome=Outcome.GIVEN,
        site=request.site,
        side=request.side,
        route=request.route,
        dose_volume_ul=request.dose_volume_ul,
        box=request.box,
        decision_id=clearance.decision.id if clearance.decision else None,
        **copies_of(lot),
    )


def copies_of(lot: Lot) -> dict[str, object]:
    """What a record copies of the lot and its product, beside their numbers."""
    return {
        "vaccine_id": lot.vaccine_id,
        "lot_id": lot.id,
        "vaccine_name": lot.vaccine.name,
        "vaccine_cis": lot.vaccine.cis,
        "vaccine_holder": lot.vaccine.holder,
        "lot_number": lot.number,
        "lot_expires_on": lot.expires_on,
    }


def _sign_injection(injection: Injection, nurse: StaffMember, now: datetime) -> None:
    injection.nurse_name = nurse.full_name
    injection.nurse_profession = nurse.profession
    injection.given_by_id = injection.recorded_by_id = nurse.id
    injection.given_at = injection.recorded_at = now


def undo_injection(
    session: Session, injection_id: int, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Injection:
    """Take back what was recorded by mistake: a new record says so, the dose is in stock again.

    Raises:
        NotYourRecord: somebody else recorded it.
        TooLateToUndo: more than ten minutes ago; it is corrected instead.
        AlreadyReplaced: it was taken back or corrected before.
    """
    old = lock_injection(session, injection_id)
    if old.recorded_by_id != by_id:
        raise NotYourRecord
    if not may_undo(old.recorded_at, now):
        raise TooLateToUndo
    return enter_in_error(session, old, UNDONE, by_id=by_id, zone=zone, now=now)


def lock_injection(session: Session, injection_id: int) -> Injection:
    """Take an injection and its visit, and refuse one that has been replaced.

    Raises:
        AlreadyReplaced: it was taken back or corrected before.
    """
    visit_id = session.get_one(Injection, injection_id).visit_id
    lock_visit(session, visit_id)
    old = session.get_one(Injection, injection_id, populate_existing=True)
    if not old.is_current:
        raise AlreadyReplaced
    return old


def enter_in_error(
    session: Session, old: Injection, reason: str, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Injection:
    """Replace a record by one that says it never happened; its dose goes back to its lot."""
    stock.put_back_for_injection(session, old, by_id=by_id, now=now, note=reason)
    new = replacement(old, reason, by_id=by_id, now=now)
    new.outcome = Outcome.ENTERED_IN_ERROR
    old.replaced_at = now
    session.add(new)
    session.flush()
    watch(session, old.visit, zone=zone)
    _review_next(session, old, by_id=by_id, now=now)
    audit.sign(
        session, "undo_injection", new, by_id=by_id, now=now, patient_id=old.patient_id, of=old.id
    )
    return new


def _review_next(session: Session, old: Injection, *, by_id: int, now: datetime) -> None:
    """A later dose that is booked has lost the one before it: somebody looks at it."""
    for appointment in _booked_after(session, old):
        mark_to_review(session, appointment, by_id=by_id, now=now)


def _settle_next(session: Session, new: Injection, *, by_id: int, now: datetime) -> None:
    """Recorded anew at the same visit: the later dose has the one before it again."""
    undone = select(Injection.id).where(
        Injection.visit_id == new.visit_id,
        Injection.course_id == new.course_id,
        Injection.outcome == Outcome.ENTERED_IN_ERROR,
    )
    if session.scalar(undone.limit(1)) is not None:
        for appointment in _booked_after(session, new):
            settle_review(session, appointment, by_id=by_id, now=now)


def _booked_after(session: Session, injection: Injection) -> Sequence[Appointment]:
    return session.scalars(
        select(Appointment)
        .join(PlannedDose, PlannedDose.appointment_id == Appointment.id)
        .where(
            PlannedDose.patient_id == injection.patient_id,
            PlannedDose.course_id == injection.course_id,
            PlannedDose.dose_number > injection.dose_number,
            PlannedDose.released_at.is_(None),
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
        )
        .order_by(Appointment.id)
    ).all()


KEPT = (
    "visit_id",
    "patient_id",
    "course_id",
    "dose_number",
    "doses_in_course",
    "vaccine_id",
    "lot_id",
    "outcome",
    "vaccine_name",
    "vaccine_cis",
    "vaccine_holder",
    "lot_number",
    "lot_expires_on",
    "dose_volume_ul",
    "route",
    "site",
    "side",
    "box",
    "nurse_name",
    "nurse_profession",
    "given_at",
    "given_by_id",
    "decision_id",
)


def replacement(old: Injection, reason: str, *, by_id: int, now: datetime) -> Injection:
    """A new record, equal to the old one, that replaces it and says why."""
    return Injection(
        **{name: getattr(old, name) for name in KEPT},
        replaces_id=old.id,
        correction_reason=reason,
        recorded_at=now,
        recorded_by_id=by_id,
    )
