"""Clinics: the week, what would be opened, opening it, one clinic's slots."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.office import clinic_page, clinic_service, closing_views, place_views
from vaxcentre.office.asked_day import asked_day
from vaxcentre.office.clinic_forms import ClinicForm
from vaxcentre.office.clinic_plan import Plan, make_plan
from vaxcentre.office.clinic_queries import (
    clinics_between,
    monday_of,
    overlaps,
)
from vaxcentre.office.clinic_refusals import BeyondDoses
from vaxcentre.office.dose_cover import covers
from vaxcentre.office.vaccine_queries import courses
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages, once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent, current_agent_id

bp = Blueprint("office_clinics", __name__, url_prefix="/office/clinics")
WEEK = timedelta(days=7)

place_views.route(bp)
closing_views.route(bp)


@bp.get("/")
@staff(*clinic_page.READERS)
def week() -> ResponseReturnValue:
    """Show the clinics of a week, and how full they are."""
    today = clock.today(the_centre().zone)
    monday = monday_of(asked_day(today))
    lines = clinics_between(db.session(), monday, monday + WEEK, clock.now())
    return render_template(
        "office/clinics.html",
        days={day: [line for line in lines if line.clinic.day == day] for day in _days(monday)},
        has_lines=bool(lines),
        monday=monday,
        today=today,
        may_change=current_agent().may(Role.MANAGER),
    )


def _days(monday: date) -> list[date]:
    return [monday + timedelta(days=n) for n in range(7)]


@bp.get("/new")
@staff(Role.MANAGER)
def new() -> ResponseReturnValue:
    """Ask for the days and hours of new clinics."""
    form = _form()
    if not form.first_day.data:
        form.first_day.data = asked_day(clock.today(the_centre().zone))
    return render_template("office/clinics_new.html", form=form, plan=None)


@bp.post("/new/preview")
@staff(Role.MANAGER)
def preview() -> ResponseReturnValue:
    """Show what would be opened; nothing is written."""
    form = _form()
    now, zone = clock.now(), the_centre().zone
    if form.validate():
        try:
            plan = make_plan(form.to_request(zone), zone=zone, now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _preview_page(form, plan)
    return render_template("office/clinics_new.html", form=form, plan=None), 422


def _preview_page(form: ClinicForm, plan: Plan) -> str:
    now, session = clock.now(), db.session()
    day = clock.local_day(now, the_centre().zone)
    fields = [name for name in form.data if name not in {"csrf_token", "beyond_reason"}]
    courses_of, days = plan.request.course_ids, plan.places_by_day
    found = covers(session, courses_of, days, day=day, now=now)
    form.beyond_reason.flags.optional = not any(cover.is_short for cover in found)
    return render_template(
        "office/clinics_new.html",
        form=form,
        plan=plan,
        covers=found,
        overlapping=overlaps(session, plan),
        carried=[(name, value) for name in fields for value in request.form.getlist(name)],
    )


@bp.post("/new/create")
@staff(Role.MANAGER)
def create() -> ResponseReturnValue:
    """Open the clinics that were shown; sent again, it leads to the first result."""
    form, key = _form(), request.form.get("once")
    now, zone, by_id = clock.now(), the_centre().zone, current_agent_id()
    if form.validate():
        try:
            ids: list[int] = []
            with transaction() as session:
                target = once.first_result(session, key)
                if target is None:
                    wanted = form.to_request(zone)
                    ids = clinic_service.open_clinics(
                        session, wanted, by_id=by_id, now=now, zone=zone
                    )
                    target = url_for(".week", day=wanted.first_day.isoformat())
                    once.keep_result(session, key, target, now=now)
        except BeyondDoses as refusal:
            form.refuse(refusal)
            plan = make_plan(form.to_request(zone), zone=zone, now=now)
            return _preview_page(form, plan), 422
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if ids:
                opened = ngettext("%(num)d clinic is open.", "%(num)d clinics are open.", len(ids))
                flash(opened, "go")
            return redirect(target)
    return render_template("office/clinics_new.html", form=form, plan=None), 422


@bp.get(f"/{clinic_page.ID}")
@staff(*clinic_page.READERS)
def clinic(clinic_id: int) -> ResponseReturnValue:
    """Show one clinic: its slots, and what can be changed."""
    return clinic_page.show(clinic_id)


def _form() -> ClinicForm:
    language = languages.chosen()
    form = ClinicForm()
    form.offer([(course.id, course.name(language)) for course in courses(db.session())])
    return form
