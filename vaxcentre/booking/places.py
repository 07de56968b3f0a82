"""Take a place of a slot, give it back: what makes overselling impossible stands here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Executable, and_, bindparam, select, update
from sqlalchemy.orm import Session

from vaxcentre.booking.refusals import (
    ClinicClosed,
    CourseNotOffered,
    NotYetOpen,
    SlotFull,
    SlotOver,
)
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.visit import Visit


@dataclass(frozen=True)
class Claim:
    """A place of a slot, and who claims it, if anybody does."""

    place_id: int
    is_extra: bool
    appointment_id: int | None
    booked_at: datetime | None
    held_until: datetime | None

    def is_dead(self, now: datetime) -> bool:
        """Whether it is a hold that ran out."""
        return (
            self.appointment_id is not None
            and self.booked_at is None
            and self.held_until is not None
            and self.held_until <= now
        )


@dataclass(frozen=True)
class OpenSlot:
    """A slot as it was when it was locked."""

    id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    clinic_ends_at: datetime
    is_closed: bool
    offers: frozenset[int]


# Written once: building a statement costs as much as running it, and these run for every booking.
_SLOT = (
    select(Slot.starts_at, Slot.ends_at, Slot.clinic_id)
    .where(Slot.id == bindparam("slot_id"))
    .with_for_update()
)
_CLINIC = (
    select(Clinic.day, Clinic.ends_at, Clinic.closed_at, Clinic.opens_at, ClinicCourse.course_id)
    .outerjoin(ClinicCourse, ClinicCourse.clinic_id == Clinic.id)
    .where(Clinic.id == bindparam("clinic_id"))
)
_CLAIMS = (
    select(
        Place.id,
        Place.extra_reason,
        Appointment.id,
        Appointment.booked_at,
        Appointment.held_until,
    )
    .outerjoin(
        Appointment,
        and_(
            Appointment.place_id == Place.id,
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
        ),
    )
    .order_by(Place.number)
)
_CLAIMS_OF_SLOT = _CLAIMS.where(Place.slot_id == bindparam("slot_id"))
_CLAIM_OF_PLACE = _CLAIMS.where(Place.id == bindparam("place_id"))


def lock_slot(session: Session, slot_id: int, *, by_id: int | None, now: datetime) -> OpenSlot:
    """Lock a slot against other bookings and see that it can be booked now.

    The public books until it begins and once its clinic is open to booking; staff until it ends.

    Raises:
        SlotOver, ClinicClosed, NotYetOpen.
    """
    slot, opens_at = _lock(session, slot_id)
    if (slot.ends_at if by_id else slot.starts_at) <= now:
        raise SlotOver
    if slot.is_closed:
        raise ClinicClosed
    if by_id is None and opens_at > now:
        raise NotYetOpen(opens=opens_at)
    return slot


def _lock(session: Session, slot_id: int) -> tuple[OpenSlot, datetime]:
    """The slot, locked, and then its clinic: read after the lock, since it may have closed
    while we waited for it. A join would show the clinic as it was before.

    Raises:
        SlotOver: there is no such slot any more.
    """
    slot = session.execute(_SLOT, {"slot_id": slot_id}).first()
    if slot is None:
        raise SlotOver
    rows = session.execute(_CLINIC, {"clinic_id": slot.clinic_id}).all()
    clinic = rows[0]
    found = OpenSlot(
        id=slot_id,
        day=clinic.day,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        clinic_ends_at=clinic.ends_at,
        is_closed=clinic.closed_at is not None,
        offers=frozenset(row.course_id for row in rows if row.course_id is not None),
    )
    return found, clinic.opens_at


def lock_running_slot(session: Session, slot_id: int, *, now: datetime) -> OpenSlot:
    """Lock the slot of a place chosen at the desk: it counts until its clinic ends.

    Raises:
        SlotOver, ClinicClosed.
    """
    slot, _opens_at = _lock(session, slot_id)
    if slot.is_closed:
        raise ClinicClosed
    if slot.clinic_ends_at <= now:
        raise SlotOver
    return slot


def refuse_unoffered(slot: OpenSlot, course_ids: Collection[int]) -> None:
    """See that the slot's clinic gives all these courses.

    Raises:
        CourseNotOffered.
    """
    if not course_ids or not slot.offers.issuperset(course_ids):
        raise CourseNotOffered


def take_free_place(session: Session, slot_id: int, *, now: datetime) -> int:
    """The lowest free place of a locked slot; holds that ran out are ended first.

    Places that the desk opened for a walk-in are not given to anybody else.

    Raises:
        SlotFull.
    """
    claims = _claims(session, _CLAIMS_OF_SLOT, slot_id=slot_id)
    dead = [claim.appointment_id for claim in claims if claim.is_dead(now)]
    let_go(session, [number for number in dead if number is not None], now=now)
    for claim in claims:
        if not claim.is_extra and (claim.appointment_id is None or claim.is_dead(now)):
            return claim.place_id
    raise SlotFull


def take_this_place(session: Session, place_id: int, slot: OpenSlot, *, now: datetime) -> int:
    """A place chosen at the desk: free, held too long, or claimed by somebody who never came.

    Raises:
        SlotFull: somebody has it.
    """
    (claim,) = _claims(session, _CLAIM_OF_PLACE, place_id=place_id)
    if claim.appointment_id is not None:
        missed = claim.booked_at is not None and slot.ends_at <= now
        if not claim.is_dead(now) and not (missed and not _came(session, claim.appointment_id)):
            raise SlotFull
        _end(session, [claim.appointment_id], now)
    return place_id


def _claims(session: Session, statement: Executable, **values: int) -> list[Claim]:
    rows = session.execute(statement, values)
    return [Claim(p, extra is not None, a, booked, held) for p, extra, a, booked, held in rows]


def _came(session: Session, appointment_id: int) -> bool:
    visit = select(Visit.id).where(
        Visit.appointment_id == appointment_id, Visit.undone_at.is_(None)
    )
    return session.scalar(visit) is not None


def let_go(session: Session, appointment_ids: Collection[int], *, now: datetime) -> None:
    """End these holds: their places are free at once. What is booked stays booked."""
    if not appointment_ids:
        return
    unbooked = session.scalars(
        select(Appointment.id)
        .where(
            Appointment.id.in_(appointment_ids),
            Appointment.booked_at.is_(None),
            Appointment.lapsed_at.is_(None),
        )
        .with_for_update()
    ).all()
    _end(session, unbooked, now)


def _end(session: Session, appointment_ids: Sequence[int], now: datetime) -> None:
    if not appointment_ids:
        return
    session.execute(
        update(Appointment).where(Appointment.id.in_(appointment_ids)).values(lapsed_at=now)
    )
    session.execute(
        update(PlannedDose)
        .where(PlannedDose.appointment_id.in_(appointment_ids), PlannedDose.released_at.is_(None))
        .values(released_at=now)
    )
