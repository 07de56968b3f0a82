"""Ages in whole months and years, and the day on which an age is reached.

A month (or a year) is complete on the same day of the month; where that day does not exist, on
the first day of the next month. So someone born on 29 February turns a year older on 1 March in
the other years. The French civil code has no article on it, and the texts do not agree (for the
electoral roll the ministry takes the last day of February): we take the later day, on which a
minimum age is reached in every reading.
"""

from dataclasses import dataclass
from datetime import date

MONTHS_IN_A_YEAR = 12


@dataclass(frozen=True)
class Age:
    """An age that a rule names, in whole months; the page says it in years where it can."""

    months: int


def age_in_months(birth_on: date, on: date) -> int:
    """Count the whole months lived on that day; below zero before the birth."""
    months = (on.year - birth_on.year) * MONTHS_IN_A_YEAR + on.month - birth_on.month
    return months if on.day >= birth_on.day else months - 1


def age_in_years(birth_on: date, on: date) -> int:
    """Count the whole years lived on that day."""
    return age_in_months(birth_on, on) // MONTHS_IN_A_YEAR


def day_of_age(birth_on: date, months: int) -> date:
    """Find the first day on which this many whole months have been lived."""
    year, month = _month_after(birth_on, months)
    try:
        return date(year, month, birth_on.day)
    except ValueError:  # 31 April, 29 February of a common year
        year, month = _month_after(birth_on, months + 1)
        return date(year, month, 1)


def _month_after(day: date, months: int) -> tuple[int, int]:
    years, month = divmod(day.month - 1 + months, MONTHS_IN_A_YEAR)
    return day.year + years, month + 1
