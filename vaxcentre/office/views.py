"""The office: its front page, the centre's card, and who did what."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.clinic import Centre
from vaxcentre.office import audit_queries, service, staff_queries
from vaxcentre.office.audit_words import action_words, page_words, subject_words
from vaxcentre.office.first_steps import steps
from vaxcentre.office.forms import CentreForm
from vaxcentre.office.front import doors_of
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import staff
from vaxcentre.web.centre import forget_centre, the_centre
from vaxcentre.web.signin import current_agent, current_agent_id

bp = Blueprint("office", __name__, url_prefix="/office")
FIRST_DAY = date(2020, 1, 1)


@bp.get("")
@staff(Role.MANAGER, Role.DOCTOR, Role.INSPECTOR)
def home() -> ResponseReturnValue:
    """The doors that this person may open; for the manager of a new centre, what is left to do."""
    agent, today = current_agent(), clock.today(the_centre().zone)
    left = steps(db.session(), today) if agent.may(Role.MANAGER) else []
    return render_template("office/home.html", doors=doors_of(agent), steps=left)


@bp.route("/centre", methods=["GET", "POST"])
@staff(Role.MANAGER)
def centre() -> ResponseReturnValue:
    """The centre's card."""
    form = CentreForm.about(db.session.scalars(select(Centre)).one())
    if form.validate_on_submit():
        by_id = current_agent_id()
        try:
            with transaction() as session:
                changed = service.change_centre(
                    session,
                    form.to_request(),
                    seen=form.seen.data or "",
                    by_id=by_id,
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            forget_centre()
            flash(_("The card is saved.") if changed else _("Nothing was to be changed."), "go")
            for doubt in form.doubts:
                flash(doubt, "wait")
            return redirect(url_for(".centre"))
    return render_template("office/centre.html", form=form), 422 if form.errors else 200


@bp.get("/audit")
@staff(Role.MANAGER, Role.INSPECTOR)
def audit() -> ResponseReturnValue:
    """Who did what on a day, or who looked at whom."""
    day, zone = _day(request.args.get("day")), the_centre().zone
    begins_at, ends_at = clock.day_bounds(day, zone)
    asked = audit_queries.Asked(
        begins_at,
        ends_at,
        _number(request.args.get("agent"), 2_147_483_647),
        _number(request.args.get("page"), 10_000) or 1,
    )
    is_looks = request.args.get("show") == "looks"
    found: tuple[list[Any], bool] = (
        audit_queries.looks(db.session(), asked)
        if is_looks
        else audit_queries.changes(db.session(), asked)
    )
    return render_template(
        "office/audit.html",
        rows=found[0],
        has_more=found[1],
        asked=asked,
        day=day,
        today=clock.today(zone),
        is_looks=is_looks,
        names_shown=current_agent().may(Role.INSPECTOR),
        people=staff_queries.everybody(db.session()),
        day_before=day - timedelta(days=1) if day > FIRST_DAY else None,
        action_words=action_words,
        subject_words=subject_words,
        page_words=page_words,
    )


def _day(text: str | None) -> date:
    """The day that was asked for; today where it cannot be one."""
    today = clock.today(the_centre().zone)
    try:
        day = datetime.strptime(text or "", "%Y-%m-%d").date()  # noqa: DTZ007 - a local day
    except ValueError:
        return today
    return min(max(day, FIRST_DAY), today)


def _number(text: str | None, most: int) -> int | None:
    """A number from an address, which a hand may have changed; None where it cannot be one."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    return min(int(text), most) or None
