"""One dated row of a course, as somebody in the office has typed it."""

from dataclasses import dataclass
from datetime import date

from vaxcentre.office.rule_refusals import (
    DaysOutOfOrder,
    RuleAgesCrossed,
    RuleEndsTooEarly,
    RuleWithoutSource,
)

RULE_COLUMNS = (
    "schedule",
    "dose_number",
    "min_age_months",
    "max_age_months",
    "min_days",
    "target_days",
    "max_days",
    "observation_minutes",
    "source_title",
    "source_url",
    "source_on",
    "valid_from",
    "valid_until",
)


@dataclass(frozen=True)
class RuleRequest:
    """A dated row: ages in months (upper end excluded), gaps in calendar days."""

    schedule: str
    dose_number: int
    min_age_months: int
    max_age_months: int | None
    min_days: int | None
    target_days: int | None
    max_days: int | None
    observation_minutes: int
    needs_condition: bool
    source_title: str
    source_url: str
    source_on: date | None
    valid_from: date
    valid_until: date | None
    is_confirmed: bool

    def check(self) -> None:
        """Refuse a row that has no source or contradicts itself."""
        if not self.source_title.strip():
            raise RuleWithoutSource
        gaps = [self.min_days, self.target_days, self.max_days]
        known = [days for days in gaps if days is not None]
        if known != sorted(known):
            raise DaysOutOfOrder
        if self.max_age_months is not None and self.max_age_months <= self.min_age_months:
            raise RuleAgesCrossed
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise RuleEndsTooEarly
