"""Staff accounts: create, roles, disable, reset."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember
from vaxcentre.office import staff_queries, staff_service
from vaxcentre.office.staff_forms import StaffForm
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.signin import current_agent_id

bp = Blueprint("office_staff", __name__, url_prefix="/office/staff")
ID = "<int(max=2147483647):staff_id>"


@bp.get("")
@staff(Role.MANAGER)
def people() -> ResponseReturnValue:
    """Everybody who has an account."""
    found, now = staff_queries.everybody(db.session()), clock.now()
    waiting = {
        member.id: staff_queries.waiting_link(db.session(), member.id, now=now)
        for member in found
        if member.password_hash is None
    }
    return render_template("office/staff.html", people=found, waiting=waiting)


@bp.route("/new", methods=["GET", "POST"])
@staff(Role.MANAGER)
def new() -> ResponseReturnValue:
    """Open an account, and show its one-time link, this once."""
    form = StaffForm()
    if form.validate_on_submit():
        try:
            return _create(form)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("office/staff_new.html", form=form), 422 if form.errors else 200


def _create(form: StaffForm) -> ResponseReturnValue:
    by_id, key, now = current_agent_id(), request.form.get("once"), clock.now()
    with transaction() as session:
        first = once.first_result(session, key)
        if first:
            flash(_("This account exists already. Its link was shown once: make a new one here."))
            return redirect(first)
        proposed = staff_queries.propose_short_name(
            session, form.given_name.data, form.family_name.data
        )
        member, token = staff_service.create(
            session, form.to_request(proposed), by_id=by_id, now=now
        )
        staff_id = member.id
        once.keep_result(session, key, url_for(".member", staff_id=staff_id), now=now)
    for doubt in form.doubts:
        flash(doubt, "wait")
    return _show_link(staff_id, token)


@bp.route(f"/{ID}", methods=["GET", "POST"])
@staff(Role.MANAGER)
def member(staff_id: int) -> ResponseReturnValue:
    """One account: its details and roles."""
    found = _find(staff_id)
    form = StaffForm.about(found)
    if form.validate_on_submit():
        by_id, short_name = current_agent_id(), found.short_name
        try:
            with transaction() as session:
                staff_service.change(
                    session, staff_id, form.to_request(short_name), by_id=by_id, now=clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The account has been changed."), "go")
            for doubt in form.doubts:
                flash(doubt, "wait")
            return redirect(url_for(".member", staff_id=staff_id))
    page = render_template(
        "office/staff_member.html",
        form=form,
        member=_find(staff_id),
        waiting=staff_queries.waiting_link(db.session(), staff_id, now=clock.now()),
    )
    return page, 422 if form.errors else 200


@bp.post(f"/{ID}/link")
@staff(Role.MANAGER)
def invite(staff_id: int) -> ResponseReturnValue:
    """Make a new one-time link, and show it, this once."""
    _find(staff_id)
    by_id = current_agent_id()
    with transaction() as session:
        token = staff_service.invite(session, staff_id, by_id=by_id, now=clock.now())
    return _show_link(staff_id, token)


@bp.post(f"/{ID}/disable")
@staff(Role.MANAGER)
def disable(staff_id: int) -> ResponseReturnValue:
    """Close an account, at once and at every desk."""
    _find(staff_id)
    by_id = current_agent_id()
    with transaction() as session:
        staff_service.disable(session, staff_id, by_id=by_id, now=clock.now())
    flash(_("The account is closed, at every desk."), "go")
    return redirect(url_for(".member", staff_id=staff_id))


@bp.post(f"/{ID}/enable")
@staff(Role.MANAGER)
def enable(staff_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    _find(staff_id)
    by_id = current_agent_id()
    with transaction() as session:
        staff_service.enable(session, staff_id, by_id=by_id, now=clock.now())
    flash(_("The account is open again, with the same password and roles."), "go")
    return redirect(url_for(".member", staff_id=staff_id))


def _find(staff_id: int) -> StaffMember:
    return db.session.get(StaffMember, staff_id) or abort(404)


def _show_link(staff_id: int, token: str) -> ResponseReturnValue:
    """The link stands on this page only: the database keeps its hash."""
    found = _find(staff_id)
    return render_template(
        "office/staff_link.html",
        member=found,
        link=url_for("signin.welcome", token=token, _external=True),
        until=staff_queries.waiting_link(db.session(), staff_id, now=clock.now()),
    )
