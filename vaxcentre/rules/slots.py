"""Cut a clinic into slots, repeat it week after week, and tell what is left."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from vaxcentre.rules.refusal import N_, Refusal

# A local day lasts 25 hours when the clocks go back.
LONGEST_CLINIC = timedelta(hours=25)
LONGEST_REPEAT = timedelta(days=366)


class ClinicEndsBeforeStart(Refusal):
    sentence = N_("The clinic must end after it starts. Check both times.")
    field = "ends_at"


class ClinicTooLong(Refusal):
    sentence = N_("A clinic lasts one day at most. Check both times.")
    field = "ends_at"


class SlotTooShort(Refusal):
    sentence = N_("A slot lasts at least one minute. Enter the minutes per slot.")
    field = "minutes"


class NoRoomForSlot(Refusal):
    sentence = N_("No slot of %(minutes)s minutes fits between these times.")
    field = "minutes"


class RepeatEndsBeforeStart(Refusal):
    sentence = N_("The last day comes before the first. Check both days.")
    field = "last_day"


class RepeatTooLong(Refusal):
    sentence = N_("A clinic can be repeated for one year at most. Choose an earlier last day.")
    field = "last_day"


class NoWeekdayChosen(Refusal):
    sentence = N_("Choose at least one day of the week.")
    field = "weekdays"


class NoDayInRepeat(Refusal):
    sentence = N_("None of the chosen days of the week falls between these two days.")
    field = "weekdays"


class DayPart(StrEnum):
    """The three parts of an opening day, as people name them."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


def cut(
    starts_at: datetime, ends_at: datetime, minutes: int
) -> tuple[tuple[datetime, datetime], ...]:
    """Cut a clinic into slots of so many minutes, one after the other, in UTC.

    Minutes left over at the end make no slot. The lengths are real ones: on the night the clocks
    change, an opening from 1 to 4 has two or four hours.

    Raises:
        ClinicEndsBeforeStart, ClinicTooLong: these two moments are not one clinic.
        SlotTooShort, NoRoomForSlot: these minutes leave no slot.
    """
    start, end = _in_utc(starts_at), _in_utc(ends_at)
    if end <= start:
        raise ClinicEndsBeforeStart
    if end - start > LONGEST_CLINIC:
        raise ClinicTooLong
    if minutes < 1:
        raise SlotTooShort
    count = int((end - start).total_seconds()) // (60 * minutes)
    if not count:
        raise NoRoomForSlot(minutes=minutes)
    length = timedelta(minutes=minutes)
    return tuple((start + n * length, start + (n + 1) * length) for n in range(count))


def repeat_weekly(first_day: date, last_day: date, weekdays: Collection[int]) -> tuple[date, ...]:
    """List the days of a weekly repeat, both ends included; Monday is 0.

    Raises:
        RepeatEndsBeforeStart, RepeatTooLong: the two days are not one year of work.
        NoWeekdayChosen, NoDayInRepeat: there is no such day.
    """
    if last_day < first_day:
        raise RepeatEndsBeforeStart
    if last_day - first_day > LONGEST_REPEAT:
        raise RepeatTooLong
    if not weekdays:
        raise NoWeekdayChosen
    span = ((first_day + timedelta(days=n)) for n in range((last_day - first_day).days + 1))
    days = tuple(day for day in span if day.weekday() in weekdays)
    if not days:
        raise NoDayInRepeat
    return days


def places_left(places: int, taken: int) -> int:
    """Tell how many places of a slot can still be given; an extra place never makes it negative."""
    return max(0, places - taken)


def part_of_day(start: datetime, zone: ZoneInfo) -> DayPart:
    """Say morning before noon, evening from 18:00, afternoon between, on the centre's clock."""
    hour = start.astimezone(zone).hour
    if hour < 12:
        return DayPart.MORNING
    return DayPart.AFTERNOON if hour < 18 else DayPart.EVENING


def group_by_part_of_day(
    starts: Iterable[datetime], zone: ZoneInfo
) -> dict[DayPart, tuple[datetime, ...]]:
    """Sort start times and group them by part of the day; a part without a time is left out."""
    groups: dict[DayPart, list[datetime]] = {}
    for start in sorted(starts):
        groups.setdefault(part_of_day(start, zone), []).append(start)
    return {part: tuple(groups[part]) for part in DayPart if part in groups}


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a clinic's times must carry their time zone")
    # Python adds minutes on the wall clock when both moments share a local zone.
    return moment.astimezone(UTC)
