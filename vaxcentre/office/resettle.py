"""Find another time for those whose clinic will not be held, or cancel them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from vaxcentre.booking import service as booking
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.visit import Visit
from vaxcentre.office.clinic_refusals import NoRoomThatDay
from vaxcentre.rules.refusal import Refusal


@dataclass(frozen=True)
class Stranded:
    """Somebody who is booked on a time that will not be held."""

    appointment_id: int
    starts_at: datetime
    course_ids: frozenset[int]


@dataclass
class _Room:
    """A slot that people can be moved to."""

    slot_id: int
    starts_at: datetime
    course_ids: frozenset[int]
    free: int


class Rooms:
    """The slots of one day that are still to come, and how many free places each has."""

    def __init__(self, session: Session, day: date, *, now: datetime, zone: ZoneInfo) -> None:
        self.session, self.now, self.zone = session, now, zone
        self.rooms = _rooms(session, day, now)

    def take_in(self, stranded: Stranded, reason: str, *, by_id: int) -> Refusal | None:
        """Move a person to the nearest time of that day with a free place, or say why not."""
        wanted = _clock(stranded.starts_at, self.zone)
        fitting = [
            room for room in self.rooms if room.free and stranded.course_ids <= room.course_ids
        ]
        if not fitting:
            return NoRoomThatDay()
        room = min(
            fitting,
            key=lambda room: (abs(_clock(room.starts_at, self.zone) - wanted), room.slot_id),
        )
        try:
            with self.session.begin_nested():  # a move that is refused leaves nothing behind
                booking.move(
                    self.session,
                    stranded.appointment_id,
                    room.slot_id,
                    by_id=by_id,
                    now=self.now,
                    reason=reason,
                )
        except Refusal as refusal:
            return refusal
        room.free -= 1
        return None


def stranded_in(session: Session, clinic_id: int, now: datetime) -> list[Stranded]:
    """Who is booked on the slots of a clinic still to come and has not been checked in."""
    here = exists().where(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None))
    rows = session.execute(
        select(Appointment.id, Slot.starts_at, PlannedDose.course_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(PlannedDose, PlannedDose.appointment_id == Appointment.id)
        .where(
            Slot.clinic_id == clinic_id,
            Slot.starts_at >= now,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
            ~here,
        )
        .order_by(Slot.starts_at, Appointment.id)
    )
    courses: defaultdict[tuple[int, datetime], set[int]] = defaultdict(set)
    for appointment_id, starts_at, course_id in rows:
        courses[appointment_id, starts_at].add(course_id)
    return [
        Stranded(appointment_id, starts_at, frozenset(course_ids))
        for (appointment_id, starts_at), course_ids in courses.items()
    ]


def cancel_all(session: Session, clinic_id: int, reason: str, *, by_id: int, now: datetime) -> int:
    """Cancel everybody who is booked on a closed clinic; a first dose takes its second along."""
    cancelled = 0
    for stranded in stranded_in(session, clinic_id, now):
        booking.cancel(
            session,
            stranded.appointment_id,
            by_id=by_id,
            now=now,
            reason=reason,
            also_pair=_has_later_dose(session, stranded),
        )
        cancelled += 1
    return cancelled


def _has_later_dose(session: Session, stranded: Stranded) -> bool:
    own = aliased(Appointment)
    later = (
        select(Appointment.id)
        .join(own, and_(own.pair_id == Appointment.pair_id, own.id == stranded.appointment_id))
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(Slot.starts_at > stranded.starts_at, Appointment.cancelled_at.is_(None))
    )
    return session.scalar(later.limit(1)) is not None


def _rooms(session: Session, day: date, now: datetime) -> list[_Room]:
    live = and_(
        Appointment.place_id == Place.id,
        Appointment.cancelled_at.is_(None),
        Appointment.lapsed_at.is_(None),
        or_(Appointment.booked_at.is_not(None), Appointment.held_until > now),
    )
    offers = _offers(session, day)
    rows = session.execute(
        select(Slot.id, Slot.starts_at, Slot.clinic_id, func.count(Place.id))
        .join(Place, Place.slot_id == Slot.id)
        .outerjoin(Appointment, live)
        .where(
            Slot.clinic_id.in_(offers),
            Slot.starts_at > now,
            Place.extra_reason.is_(None),
            Appointment.id.is_(None),
        )
        .group_by(Slot.id, Slot.starts_at, Slot.clinic_id)
        .order_by(Slot.starts_at)
    )
    return [_Room(number, starts, offers[clinic], free) for number, starts, clinic, free in rows]


def _offers(session: Session, day: date) -> dict[int, frozenset[int]]:
    """The courses of each open clinic of a day."""
    rows = session.execute(
        select(ClinicCourse.clinic_id, ClinicCourse.course_id)
        .join(Clinic, Clinic.id == ClinicCourse.clinic_id)
        .where(Clinic.day == day, Clinic.closed_at.is_(None))
    )
    offers: defaultdict[int, set[int]] = defaultdict(set)
    for clinic_id, course_id in rows:
        offers[clinic_id].add(course_id)
    return {clinic_id: frozenset(course_ids) for clinic_id, course_ids in offers.items()}


def _clock(moment: datetime, zone: ZoneInfo) -> timedelta:
    """The time of day on the centre's clock, as a length that can be compared."""
    local = moment.astimezone(zone)
    return timedelta(hours=local.hour, minutes=local.minute)
