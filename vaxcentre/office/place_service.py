"""Add places to the slots of a clinic, and take free ones away."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vaxcentre.audit import service as audit
from vaxcentre.booking import service as booking
from vaxcentre.models.appointment import Appointment, AppointmentMove
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.locks import ALONE
from vaxcentre.office.clinic_refusals import (
    ClinicOver,
    NoSlotInHours,
    NothingFree,
    SlotWouldBeTooFull,
)
from vaxcentre.office.clinic_service import beyond_doses, lock_clinic, one_opening_at_a_time

MOST_PER_SLOT = 200


@dataclass(frozen=True)
class PlacesRequest:
    """So many places more, or fewer, in each slot that begins between two moments."""

    clinic_id: int
    from_at: datetime
    until_at: datetime
    places: int
    reason: str = ""


def add_places(
    session: Session, request: PlacesRequest, *, by_id: int, now: datetime, day: date
) -> int:
    """Open so many places more in each slot still to come between two moments.

    Raises:
        ClinicClosed, ClinicOver: nothing can be added to it.
        NoSlotInHours: no slot begins between the two.
        SlotWouldBeTooFull: more than 200 places in a slot.
        BeyondDoses: places without a dose behind them, and no reason given.
    """
    one_opening_at_a_time(session)
    clinic = lock_clinic(session, request.clinic_id)
    slots = slots_to_come(session, clinic, request.from_at, request.until_at, now)
    added = request.places * len(slots)
    offered = [link.course_id for link in clinic.courses]
    reason = beyond_doses(session, offered, {clinic.day: added}, request.reason, day=day, now=now)
    clinic.beyond_doses_reason = reason or clinic.beyond_doses_reason
    for slot in slots:
        if len(slot.places) + request.places > MOST_PER_SLOT:
            raise SlotWouldBeTooFull(most=MOST_PER_SLOT)
        highest = max((place.number for place in slot.places), default=0)
        session.add_all(
            Place(slot_id=slot.id, number=highest + more, opened_at=now, opened_by_id=by_id)
            for more in range(1, request.places + 1)
        )
    audit.sign(
        session, "add_places", clinic, by_id=by_id, now=now, places=added, beyond_doses=reason
    )
    return added


def remove_places(session: Session, request: PlacesRequest, *, by_id: int, now: datetime) -> int:
    """Take away free places, so many from each slot, and never one that somebody has.

    A place that a cancelled or lapsed appointment once had is not deleted: it goes to a closed
    twin of the clinic, so that the past stays readable.

    Raises:
        ClinicClosed, ClinicOver: nothing can be taken from it.
        NoSlotInHours: no slot begins between the two.
        NothingFree: every place is taken.
    """
    clinic = lock_clinic(session, request.clinic_id)
    slots = slots_to_come(session, clinic, request.from_at, request.until_at, now)
    places = [place for slot in slots for place in slot.places]
    taken = taken_places(session, [place.id for place in places], now)
    chosen = [
        place
        for slot in slots
        for place in [p for p in reversed(slot.places) if p.id not in taken][: request.places]
    ]
    if not chosen:
        raise NothingFree
    known = _places_with_a_past(session, [place.id for place in chosen])
    kept = [place for place in chosen if place.id in known]
    for place in chosen:
        if place.id not in known:
            session.delete(place)
    if kept:
        _put_aside(session, clinic, kept, request.reason, by_id=by_id, now=now)
    audit.sign(
        session,
        "remove_places",
        clinic,
        by_id=by_id,
        now=now,
        places=len(chosen),
        reason=request.reason,
    )
    return len(chosen)


def slots_to_come(
    session: Session, clinic: Clinic, from_at: datetime, until_at: datetime, now: datetime
) -> list[Slot]:
    """The slots of a clinic that begin between two moments and have not begun, held for us.

    Raises:
        ClinicOver, NoSlotInHours: there is none.
    """
    coming = session.scalars(
        select(Slot)
        .where(Slot.clinic_id == clinic.id, Slot.starts_at >= now)
        .options(selectinload(Slot.places))
        .order_by(Slot.starts_at)
        .with_for_update(**ALONE)
    ).all()
    if not coming:
        raise ClinicOver
    found = [slot for slot in coming if from_at <= slot.starts_at < until_at]
    if not found:
        raise NoSlotInHours
    return found


def closed_twin(
    clinic: Clinic,
    slots: list[tuple[datetime, datetime]],
    reason: str,
    *,
    by_id: int,
    now: datetime,
) -> Clinic:
    """A closed clinic of the same day and courses, to hold what is taken out of this one."""
    return Clinic(
        day=clinic.day,
        starts_at=min(starts for starts, _ends in slots),
        ends_at=max(ends for _starts, ends in slots),
        slot_minutes=clinic.slot_minutes,
        places_per_slot=clinic.places_per_slot,
        opens_at=clinic.opens_at,
        series=clinic.series,
        created_at=now,
        created_by_id=by_id,
        closed_at=now,
        closed_by_id=by_id,
        closed_reason=reason,
        courses=[ClinicCourse(course_id=offered.course_id) for offered in clinic.courses],
    )


def taken_places(session: Session, place_ids: list[int], now: datetime) -> set[int]:
    """Places that somebody has booked, or holds at this moment."""
    is_held = Appointment.booked_at.is_(None) & (Appointment.held_until > now)
    return set(
        session.scalars(
            select(Appointment.place_id).where(
                Appointment.place_id.in_(place_ids),
                Appointment.cancelled_at.is_(None),
                Appointment.lapsed_at.is_(None),
                Appointment.booked_at.is_not(None) | is_held,
            )
        )
    )


def _places_with_a_past(session: Session, place_ids: list[int]) -> set[int]:
    columns = (Appointment.place_id, AppointmentMove.from_place_id, AppointmentMove.to_place_id)
    return {
        place_id
        for column in columns
        for place_id in session.scalars(select(column).where(column.in_(place_ids)))
    }


def _put_aside(
    session: Session,
    clinic: Clinic,
    places: list[Place],
    reason: str,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Move places with a past into a closed twin; a hold that ran out ends for good."""
    hours = sorted({(place.slot.starts_at, place.slot.ends_at) for place in places})
    twin = closed_twin(clinic, hours, reason, by_id=by_id, now=now)
    slots = {starts: Slot(clinic=twin, starts_at=starts, ends_at=ends) for starts, ends in hours}
    session.add_all([twin, *slots.values()])
    for place in places:
        place.slot = slots[place.slot.starts_at]
    let_go_holds(session, [place.id for place in places], now=now)


def let_go_holds(session: Session, place_ids: list[int], *, now: datetime) -> None:
    """End the holds on these places: who was typing is told that the time is gone."""
    holds = session.scalars(
        select(Appointment.id).where(
            Appointment.place_id.in_(place_ids),
            Appointment.booked_at.is_(None),
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
        )
    )
    booking.let_go(session, list(holds), now=now)
