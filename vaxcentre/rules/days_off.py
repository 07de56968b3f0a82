"""The French public holidays, on which a centre thinks twice before it opens."""

from datetime import date, timedelta

from vaxcentre.rules.refusal import N_

# Code du travail, article L3133-1.
_FIXED = {
    (1, 1): N_("New Year’s Day"),
    (5, 1): N_("Labour Day"),
    (5, 8): N_("Victory Day 1945"),
    (7, 14): N_("National Day"),
    (8, 15): N_("Assumption Day"),
    (11, 1): N_("All Saints’ Day"),
    (11, 11): N_("Armistice Day 1918"),
    (12, 25): N_("Christmas Day"),
}
_AFTER_EASTER = {
    1: N_("Easter Monday"),
    39: N_("Ascension Day"),
    50: N_("Whit Monday"),
}


def day_off(day: date) -> str | None:
    """Name the public holiday of a day, to be translated; None on any other day.

    Those of the whole country: the two of Alsace-Moselle and the days on which overseas
    territories remember the end of slavery are not among them.
    """
    fixed = _FIXED.get((day.month, day.day))
    return fixed or _AFTER_EASTER.get((day - easter_sunday(day.year)).days)


def easter_sunday(year: int) -> date:
    """Find Easter Sunday of a Gregorian year (the computus in the form of 1876)."""
    century, in_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leap_centuries - _lunar_drift(century) + 15) % 30
    leap_years, plain_years = divmod(in_century, 4)
    weekday = (32 + 2 * rest + 2 * leap_years - moon - plain_years) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    months, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, months, 1) + timedelta(days=day)


def _lunar_drift(century: int) -> int:
    """Count the days that the moon's calendar has slipped by this century."""
    return (century - (century + 8) // 25 + 1) // 3
