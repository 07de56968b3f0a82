"""The list of days as HTML, drawn once for all visitors who are shown the same."""

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from flask import current_app
from markupsafe import Markup

from vaxcentre.booking.offer import DayPage
from vaxcentre.web import languages
from vaxcentre.web.centre import the_centre


class DayLine(NamedTuple):
    """What one line of the list shows."""

    day: date
    times: bool
    left: int
    is_closed: bool
    opens_at: datetime | None


class Days(NamedTuple):
    """What the list shows; two visitors with equal values get the same letters."""

    days: tuple[DayLine, ...]
    number: int
    has_next: bool
    first_free: date | None


def draw_days(page: DayPage) -> Markup:
    """The ten days as HTML, from memory where these very lines were drawn before."""
    lines = tuple(DayLine(d.day, bool(d.times), d.left, d.is_closed, d.opens_at) for d in page.days)
    days = Days(lines, page.number, page.has_next, page.first_free)
    return _draw(days, languages.chosen(), the_centre().zone.key)


@lru_cache(maxsize=256)
def _draw(page: Days, _language: str, _zone: str) -> Markup:
    macros = current_app.jinja_env.get_template("booking/_days.html").module
    drawn = macros.days(page=page, endpoint="booking.choose_time", here="booking.choose_day")  # type: ignore[attr-defined]
    return Markup(drawn)  # noqa: S704 - a template has escaped it
