"""The dated rows of a course, and the schedule they make for one person on one day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vaxcentre.rules.age import age_in_months

_OLDER_THAN_ANYBODY = 2000  # months


@dataclass(frozen=True)
class DoseRule:
    """One dated row of a course: who may have this dose, and how long after the one before."""

    schedule: str  # label of the schedule within the course, "11-14 ans"; "" where there is one
    dose_number: int
    min_age_months: int  # inclusive; age on the day of the schedule's first dose
    max_age_months: int | None  # exclusive
    min_days: int | None  # since the previous dose; for dose 1 since another course's, same disease
    target_days: int | None
    max_days: int | None
    observation_minutes: int
    valid_from: date
    valid_until: date | None  # exclusive
    is_confirmed: bool
    condition: str = ""  # code of the declared condition that opens this row; "" opens it to all

    def is_in_force_on(self, day: date) -> bool:
        """Say whether the row holds on that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    def admits_age(self, months: int) -> bool:
        """Say whether a series may be started under this row at that age."""
        return self.min_age_months <= months and (
            self.max_age_months is None or months < self.max_age_months
        )

    def is_open_to(self, conditions: Collection[str]) -> bool:
        """Say whether the conditions somebody declared open this row."""
        return not self.condition or self.condition in conditions


@dataclass(frozen=True)
class Window:
    """The days on which a dose may be offered; `latest_on` is the last good one, None if any."""

    earliest_on: date
    target_on: date
    latest_on: date | None


def schedule_for(
    rules: Iterable[DoseRule],
    *,
    birth_on: date,
    first_dose_on: date,
    on: date,
    conditions: Collection[str] = frozenset(),
) -> tuple[DoseRule, ...]:
    """Pick the rows, by dose number, of the one schedule that holds for a person on that day.

    The age on the day of the first dose decides. Where several schedules are open, one that needs
    a declared condition comes before one that does not, then the narrower age range. Of two rows
    in force for the same dose, the newer one holds. Empty where no schedule is open.
    """
    age = age_in_months(birth_on, first_dose_on)
    fitting = [
        rule
        for rule in rules
        if rule.is_in_force_on(on) and rule.admits_age(age) and rule.is_open_to(conditions)
    ]
    if not fitting:
        return ()
    best = min(fitting, key=_preference)
    chosen = [r for r in fitting if (r.schedule, r.condition) == (best.schedule, best.condition)]
    newest = {rule.dose_number: rule for rule in sorted(chosen, key=lambda rule: rule.valid_from)}
    return tuple(newest[number] for number in sorted(newest))


def doses_in_schedule(schedule: Sequence[DoseRule]) -> int:
    """Count the doses of one schedule, as `schedule_for` returns it."""
    return max((rule.dose_number for rule in schedule), default=0)


def window_after(rule: DoseRule, given_on: date) -> Window:
    """Find the days for the dose of this rule when the dose before it is given on that day.

    Never the same day, even where the rule says no minimum.
    """
    earliest_on = given_on + timedelta(days=max(rule.min_days or 1, 1))
    target_on = earliest_on if rule.target_days is None else _later(given_on, rule.target_days)
    latest_on = None if rule.max_days is None else _later(given_on, rule.max_days)
    return Window(earliest_on, max(earliest_on, target_on), latest_on)


def _preference(rule: DoseRule) -> tuple[bool, int, str]:
    ages = rule.max_age_months or _OLDER_THAN_ANYBODY
    return not rule.condition, ages - rule.min_age_months, rule.schedule


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
