"""Sign in, say where one works, sign out."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.signin import lock_views, seating, service, welcome_views
from vaxcentre.signin.bp import bp
from vaxcentre.signin.forms import SignInForm, StationForm
from vaxcentre.web import signin
from vaxcentre.web.access import EVERYONE_HERE, public, staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paths import safe_path
from vaxcentre.web.stations import home_of

__all__ = ["bp", "lock_views", "welcome_views"]


@bp.record
def _front_door(state: BlueprintSetupState) -> None:
    """On the staff's own port the first page is their door."""
    if state.app.config["SERVES"] == "staff":
        state.add_url_rule("/", endpoint="front", view_func=door)


@bp.get("/staff")
@public
def door() -> ResponseReturnValue:
    """To one's own work, or to the sign-in page."""
    seat = signin.current_seat()
    return redirect(home_of(seat.agent) if seat else url_for(".sign_in"))


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """A name and a password open the desk."""
    form, seat = SignInForm(), signin.current_seat()
    if request.method == "GET":
        form.next.data = safe_path(request.args.get("next"))
        if seat and not seat.is_locked and "next" in request.args:
            # Sent here at the instant when the desk was being taken over: it has been, go on.
            return redirect(seating.onward(seat.agent, form.next.data))
    desk = seating.desk()
    if form.validate_on_submit():
        shown = service.compare_password(db.session(), form.login.data, form.password.data)
        with transaction() as writing:
            found = service.sign_in(
                writing, shown, desk=desk, address=seating.address(), now=clock.now()
            )
        if isinstance(found, str):
            return seating.seated(found, desk, seating.after_sign_in(found, form.next.data))
        form.refuse(found)
    others = service.agents_at_desk(db.session(), desk, now=clock.now())
    page = render_template("signin/sign_in.html", form=form, others=others)
    return page, 422 if form.errors else 200


@bp.route("/station", methods=["GET", "POST"])
@staff(*EVERYONE_HERE)
def station() -> ResponseReturnValue:
    """Where one works now: which box, which desk."""
    seat = signin.current_seat()
    assert seat is not None
    form = StationForm(box=seat.box or 0, station=seat.station, next=request.args.get("next"))
    form.offer(the_centre().box_count)
    has_box = seat.agent.may(*seating.IN_A_BOX)
    if form.validate_on_submit():
        by_id, onward = seat.agent.id, seating.onward(seat.agent, form.next.data)
        with transaction() as writing:
            service.choose_station(
                writing,
                seat.session_id,
                form.station.data or None,
                (form.box.data or None) if has_box else None,
                by_id=by_id,
                now=clock.now(),
            )
        return redirect(onward)
    page = render_template("signin/station.html", form=form, has_box=has_box)
    return page, 422 if form.errors else 200


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Leave the desk; a locked one too."""
    seat = signin.current_seat()
    if seat is not None:
        session_id, by_id = seat.session_id, seat.agent.id
        with transaction() as writing:
            service.sign_out(writing, session_id, by_id=by_id, now=clock.now())
    session.clear()
    signin.forget_seat()
    flash(_("You are signed out."), "go")
    response = current_app.make_response(redirect(url_for(".sign_in")))
    signin.clear_seat_cookie(response)
    return response
