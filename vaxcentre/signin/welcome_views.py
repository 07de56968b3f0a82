"""The one-time link, behind which a person chooses their password and six digits."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.rules.refusal import Refusal
from vaxcentre.signin import invitations, seating
from vaxcentre.signin.bp import bp
from vaxcentre.signin.forms import SetUpForm
from vaxcentre.web.access import public

WELCOME_COOKIE = "vaxcentre_welcome"
WELCOME_SECONDS = 3600
# Only offered, and only in the demo: nothing opens with them before somebody has agreed.
DEMO_PASSWORD, DEMO_CODE = "une journée au centre", "271828"


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
    """Choose the password and the six digits, once; that opens the desk.

    In the demo both are filled in already: they are one key away from any of its agents.
    """
    token = request.cookies.get(WELCOME_COOKIE, "")
    try:
        member = invitations.find(db.session(), token, now=clock.now()).staff_member
    except Refusal as refusal:
        return render_template("signin/no_welcome.html", refusal=refusal), 410
    form = SetUpForm(member)
    if form.validate_on_submit():
        chosen, desk = form.to_request(), seating.desk()
        with transaction() as writing:
            seat = invitations.accept(writing, token, chosen, desk=desk, now=clock.now())
        flash(_("Your password is set, and this desk is open."), "go")
        onward = seating.after_sign_in(seat, None)
        response = current_app.make_response(seating.seated(seat, desk, onward))
        response.delete_cookie(WELCOME_COOKIE, path=url_for(".set_up"))
        return response
    if request.method == "GET" and current_app.config["IS_DEMO"]:
        form.fill_in(password=DEMO_PASSWORD, code=DEMO_CODE)
    page = render_template("signin/set_up.html", form=form, member=member)
    return page, 422 if form.errors else 200, {"Referrer-Policy": "no-referrer"}
