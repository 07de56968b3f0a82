"""Counts of a day, an hour and a week: facts counted, no person in them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Function, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Course, CourseVaccine, Vaccine
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.vocabulary import NoInjectionReason


@dataclass(frozen=True)
class Period:
    """Some local days at the centre, with the moment of asking."""

    first_at: datetime
    end_at: datetime  # exclusive
    first_on: date
    end_on: date  # exclusive
    now: datetime
    zone: ZoneInfo


@dataclass
class DayFigures:
    """What some days came to, as counts."""

    places: int = 0
    booked: int = 0
    arrived: int = 0
    vaccinated: int = 0
    injections: int = 0
    missed: int = 0
    cancelled: int = 0
    not_vaccinated: Counter[NoInjectionReason] = field(default_factory=Counter)

    @property
    def not_vaccinated_total(self) -> int:
        """Courses that somebody came for and did not get."""
        return self.not_vaccinated.total()

    @property
    def reasons(self) -> list[tuple[NoInjectionReason, int]]:
        """How many were not vaccinated for each reason, always in the same order."""
        return [
            (one, self.not_vaccinated[one]) for one in NoInjectionReason if self.not_vaccinated[one]
        ]

    def __add__(self, other: "DayFigures") -> "DayFigures":
        pairs = {one.name: (getattr(self, one.name), getattr(other, one.name)) for one in NUMBERS}
        return DayFigures(**{name: mine + theirs for name, (mine, theirs) in pairs.items()})


NUMBERS = fields(DayFigures)


@dataclass(frozen=True)
class HourFigures:
    """One hour of the centre's clock."""

    since_midnight: int  # 24 and more in the night after
    booked: int
    arrived: int
    vaccinated: int

    @property
    def hour(self) -> int:
        """As the clock on the wall says it."""
        return self.since_midnight % 24


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


def figures_by_day(session: Session, period: Period) -> dict[date, DayFigures]:
    """Count what was booked, who came and what they got, day by day: a query for each count.

    A clinic and a visit belong to the day on which they began, however late they end.
    """
    found = {
        date.fromordinal(number): DayFigures()
        for number in range(period.first_on.toordinal(), period.end_on.toordinal())
    }
    for on, places in session.execute(_places(period)):
        found[on].places = places
    for on, booked, missed, cancelled in session.execute(_appointments(period)):
        found[on].booked, found[on].missed, found[on].cancelled = booked, missed, cancelled
    for on, arrived in session.execute(_arrived(period)):
        found[on].arrived = arrived
    for on, injections, vaccinated in session.execute(_injections(period)):
        found[on].injections, found[on].vaccinated = injections, vaccinated
    for on, reason, number in session.execute(_reasons(period)):
        found[on].not_vaccinated[reason] = number
    return found


def by_hour(session: Session, period: Period) -> list[HourFigures]:
    """The hours in which something was booked or happened, in order, none left out between.

    What began before midnight and ended after stands at the end of its day, not at its beginning.
    """
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


def _places(period: Period) -> Select[date, int]:
    """The places of the clinics that were held, or are to be."""
    return (
        select(Clinic.day, func.count(Place.id))
        .join(Slot, Slot.clinic_id == Clinic.id)
        .join(Place, Place.slot_id == Slot.id)
        .where(_in_clinics_of(period), Clinic.closed_at.is_(None))
        .group_by(Clinic.day)
    )


def _appointments(period: Period) -> Select[date, int, int, int]:
    cancelled = and_(Appointment.booked_at.is_not(None), Appointment.cancelled_at.is_not(None))
    return (
        select(Clinic.day, _many(_stands()), _many(_missed(period.now)), _many(cancelled))
        .join(Slot, Slot.clinic_id == Clinic.id)
        .join(Place, Place.slot_id == Slot.id)
        .join(Appointment, Appointment.place_id == Place.id)
        .where(_in_clinics_of(period))
        .group_by(Clinic.day)
    )


def _many(which: ColumnElement[bool]) -> Function[int]:
    return func.count(case((which, 1)))


def _arrived(period: Period) -> Select[date, int]:
    return select(Visit.day, func.count(Visit.id)).where(_came(period)).group_by(Visit.day)


def _injections(period: Period) -> Select[date, int, int]:
    visits = func.count(Injection.visit_id.distinct())
    return (
        select(Visit.day, func.count(Injection.id), visits)
        .join(Injection, Injection.visit_id == Visit.id)
        .where(_came(period), Injection.is_current)
        .group_by(Visit.day)
    )


def _reasons(period: Period) -> Select[date, NoInjectionReason, int]:
    return (
        select(Visit.day, NoInjection.reason, func.count(NoInjection.id))
        .join(NoInjection, NoInjection.visit_id == Visit.id)
        .where(_came(period), NoInjection.undone_at.is_(None))
        .group_by(Visit.day, NoInjection.reason)
    )


def _booked_times(session: Session, period: Period) -> Iterable[datetime]:
    return session.scalars(
        select(Slot.starts_at)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .join(Place, Place.slot_id == Slot.id)
        .join(Appointment, Appointment.place_id == Place.id)
        .where(_in_clinics_of(period), _stands())
    )


def _arrivals(session: Session, period: Period) -> Iterable[datetime]:
    return session.scalars(select(Visit.checked_in_at).where(_came(period)))


def _first_injections(session: Session, period: Period) -> Iterable[datetime]:
    """One moment for each visit, however many injections it had."""
    return session.scalars(
        select(func.min(Injection.given_at))
        .join(Visit, Visit.id == Injection.visit_id)
        .where(_came(period), Injection.is_current)
        .group_by(Injection.visit_id)
    )


def _by_local_hour(moments: Iterable[datetime], period: Period) -> Counter[int]:
    local = (moment.astimezone(period.zone) for moment in moments)
    return Counter(24 * (at.date() - period.first_on).days + at.hour for at in local)


def _in_clinics_of(period: Period) -> ColumnElement[bool]:
    return and_(Clinic.day >= period.first_on, Clinic.day < period.end_on)


def _came(period: Period) -> ColumnElement[bool]:
    return and_(Visit.undone_at.is_(None), Visit.day >= period.first_on, Visit.day < period.end_on)
