"""Counts of a day, an hour and a week: facts counted, no person in them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Course, CourseVaccine, Vaccine
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.vocabulary import NoInjectionReason, Outcome


@dataclass(frozen=True)
class Period:
    """Some local days at the centre, with the moment of asking."""

    first_at: datetime
    end_at: datetime  # exclusive
    first_on: date
    end_on: date  # exclusive
    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class DayFigures:
    """What a period came to, as counts."""

    places: int
    booked: int
    arrived: int
    vaccinated: int
    injections: int
    missed: int
    cancelled: int
    not_vaccinated: dict[NoInjectionReason, int] = field(default_factory=dict)

    @property
    def not_vaccinated_total(self) -> int:
        """Courses that somebody came for and did not get."""
        return sum(self.not_vaccinated.values())


@dataclass(frozen=True)
class HourFigures:
    """One hour of the centre's clock."""

    hour: int
    booked: int
    arrived: int
    vaccinated: int


@dataclass(frozen=True)
class LotLeft:
    """The doses of a lot that were left at the end of a day, for one course."""

    course: Course
    vaccine_name: str
    lot_number: str
    expires_on: date
    is_blocked: bool
    doses: int


def _missed(now: datetime) -> ColumnElement[bool]:
    """Booked, the time over, and nobody came."""
    came = exists().where(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None))
    return and_(_stands(), Slot.ends_at <= now, ~came)


def _stands() -> ColumnElement[bool]:
    """Booked, and neither cancelled nor let go."""
    return and_(
        Appointment.booked_at.is_not(None),
        Appointment.cancelled_at.is_(None),
        Appointment.lapsed_at.is_(None),
    )


def figures(session: Session, period: Period) -> DayFigures:
    """Count what was booked, who came and what they got."""
    cancelled = and_(Appointment.booked_at.is_not(None), Appointment.cancelled_at.is_not(None))
    given = _given(period)
    return DayFigures(
        places=_places(session, period),
        booked=_appointments(session, period, _stands()),
        arrived=len(_arrivals(session, period)),
        vaccinated=session.scalar(select(func.count(Injection.visit_id.distinct())).where(given))
        or 0,
        injections=session.scalar(select(func.count(Injection.id)).where(given)) or 0,
        missed=_appointments(session, period, _missed(period.now)),
        cancelled=_appointments(session, period, cancelled),
        not_vaccinated=_reasons(session, period),
    )


def by_hour(session: Session, period: Period) -> list[HourFigures]:
    """The hours in which something was booked or happened, in order, none left out between."""
    booked = _by_local_hour(_booked_times(session, period), period)
    arrived = _by_local_hour(_arrivals(session, period), period)
    vaccinated = _by_local_hour(_first_injections(session, period), period)
    seen = {*booked, *arrived, *vaccinated}
    hours = range(min(seen), max(seen) + 1) if seen else ()
    return [HourFigures(hour, booked[hour], arrived[hour], vaccinated[hour]) for hour in hours]


def doses_left(session: Session, at: datetime) -> list[LotLeft]:
    """Doses of each lot as the movements had left them at that moment, under its first course."""
    left = func.sum(StockMovement.doses)
    rows = session.execute(
        select(Course, Vaccine.name, Lot, left)
        .join(CourseVaccine, CourseVaccine.course_id == Course.id)
        .join(Vaccine, Vaccine.id == CourseVaccine.vaccine_id)
        .join(Lot, Lot.vaccine_id == Vaccine.id)
        .join(StockMovement, StockMovement.lot_id == Lot.id)
        .where(StockMovement.moved_at < at)
        .group_by(Course.id, Vaccine.id, Lot.id)
        .having(left > 0)
        .order_by(Course.position, Course.id, Lot.expires_on, Lot.id)
    )
    lots: dict[int, LotLeft] = {}  # a vaccine may count for several courses; its doses count once
    for course, name, lot, doses in rows:
        is_blocked = lot.blocked_at is not None
        line = LotLeft(course, name, lot.number, lot.expires_on, is_blocked, int(doses))
        lots.setdefault(lot.id, line)
    return list(lots.values())


def _appointments(session: Session, period: Period, which: ColumnElement[bool]) -> int:
    return (
        session.scalar(
            select(func.count(Appointment.id))
            .join(Place, Place.id == Appointment.place_id)
            .join(Slot, Slot.id == Place.slot_id)
            .where(_in_slots_of(period), which)
        )
        or 0
    )


def _places(session: Session, period: Period) -> int:
    """The places of the clinics that were held, or are to be."""
    return (
        session.scalar(
            select(func.count(Place.id))
            .join(Slot, Slot.id == Place.slot_id)
            .join(Clinic, Clinic.id == Slot.clinic_id)
            .where(_in_slots_of(period), Clinic.closed_at.is_(None))
        )
        or 0
    )


def _reasons(session: Session, period: Period) -> dict[NoInjectionReason, int]:
    rows = session.execute(
        select(NoInjection.reason, func.count(NoInjection.id))
        .where(
            NoInjection.undone_at.is_(None),
            NoInjection.recorded_at >= period.first_at,
            NoInjection.recorded_at < period.end_at,
        )
        .group_by(NoInjection.reason)
    )
    found = dict(rows.all())
    return {reason: found[reason] for reason in NoInjectionReason if reason in found}


def _booked_times(session: Session, period: Period) -> Iterable[datetime]:
    return session.scalars(
        select(Slot.starts_at)
        .join(Place, Place.slot_id == Slot.id)
        .join(Appointment, Appointment.place_id == Place.id)
        .where(_in_slots_of(period), _stands())
    )


def _arrivals(session: Session, period: Period) -> Sequence[datetime]:
    return session.scalars(
        select(Visit.checked_in_at).where(
            Visit.undone_at.is_(None), Visit.day >= period.first_on, Visit.day < period.end_on
        )
    ).all()


def _first_injections(session: Session, period: Period) -> Iterable[datetime]:
    """One moment for each visit, however many injections it had."""
    given_at = func.min(Injection.given_at)
    return session.scalars(select(given_at).where(_given(period)).group_by(Injection.visit_id))


def _by_local_hour(moments: Iterable[datetime], period: Period) -> Counter[int]:
    return Counter(moment.astimezone(period.zone).hour for moment in moments)


def _in_slots_of(period: Period) -> ColumnElement[bool]:
    return and_(Slot.starts_at >= period.first_at, Slot.starts_at < period.end_at)


def _given(period: Period) -> ColumnElement[bool]:
    return and_(
        Injection.given_at >= period.first_at,
        Injection.given_at < period.end_at,
        Injection.replaced_at.is_(None),
        Injection.outcome == Outcome.GIVEN,
    )
