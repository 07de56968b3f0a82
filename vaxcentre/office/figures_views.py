"""The day and the week in figures, as a chart, a table and CSV: counts only."""

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.office.asked_day import asked_day
from vaxcentre.office.clinic_queries import monday_of
from vaxcentre.office.figures_queries import (
    DayFigures,
    Period,
    by_hour,
    doses_left,
    figures_by_day,
)
from vaxcentre.rules.vocabulary import NoInjectionReason, Role
from vaxcentre.web import languages, words
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.csv_file import csv_answer, percent

bp = Blueprint("office_figures", __name__, url_prefix="/office/figures")
READERS = (Role.MANAGER, Role.INSPECTOR)
ONE_DAY = timedelta(days=1)


@bp.get("/")
@staff(*READERS)
def day() -> ResponseReturnValue:
    """Show one day."""
    today = clock.today(the_centre().zone)
    asked = asked_day(today)
    period = _period(asked, asked + ONE_DAY)
    return render_template(
        "office/figures_day.html",
        asked=asked,
        today=today,
        before=asked - ONE_DAY,
        after=asked + ONE_DAY,
        figures=figures_by_day(db.session(), period)[asked],
        hours=by_hour(db.session(), period),
        lots=doses_left(db.session(), _end_of(period)),
    )


@bp.get("/week")
@staff(*READERS)
def week() -> ResponseReturnValue:
    """Show a week, done against places."""
    monday = monday_of(asked_day(clock.today(the_centre().zone)))
    days = _days_of_week(monday)
    return render_template(
        "office/figures_week.html",
        monday=monday,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        days=[(on, format_date(on, "EEE d"), counted) for on, counted in days.items()],
        total=sum(days.values(), DayFigures()),
        percent=percent,
    )


@bp.get("/day.csv")
@staff(*READERS)
def day_csv() -> Response:
    """The hours of a day as a file."""
    asked = asked_day(clock.today(the_centre().zone))
    columns = [_("day (DD/MM/YYYY)"), _("hour"), _("booked"), _("arrived"), _("vaccinated")]
    rows = [
        (
            asked + ONE_DAY * (hour.since_midnight // 24),
            f"{hour.hour:02d}:00",
            hour.booked,
            hour.arrived,
            hour.vaccinated,
        )
        for hour in by_hour(db.session(), _period(asked, asked + ONE_DAY))
    ]
    return csv_answer(f"{_('hours')}-{asked.isoformat()}", columns, rows)


@bp.get("/week.csv")
@staff(*READERS)
def week_csv() -> Response:
    """The days of a week as a file."""
    monday = monday_of(asked_day(clock.today(the_centre().zone)))
    columns = [
        _("day (DD/MM/YYYY)"),
        _("places"),
        _("booked"),
        _("arrived"),
        _("vaccinated"),
        _("injections"),
        _("missed"),
        _("cancelled"),
        _("vaccinated, percent of places"),
        *(f"{_('not vaccinated')}: {words.word(reason)}" for reason in NoInjectionReason),
    ]
    rows = [_row(on, counted) for on, counted in _days_of_week(monday).items()]
    return csv_answer(f"{_('week')}-{monday.isoformat()}", columns, rows)


@bp.get("/doses.csv")
@staff(*READERS)
def doses_csv() -> Response:
    """The doses left at the end of a day as a file."""
    asked = asked_day(clock.today(the_centre().zone))
    language = languages.chosen()
    columns = [
        _("day (DD/MM/YYYY)"),
        _("vaccination"),
        _("vaccine"),
        _("lot"),
        _("expiry (DD/MM/YYYY)"),
        _("doses"),
    ]
    left = doses_left(db.session(), _end_of(_period(asked, asked + ONE_DAY)))
    rows = [
        (
            asked,
            lot.course.name(language),
            lot.vaccine_name,
            lot.lot_number,
            lot.expires_on,
            lot.doses,
        )
        for lot in left
    ]
    return csv_answer(f"{_('doses')}-{asked.isoformat()}", columns, rows)


def _row(on: date, counted: DayFigures) -> tuple[object, ...]:
    return (
        on,
        counted.places,
        counted.booked,
        counted.arrived,
        counted.vaccinated,
        counted.injections,
        counted.missed,
        counted.cancelled,
        percent(counted.vaccinated, counted.places),
        *(counted.not_vaccinated.get(reason, 0) for reason in NoInjectionReason),
    )


def _days_of_week(monday: date) -> dict[date, DayFigures]:
    return figures_by_day(db.session(), _period(monday, monday + timedelta(days=7)))


def _period(first: date, end: date) -> Period:
    zone = the_centre().zone
    first_at, _midnight = clock.day_bounds(first, zone)
    end_at, _midnight = clock.day_bounds(end, zone)
    return Period(first_at, end_at, first, end, clock.now(), zone)


def _end_of(period: Period) -> datetime:
    """The end of the day, or this moment where the day is still running."""
    return min(period.end_at, period.now + timedelta(microseconds=1))
