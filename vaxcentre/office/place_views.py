"""Change a clinic: when its booking opens, more places, fewer free ones."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy.orm import Session

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.office import clinic_page, clinic_service, place_service
from vaxcentre.office.clinic_forms import ChangeOpeningForm, PlacesForm, RemoveForm
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.fields import Form
from vaxcentre.web.signin import current_agent_id


def _days_later(day: date, days: int) -> date:
    """So many days after, or before where they are negative."""
    return day + timedelta(days=days)


def route(bp: Blueprint) -> None:
    """Put these actions under the clinics' address."""
    bp.add_app_template_filter(_days_later, "days_later")
    for view, tail in (
        (change_opening, "opening"),
        (add_places, "add-places"),
        (remove_places, "remove-places"),
    ):
        bp.add_url_rule(f"/{clinic_page.ID}/{tail}", view_func=view, methods=["POST"])


@staff(Role.MANAGER)
def change_opening(clinic_id: int) -> ResponseReturnValue:
    """Let booking open at another moment."""
    line = clinic_page.line_or_404(clinic_id)
    form = ChangeOpeningForm(prefix="opening")
    zone = the_centre().zone

    def write(session: Session, by_id: int) -> str:
        now = clock.now()
        changed = clinic_service.change_opening(
            session,
            clinic_id,
            form.opens_at(zone) or now,
            whole_series=form.whole_series.data,
            by_id=by_id,
            now=now,
        )
        return str(
            ngettext(
                "The opening of %(num)d clinic has been changed.",
                "The opening of %(num)d clinics has been changed.",
                changed,
            )
        )

    return _answer(line.clinic.id, form, write)


@staff(Role.MANAGER)
def add_places(clinic_id: int) -> ResponseReturnValue:
    """Open more places in some slots."""
    day = clinic_page.line_or_404(clinic_id).clinic.day
    form, zone = PlacesForm(prefix="add"), the_centre().zone

    def write(session: Session, by_id: int) -> str:
        wanted = form.to_request(clinic_id, day, zone)
        now = clock.now()
        today = clock.local_day(now, zone)
        added = place_service.add_places(session, wanted, by_id=by_id, now=now, day=today)
        return str(ngettext("%(num)d place added.", "%(num)d places added.", added))

    return _answer(clinic_id, form, write)


@staff(Role.MANAGER)
def remove_places(clinic_id: int) -> ResponseReturnValue:
    """Take free places away from some slots."""
    day = clinic_page.line_or_404(clinic_id).clinic.day
    form, zone = RemoveForm(prefix="remove"), the_centre().zone

    def write(session: Session, by_id: int) -> str:
        wanted = form.to_request(clinic_id, day, zone)
        removed = place_service.remove_places(session, wanted, by_id=by_id, now=clock.now())
        return str(ngettext("%(num)d free place removed.", "%(num)d free places removed.", removed))

    return _answer(clinic_id, form, write)


def _answer(
    clinic_id: int, form: Form, write: Callable[[Session, int], str]
) -> ResponseReturnValue:
    """Write and go back to the clinic; or show it again with what was typed."""
    if not form.validate():
        return clinic_page.show(clinic_id, wrong=form)
    by_id, key = current_agent_id(), request.form.get("once")
    here = url_for(".clinic", clinic_id=clinic_id)
    try:
        with transaction() as session:
            if once.first_result(session, key):
                return redirect(here)
            said = write(session, by_id)
            once.keep_result(session, key, here, now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return clinic_page.show(clinic_id, wrong=form)
    flash(said, "go")
    return redirect(here)
