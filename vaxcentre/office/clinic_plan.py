"""What would be opened: the days, slots and places of a clinic and its weekly repeat."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vaxcentre.office.clinic_refusals import DayPast, NoCourse, OpensAfterStart, TooManyPlaces
from vaxcentre.rules.days_off import day_off
from vaxcentre.rules.slots import NoDayInRepeat, cut, repeat_weekly

MOST_PLACES = 100_000


@dataclass(frozen=True)
class ClinicRequest:
    """One clinic, or a weekly repeat of it; hours are those of the centre's clock.

    `last_day` None means one day only. `until` midnight is the end of the day. `opens_at` None
    means at once.
    """

    first_day: date
    last_day: date | None
    weekdays: frozenset[int]
    start: time
    until: time
    slot_minutes: int
    places_per_slot: int
    course_ids: tuple[int, ...]
    opens_at: datetime | None
    leaves_out_days_off: bool
    beyond_doses_reason: str = ""  # why more places than doses, where a manager wants it so


@dataclass(frozen=True)
class PlannedClinic:
    """One clinic as it would be opened, its moments in UTC."""

    day: date
    starts_at: datetime
    ends_at: datetime
    slots: tuple[tuple[datetime, datetime], ...]
    day_off: str | None


@dataclass(frozen=True)
class Plan:
    """All that one action would open."""

    request: ClinicRequest
    clinics: tuple[PlannedClinic, ...]
    left_out: tuple[date, ...] = ()  # public holidays of a weekly repeat

    @property
    def places_by_day(self) -> dict[date, int]:
        """How many places each day would have more."""
        found: Counter[date] = Counter()
        for clinic in self.clinics:
            found[clinic.day] += len(clinic.slots) * self.request.places_per_slot
        return found

    @property
    def slots(self) -> int:
        """How many slots."""
        return sum(len(clinic.slots) for clinic in self.clinics)

    @property
    def places(self) -> int:
        """How many places."""
        return self.slots * self.request.places_per_slot


def make_plan(request: ClinicRequest, *, zone: ZoneInfo, now: datetime) -> Plan:
    """Lay out the clinics of a request, day by day, on the centre's clock.

    Each day is cut by itself, so a nine o'clock stays nine o'clock when the clocks change.

    Raises:
        DayPast, NoCourse, OpensAfterStart, TooManyPlaces: what this centre may not open.
        and all that `slots.cut` and `slots.repeat_weekly` raise.
    """
    if request.first_day < now.astimezone(zone).date():
        raise DayPast
    if not request.course_ids:
        raise NoCourse
    days, left_out = _days(request)
    clinics = tuple(_planned(day, request, zone) for day in days)
    first = clinics[0].starts_at
    if request.opens_at is not None and request.opens_at >= first:
        raise OpensAfterStart(starts_at=first)
    plan = Plan(request, clinics, left_out)
    if plan.places > MOST_PLACES:
        raise TooManyPlaces(places=plan.places, most=MOST_PLACES)
    return plan


def _days(request: ClinicRequest) -> tuple[Sequence[date], tuple[date, ...]]:
    """The days of the clinics, and the public holidays that are left out."""
    if request.last_day is None:
        return (request.first_day,), ()
    days = repeat_weekly(request.first_day, request.last_day, request.weekdays)
    left_out = tuple(day for day in days if request.leaves_out_days_off and day_off(day))
    days = tuple(day for day in days if day not in left_out)
    if not days:
        raise NoDayInRepeat
    return days, left_out


def _planned(day: date, request: ClinicRequest, zone: ZoneInfo) -> PlannedClinic:
    starts_at = moment(day, request.start, zone)
    last = day + timedelta(days=1) if request.until == time.min else day
    ends_at = moment(last, request.until, zone)
    slots = cut(starts_at, ends_at, request.slot_minutes)
    return PlannedClinic(day, starts_at, ends_at, slots, day_off(day))


def moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The UTC moment of an hour on the centre's clock; in the hour autumn repeats, the first."""
    return datetime.combine(day, hour, zone).astimezone(UTC)
