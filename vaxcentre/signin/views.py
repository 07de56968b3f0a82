"""Sign in, lock, switch, sign out; the one-time link."""

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.signin import invitations, service
from vaxcentre.signin.forms import SetUpForm, SignInForm, StationForm, SwitchForm
from vaxcentre.web import signin
from vaxcentre.web.access import EVERYONE_HERE, public, staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paths import own_address, safe_path
from vaxcentre.web.stations import home_of

bp = Blueprint("signin", __name__)
WELCOME_COOKIE = "vaxcentre_welcome"
WELCOME_SECONDS = 3600
AT_A_DESK = (Role.RECEPTION, Role.OPERATOR)
IN_A_BOX = (Role.NURSE, Role.DOCTOR)


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
    form = SignInForm()
    if request.method == "GET":
        form.next.data = safe_path(request.args.get("next"))
    desk = _desk()
    if form.validate_on_submit():
        shown = service.compare_password(db.session(), form.login.data, form.password.data)
        with transaction() as writing:
            found = service.sign_in(writing, shown, desk=desk, address=_address(), now=clock.now())
        if isinstance(found, str):
            return _seated(found, desk, redirect_to=_after_sign_in(found, form.next.data))
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
    has_box = seat.agent.may(*IN_A_BOX)
    if form.validate_on_submit():
        by_id, onward = seat.agent.id, _onward(seat.agent, form.next.data)
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


@bp.post("/lock")
@public
def lock() -> ResponseReturnValue:
    """Cover the screen, and offer the desk to today's colleagues."""
    seat = signin.current_seat()
    if seat is None:
        return redirect(url_for(".sign_in"))
    with transaction() as writing:
        service.lock(writing, seat.session_id, now=clock.now())
    return redirect(url_for(".locked", next=_came_from()))


@bp.route("/locked", methods=["GET", "POST"])
@public
def locked() -> ResponseReturnValue:
    """Who are you, and your six digits? A form that met the lock waits here and goes on.

    Also called for a POST to any staff page while the desk is locked (web/signin.py).
    """
    desk, seat = _desk(), signin.current_seat()
    met_the_lock = request.endpoint != "signin.locked"
    colleagues = service.agents_at_desk(db.session(), desk, now=clock.now())
    form = SwitchForm(formdata=None) if met_the_lock else SwitchForm()
    if request.method == "GET" or met_the_lock:
        form.next.data = (
            own_address(request) if met_the_lock else safe_path(request.args.get("next"))
        )
        form.keep(list(request.form.items(multi=True)))
        if seat and not seat.is_locked:
            return redirect(_onward(seat.agent, form.next.data))
    if not colleagues:
        return redirect(url_for(".sign_in", next=form.next.data))
    form.offer(colleagues)
    if not met_the_lock and form.validate_on_submit():
        answer = _switch(form, desk, seat.agent.id if seat else None)
        if answer is not None:
            return answer
    page = render_template("signin/locked.html", form=form, colleagues=colleagues)
    return page, 403 if met_the_lock else 422 if form.errors else 200


def _switch(form: SwitchForm, desk: str, before_id: int | None) -> ResponseReturnValue | None:
    """Compare the six digits; None when they are refused, with the sentence in the form."""
    shown = service.compare_code(db.session(), form.agent.data, form.code.data.replace(" ", ""))
    with transaction() as writing:
        found = service.switch(writing, shown, desk=desk, address=_address(), now=clock.now())
    if isinstance(found, Refusal):
        form.refuse(found)
        return None
    member = signin.take_seat(found).agent
    is_same = before_id in (None, member.id)
    if not form.kept_fields:
        return _seated(found, desk, _onward(member, form.next.data if is_same else None))
    page = render_template(
        "signin/go_on.html",
        action=safe_path(form.next.data),
        fields=form.kept_fields,
        is_same=is_same,
        home=home_of(member),
    )
    return _seated(found, desk, page=page)


@bp.get("/welcome/<token>")
@public
def welcome(token: str) -> ResponseReturnValue:
    """Take the one-time token out of the address at once, before anything is shown."""
    response = current_app.make_response(redirect(url_for(".set_up")))
    # Lax: the link is opened from a message or a sheet of paper, not from a page of ours.
    response.set_cookie(
        WELCOME_COOKIE,
        token[:100],
        max_age=WELCOME_SECONDS,
        path=url_for(".set_up"),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.route("/welcome", methods=["GET", "POST"])
@public
def set_up() -> ResponseReturnValue:
    """Choose the password and the six digits, once."""
    token = request.cookies.get(WELCOME_COOKIE, "")
    try:
        member = invitations.find(db.session(), token, now=clock.now()).staff_member
    except Refusal as refusal:
        return render_template("signin/no_welcome.html", refusal=refusal), 410
    form = SetUpForm(member)
    if form.validate_on_submit():
        chosen = form.to_request()
        with transaction() as writing:
            invitations.accept(writing, token, chosen, now=clock.now())
        flash(_("Your password is set. Sign in with it now."), "go")
        response = current_app.make_response(redirect(url_for(".sign_in")))
        response.delete_cookie(WELCOME_COOKIE, path=url_for(".set_up"))
        return response
    page = render_template("signin/set_up.html", form=form, member=member)
    return page, 422 if form.errors else 200, {"Referrer-Policy": "no-referrer"}


def _came_from() -> str | None:
    """The page whose button was pressed: our pages tell it to us, and to nobody else."""
    parts = urlsplit(request.referrer or "")
    return parts._replace(scheme="", netloc="", fragment="").geturl() or None


def _desk() -> str:
    """This browser's name among the desks; a new one where it has none yet."""
    return request.cookies.get(signin.DESK_COOKIE, "")[:64] or signin.new_token()


def _address() -> str:
    return request.remote_addr or ""


def _onward(member: StaffMember, target: str | None) -> str:
    """Back to where one was, else to one's own work."""
    path = safe_path(target)
    at_the_door = path == "/" or urlsplit(path).path in {
        url_for(".sign_in"),
        url_for(".locked"),
        url_for(".door"),
    }
    return home_of(member) if at_the_door else path


def _after_sign_in(token: str, target: str | None) -> str:
    """First the box or the desk, where the work has one and this desk does not know it yet."""
    seat = signin.take_seat(token)
    if seat.station is None and seat.agent.may(*AT_A_DESK, *IN_A_BOX):
        return url_for(".station", next=safe_path(target))
    return _onward(seat.agent, target)


def _seated(
    token: str, desk: str, redirect_to: str | None = None, *, page: str = ""
) -> ResponseReturnValue:
    """Hand the browser its new token and its desk's name, with the page or the way on."""
    response = current_app.make_response(redirect(redirect_to) if redirect_to else page)
    signin.set_seat_cookie(response, token)
    signin.set_desk_cookie(response, desk)
    return response
