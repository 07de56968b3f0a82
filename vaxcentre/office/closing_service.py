"""Close a clinic, or some of its hours: everybody booked is moved or told, in one action."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.locks import ALONE, take
from vaxcentre.office.clinic_refusals import BookedThisInstant, ClinicNotClosed
from vaxcentre.office.clinic_service import beyond_doses, lock_clinic, one_opening_at_a_time
from vaxcentre.office.place_service import (
    closed_twin,
    let_go_holds,
    slots_to_come,
    taken_places,
)
from vaxcentre.office.resettle import Rooms, cancel_all, stranded_in
from vaxcentre.rules.refusal import Refusal


@dataclass(frozen=True)
class ClosingRequest:
    """Which hours will not be held, why, and where the people go; no target day cancels them."""

    clinic_id: int
    from_at: datetime
    until_at: datetime
    reason: str
    target_day: date | None


@dataclass
class Settled:
    """What became of those who were booked."""

    clinic_id: int  # the closed one: what was closed of a day is a clinic of its own
    moved: int = 0
    cancelled: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def close(
    session: Session, request: ClosingRequest, *, by_id: int, now: datetime, zone: ZoneInfo
) -> Settled:
    """Close the slots still to come between two moments, and settle who is booked on them.

    Where other slots of the clinic stay, what is closed becomes a closed clinic of its own, so
    nothing is deleted. Holds end. Who has been checked in, or cannot be moved, stays listed.

    Raises:
        ClinicClosed, ClinicOver, NoSlotInHours: there is nothing to close.
    """
    clinic = lock_clinic(session, request.clinic_id)
    _take_claims_and_slots(session, clinic.id, request.target_day)
    slots = slots_to_come(session, clinic, request.from_at, request.until_at, now)
    closed = _take_out(session, clinic, slots, request.reason, by_id=by_id, now=now)
    let_go_holds(session, [place.id for slot in slots for place in slot.places], now=now)
    audit.sign(
        session,
        "close_clinic",
        closed,
        by_id=by_id,
        now=now,
        reason=request.reason,
        slots=len(slots),
        of_clinic=clinic.id,
    )
    return _settle(session, closed, request.target_day, by_id=by_id, now=now, zone=zone)


def settle_again(
    session: Session,
    clinic_id: int,
    target_day: date | None,
    *,
    by_id: int,
    now: datetime,
    zone: ZoneInfo,
) -> Settled:
    """Move or cancel those who are still booked on a closed clinic.

    Raises:
        ClinicNotClosed: it is open.
    """
    clinic = session.get_one(Clinic, clinic_id, with_for_update=ALONE)
    if clinic.closed_at is None:
        raise ClinicNotClosed
    _take_claims_and_slots(session, clinic.id, target_day)
    return _settle(session, clinic, target_day, by_id=by_id, now=now, zone=zone)


def reopen(
    session: Session, clinic_id: int, reason: str = "", *, by_id: int, now: datetime, day: date
) -> Clinic:
    """Open a closed clinic again; who was moved or cancelled stays so.

    Raises:
        ClinicOver: its day is past.
        BeyondDoses: its places have no dose behind them any more, and no reason is given.
    """
    one_opening_at_a_time(session)
    clinic = session.get_one(Clinic, clinic_id, with_for_update=ALONE)
    slots = slots_to_come(session, clinic, clinic.starts_at, clinic.ends_at, now)
    if clinic.closed_at is not None:
        places = [place.id for slot in slots for place in slot.places]
        free = len(places) - len(taken_places(session, places, now))
        offered = [link.course_id for link in clinic.courses]
        why = beyond_doses(session, offered, {clinic.day: free}, reason, day=day, now=now)
        clinic.beyond_doses_reason = why or clinic.beyond_doses_reason
        clinic.closed_at = clinic.closed_by_id = clinic.closed_reason = None
        audit.sign(session, "reopen_clinic", clinic, by_id=by_id, now=now)
    return clinic


def _take_claims_and_slots(session: Session, clinic_id: int, target_day: date | None) -> None:
    """Take who is booked here with their second doses, then every slot that may be touched.

    Raises:
        BookedThisInstant: somebody got in between the two, and is not finished.
    """
    taken = {one.id for one in take(session, Appointment, _claims(session, clinic_id))}
    session.scalars(
        select(Slot.id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(or_(Clinic.id == clinic_id, Clinic.day == target_day))
        .order_by(Slot.starts_at, Slot.id)
        .with_for_update(**ALONE, of=Slot)
    ).all()
    late = _claims(session, clinic_id) - taken
    if len(take(session, Appointment, late, or_pass_over=True)) < len(late):
        raise BookedThisInstant


def _claims(session: Session, clinic_id: int) -> set[int]:
    """The live appointments and holds of a clinic, and the others of their pairs."""
    live = and_(Appointment.cancelled_at.is_(None), Appointment.lapsed_at.is_(None))
    here = (
        select(Appointment.id, Appointment.pair_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(Slot.clinic_id == clinic_id, live)
    ).subquery()
    others = select(Appointment.id).join(here, here.c.pair_id == Appointment.pair_id).where(live)
    return {*session.scalars(select(here.c.id)), *session.scalars(others)}


def _take_out(
    session: Session,
    clinic: Clinic,
    slots: list[Slot],
    reason: str,
    *,
    by_id: int,
    now: datetime,
) -> Clinic:
    """Close the whole clinic, or put the closed slots into a closed twin."""
    total = session.scalar(select(func.count(Slot.id)).where(Slot.clinic_id == clinic.id))
    if total == len(slots):
        clinic.closed_at, clinic.closed_by_id, clinic.closed_reason = now, by_id, reason
        return clinic
    hours = [(slot.starts_at, slot.ends_at) for slot in slots]
    twin = closed_twin(clinic, hours, reason, by_id=by_id, now=now)
    session.add(twin)
    session.flush()
    for slot in slots:
        slot.clinic_id = twin.id
    session.flush()
    return twin


def _settle(
    session: Session,
    clinic: Clinic,
    target_day: date | None,
    *,
    by_id: int,
    now: datetime,
    zone: ZoneInfo,
) -> Settled:
    done = Settled(clinic.id)
    reason = clinic.closed_reason or ""
    if target_day is None:
        done.cancelled = cancel_all(session, clinic.id, reason, by_id=by_id, now=now)
    else:
        rooms = Rooms(session, target_day, now=now, zone=zone)
        for stranded in stranded_in(session, clinic.id, now):
            refusal = rooms.take_in(stranded, reason, by_id=by_id)
            if refusal is None:
                done.moved += 1
            else:
                done.refusals.append(refusal)
    audit.sign(
        session,
        "settle_closed_clinic",
        clinic,
        by_id=by_id,
        now=now,
        target_day=target_day,
        moved=done.moved,
        cancelled=done.cancelled,
        not_moved=[type(refusal).__name__ for refusal in done.refusals],
    )
    return done
