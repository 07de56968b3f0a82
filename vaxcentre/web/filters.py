"""How moments, days, volumes and names are written on a page."""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date as babel_date
from flask import Flask
from markupsafe import Markup, escape

from vaxcentre import clock
from vaxcentre.rules.age import MONTHS_IN_A_YEAR, Age
from vaxcentre.rules.contact import show_phone
from vaxcentre.rules.course import age_in_months, age_in_years
from vaxcentre.rules.reference import show_reference
from vaxcentre.web import languages, words
from vaxcentre.web.centre import the_centre
from vaxcentre.web.languages import gettext as _
from vaxcentre.web.languages import ngettext

_RENDEZ_VOUS = re.compile("rendez-vous", re.IGNORECASE)


def local(moment: datetime) -> datetime:
    """The moment in the centre's zone."""
    return moment.astimezone(the_centre().zone)


def _day_of(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def short_date(value: date | datetime) -> str:
    """23/11/2026."""
    return _day_of(value).strftime("%d/%m/%Y")


def day(value: date | datetime, *, year: bool = False) -> str:
    """lundi 23 novembre; with the year where asked."""
    return _long_day(_day_of(value), languages.chosen(), year)


@lru_cache(maxsize=4096)
def _long_day(value: date, language: str, year: bool) -> str:
    tail = " yyyy" if year else ""
    if language == "en":
        return babel_date(value, f"EEEE d MMMM{tail}", "en")
    text = babel_date(value, f"EEEE d MMMM{tail}", "fr")
    return text.replace(" 1 ", " 1er ", 1) if value.day == 1 else text


def long_date(value: date | datetime) -> str:
    """1er mars 2026."""
    found = _day_of(value)
    if languages.chosen() == "en":
        return babel_date(found, "d MMMM yyyy", "en")
    text = babel_date(found, "d MMMM yyyy", "fr")
    return "1er" + text[1:] if found.day == 1 else text


def time_of_day(value: datetime) -> str:
    """10:21, in the centre's zone."""
    return local(value).strftime("%H:%M")


def date_and_time(value: datetime) -> str:
    """23/11/2026 10:21."""
    return local(value).strftime("%d/%m/%Y %H:%M")


def millilitres(microlitres: int) -> str:
    """700 microlitres are shown as 0,7 ml."""
    text = f"{microlitres / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{text if languages.chosen() == 'en' else text.replace('.', ',')}\u00a0ml"


def age(birth_on: date, on: date | None = None) -> str:
    """78 ans; 14 mois below two years."""
    on = on or clock.today(the_centre().zone)
    months = age_in_months(birth_on, on)
    if months < 24:
        return str(ngettext("%(num)d month old", "%(num)d months old", months))
    return str(ngettext("%(num)d year old", "%(num)d years old", age_in_years(birth_on, on)))


def whole_age(age: Age) -> str:
    """65 years, as a rule names it; months where the years are not whole, or below two years."""
    years, months = divmod(age.months, MONTHS_IN_A_YEAR)
    if months or years < 2:
        return str(ngettext("%(num)d month", "%(num)d months", age.months))
    return str(ngettext("%(num)d year", "%(num)d years", years))


def days_ago(value: date, on: date | None = None) -> str:
    """371 days ago, or today."""
    gap = ((on or clock.today(the_centre().zone)) - value).days
    return (
        str(_("today")) if gap == 0 else str(ngettext("%(num)d day ago", "%(num)d days ago", gap))
    )


def kept_whole(text: str) -> Markup:
    """A heading or a button that does not part "rendez-vous" at its hyphen, at the end of a line.

    The hyphen that does not break (U+2011) is not in our font.
    """
    whole = r'<span class="nowrap">\g<0></span>'
    return Markup(_RENDEZ_VOUS.sub(whole, str(escape(text))))  # noqa: S704


FILTERS: dict[str, Callable[..., str]] = {
    "date": short_date,
    "day": day,
    "long_date": long_date,
    "time": time_of_day,
    "datetime": date_and_time,
    "phone": show_phone,
    "reference": show_reference,
    "millilitres": millilitres,
    "age": age,
    "days_ago": days_ago,
    "word": words.word,
    "label": words.label,
    "place": words.place,
    "place_label": words.place_label,
    "kept_whole": kept_whole,
}


def install(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.jinja_env.filters.update(FILTERS)
