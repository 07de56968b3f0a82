"""Take a place of a slot, give it back: what makes overselling impossible stands here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Executable, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from vaxcentre.audit.service import sign
from vaxcentre.booking.holds import end, let_go
from vaxcentre.booking.refusals import (
    ClinicClosed,
    CourseNotOffered,
    NotYetOpen,
    SlotFull,
    SlotOver,
)
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.locks import ALONE, take
from vaxcentre.models.visit import Visit
from vaxcentre.writing import read, read_one

ALL = 10_000


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
    .with_for_update(**ALONE)
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
_FREE_PLACE = _CLAIMS.where(
    Place.slot_id == bindparam("slot_id"),
    Place.extra_reason.is_(None),
    or_(
        Appointment.id.is_(None),
        and_(Appointment.booked_at.is_(None), Appointment.held_until <= bindparam("now")),
    ),
).limit(bindparam("most"))
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
    slot = read_one(session, _SLOT, {"slot_id": slot_id})
    if slot is None:
        raise SlotOver
    rows = read(session, _CLINIC, {"clinic_id": slot.clinic_id})
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
    """The lowest free place of a locked slot; a hold on it that ran out is ended.

    Places that the desk opened for a walk-in are not given to anybody else.

    Raises:
        SlotFull.
    """
    for most in (1, ALL):  # nearly always the first can be had
        for claim in _claims(session, _FREE_PLACE, slot_id=slot_id, now=now, most=most):
            hold = claim.appointment_id
            if hold is None or hold in let_go(session, [hold], now=now, or_pass_over=True):
                return claim.place_id
    raise SlotFull


def take_this_place(
    session: Session, place_id: int, slot: OpenSlot, *, by_id: int | None, now: datetime
) -> int:
    """A place chosen at the desk: free, held too long, or claimed by somebody who never came.

    Who takes a booked place away signs for it.

    Raises:
        SlotFull: somebody has it.
    """
    (claim,) = _claims(session, _CLAIM_OF_PLACE, place_id=place_id)
    if claim.appointment_id is not None:
        missed = claim.booked_at is not None and slot.ends_at <= now
        # Whoever is about to move or to receive that person has the appointment in hand.
        lost = take(session, Appointment, [claim.appointment_id], or_pass_over=True)
        if not lost or not (claim.is_dead(now) or (missed and not _came(session, lost[0].id))):
            raise SlotFull
        end(session, [lost[0].id], now)
        if missed:
            who = lost[0].patient_id
            sign(session, "give_place_away", lost[0], by_id=by_id, now=now, patient_id=who)
    return place_id


def _claims(session: Session, statement: Executable, **values: object) -> list[Claim]:
    rows = read(session, statement, values)
    return [Claim(p, extra is not None, a, booked, held) for p, extra, a, booked, held in rows]


def _came(session: Session, appointment_id: int) -> bool:
    visit = select(Visit.id).where(
        Visit.appointment_id == appointment_id, Visit.undone_at.is_(None)
    )
    return session.scalar(visit) is not None
