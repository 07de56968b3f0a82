"""One clinic's page, as several views show it again."""

from datetime import date
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.models.clinic import Clinic
from vaxcentre.office.call_queries import booked_on
from vaxcentre.office.clinic_forms import (
    LATER,
    NOW,
    ChangeOpeningForm,
    HoursForm,
    PlacesForm,
    RemoveForm,
    ReopenForm,
    SettleForm,
)
from vaxcentre.office.clinic_queries import (
    ClinicLine,
    clinic_line,
    clinics_in_series,
    free_by_day,
    slots_of,
)
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import filters
from vaxcentre.web.fields import Form
from vaxcentre.web.signin import current_agent

ID = "<int(max=2147483647):clinic_id>"
READERS = (Role.MANAGER, Role.DOCTOR, Role.INSPECTOR)


def line_or_404(clinic_id: int) -> ClinicLine:
    """The clinic of the address, or no such page."""
    return clinic_line(db.session(), clinic_id, clock.now()) or abort(404)


def show(clinic_id: int, *, wrong: Form | None = None) -> ResponseReturnValue:
    """Draw the page; `wrong` is the form that was sent and could not be followed."""
    line = line_or_404(clinic_id)
    may_change = current_agent().may(Role.MANAGER)
    page = render_template(
        "office/clinics_one.html",
        form=wrong,
        line=line,
        clinic=line.clinic,
        slots=slots_of(db.session(), clinic_id, clock.now()),
        in_series=clinics_in_series(db.session(), line.clinic),
        stranded=booked_on(db.session(), clinic_id) if _shows_stranded(line, may_change) else [],
        may_change=may_change,
        **_forms(line, wrong),
    )
    return page, 422 if wrong is not None else 200


def _shows_stranded(line: ClinicLine, may_change: bool) -> bool:
    return may_change and line.clinic.closed_at is not None


def _forms(line: ClinicLine, wrong: Form | None) -> dict[str, Form]:
    """The small forms of the page; the one that was sent keeps what was typed."""
    forms: dict[str, Form] = {
        "opening": opening_form(line.clinic),
        "add": hours_form(PlacesForm, line.clinic, prefix="add"),
        "remove": hours_form(RemoveForm, line.clinic, prefix="remove"),
        "settle": settle_form(line),
        "again": ReopenForm(prefix="reopen", formdata=None),
    }
    return {name: wrong if type(wrong) is type(form) else form for name, form in forms.items()}


def opening_form(clinic: Clinic) -> ChangeOpeningForm:
    """The moment of opening as it stands."""
    local = filters.local(clinic.opens_at)
    is_later = clinic.opens_at > clock.now()
    values: dict[str, Any] = {"opens": LATER if is_later else NOW}
    if is_later:
        values |= {"opens_on": local.date(), "opens_hour": local.time()}
    return ChangeOpeningForm(data=values, prefix="opening")


def hours_form(kind: type[HoursForm], clinic: Clinic, *, prefix: str = "") -> HoursForm:
    """A form between two hours, filled with the clinic's own."""
    hours = {
        "from_hour": filters.local(clinic.starts_at).time(),
        "until_hour": filters.local(clinic.ends_at).time(),
    }
    return kind(data=hours, prefix=prefix)


def settle_form(line: ClinicLine) -> SettleForm:
    """Where those go who are still booked on a closed clinic."""
    form = SettleForm(prefix="settle")
    form.offer(target_days(line))
    return form


def target_days(line: ClinicLine) -> list[tuple[str, str]]:
    """The days with free places for the same vaccinations, in words."""
    found = free_by_day(
        db.session(),
        [course.id for course in line.courses],
        without=line.clinic.id,
        now=clock.now(),
    )
    return [(day.isoformat(), _day_words(day, free)) for day, free in found]


def _day_words(day: date, free: int) -> str:
    return str(
        ngettext(
            "%(day)s, %(num)d free place",
            "%(day)s, %(num)d free places",
            free,
            day=filters.day(day),
        )
    )
