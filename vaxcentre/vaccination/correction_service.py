"""Put a record right: a new one replaces it and says why, the old one stays readable."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import MovementKind, Role, Route, Side, Site
from vaxcentre.stock import service as stock
from vaxcentre.vaccination.clearance import check_lot
from vaxcentre.vaccination.observation_service import watch
from vaxcentre.vaccination.places import goes_with
from vaxcentre.vaccination.refusals import (
    LotUnknown,
    NothingChanged,
    NotYourRecord,
    OnlyADoctor,
    PlaceNotForRoute,
    TimeNotPossible,
)
from vaxcentre.vaccination.scanning import check_product
from vaxcentre.vaccination.service import copies_of, enter_in_error, lock_injection, replacement


@dataclass(frozen=True)
class CorrectionRequest:
    """What the record should have said, and why it did not."""

    injection_id: int
    lot_id: int
    site: Site
    side: Side
    route: Route
    dose_volume_ul: int
    given_at: datetime
    reason: str
    was_given: bool = True


def may_correct(injection: Injection, agent: StaffMember, *, zone: ZoneInfo, now: datetime) -> bool:
    """Whether it is theirs to correct: a doctor any, a nurse own records of the day."""
    if agent.may(Role.DOCTOR):
        return True
    is_own = agent.id in {injection.recorded_by_id, injection.given_by_id}
    today = now.astimezone(zone).date()
    return is_own and injection.given_at.astimezone(zone).date() == today


def correct_injection(
    session: Session, request: CorrectionRequest, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Injection:
    """Replace an injection's record; the dose goes back to the old lot and leaves the new one.

    A correction tells what was really done. So a doctor may name a lot that is blocked by now,
    and nobody is kept from mending the arm because the same lot was recalled since.

    Raises:
        AlreadyReplaced, NotYourRecord, NothingChanged: as their sentences say.
        LotUnknown, WrongProduct, PlaceNotForRoute, TimeNotPossible: what it should say cannot be.
        ProductNotForAge: another product, not for this age, and no doctor has set that aside.
        OnlyADoctor, LotEmpty: the other lot could not have been used.
    """
    old = lock_injection(session, request.injection_id)
    agent = session.get_one(StaffMember, by_id)
    if not may_correct(old, agent, zone=zone, now=now):
        raise NotYourRecord
    if not request.was_given:
        return enter_in_error(session, old, request.reason, by_id=by_id, zone=zone, now=now)
    lot = session.get(Lot, request.lot_id)
    if lot is None:
        raise LotUnknown(lot="?")
    for lot_id in sorted({old.lot_id, lot.id}):  # in one order everywhere, before any new row
        stock.lock_lot(session, lot_id)
    is_doctor = agent.may(Role.DOCTOR)
    _check(session, request, old, lot, zone, now)
    if lot.vaccine_id != old.vaccine_id and not is_doctor:
        check_lot(
            session, read_visit(session, old.visit_id, now=now), old.course, lot, day=old.visit.day
        )
    stock.put_back_for_injection(session, old, by_id=by_id, now=now, note=request.reason)
    old.replaced_at = now
    session.flush()  # frees the place of the one current record before the new one takes it
    new = replacement(old, request.reason, by_id=by_id, now=now)
    _fill(new, request, lot, old.visit)
    session.add(new)
    session.flush()
    is_as_fact = lot.id == old.lot_id or is_doctor
    _take(session, new, is_as_fact=is_as_fact, by_id=by_id, zone=zone, now=now)
    watch(session, old.visit, zone=zone)
    audit.sign(
        session,
        "correct_injection",
        new,
        by_id=by_id,
        now=now,
        patient_id=new.patient_id,
        of=old.id,
        reason=request.reason,
    )
    return new


def _check(
    session: Session,
    request: CorrectionRequest,
    old: Injection,
    lot: Lot,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    check_product(session, lot.vaccine, old.course)
    if not goes_with(request.route, (request.site, request.side)):
        raise PlaceNotForRoute
    same_day = request.given_at.astimezone(zone).date() == old.visit.day
    if not same_day or not _minute(old.visit.checked_in_at) <= request.given_at <= now:
        raise TimeNotPossible
    before = (old.lot_id, old.site, old.side, old.route, old.dose_volume_ul, _minute(old.given_at))
    after = (lot.id, request.site, request.side, request.route, request.dose_volume_ul)
    if before == (*after, _minute(request.given_at)):
        raise NothingChanged


def _minute(moment: datetime) -> datetime:
    """Nobody corrects a second: the form shows hours and minutes."""
    return moment.replace(second=0, microsecond=0)


def _fill(new: Injection, request: CorrectionRequest, lot: Lot, visit: Visit) -> None:
    for name, value in copies_of(lot).items():
        setattr(new, name, value)
    new.site, new.side, new.route = request.site, request.side, request.route
    new.dose_volume_ul = request.dose_volume_ul
    if _minute(new.given_at) != _minute(request.given_at):
        new.given_at = max(request.given_at, visit.checked_in_at)


def _take(
    session: Session,
    injection: Injection,
    *,
    is_as_fact: bool,
    by_id: int,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """Take the dose out of its lot; as a fact, only a dose must be there."""
    if not is_as_fact:
        day = injection.given_at.astimezone(zone).date()
        try:
            stock.take_for_injection(session, injection, day=day, by_id=by_id, now=now)
        except (stock.LotBlocked, stock.LotExpired) as refusal:
            raise OnlyADoctor(lot=refusal.facts["lot"]) from refusal
        return
    lot = stock.lock_lot(session, injection.lot_id)
    if stock.doses_on_hand(session, lot.id) < 1:
        raise stock.LotEmpty(lot=lot.number)
    stock.add_movement(
        session, lot, MovementKind.GIVE, -1, by_id=by_id, now=now, injection_id=injection.id
    )
