"""The only reader of the wall clock: now, today, and the centre's time zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DEFAULT_ZONE = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The local day at the centre."""
    return now().astimezone(zone).date()


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day a moment falls on at the centre."""
    return moment.astimezone(zone).date()


def at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The UTC moment of a local day and hour; in the hour that autumn repeats, the first."""
    return datetime.combine(day, hour, zone).astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First moment of a local day, and first moment of the next (exclusive)."""
    following = date.fromordinal(day.toordinal() + 1)
    return at(day, time.min, zone), at(following, time.min, zone)
