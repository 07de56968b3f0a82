"""Coming back: open an appointment by link or reference, move it, cancel it."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from vaxcentre import clock
from vaxcentre.booking import link, queries, service
from vaxcentre.booking.blueprint import bp
from vaxcentre.booking.find import find
from vaxcentre.booking.forms import FindForm
from vaxcentre.booking.paper_views import own_cards
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import TooManyTries
from vaxcentre.booking.steps import page_of_others
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors, filters
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre
from vaxcentre.web.typed import put_back
from vaxcentre.web.visitor import address_mark, subject_mark


@bp.after_request
def keep_the_address_to_ourselves(response: Response) -> Response:
    """No page of an appointment tells another site where it was opened."""
    if request.path.startswith("/rv"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.route("/find", methods=["GET", "POST"])
@public
def find_appointment() -> ResponseReturnValue:
    """Reference and birth date: enough to come back."""
    form = FindForm()
    put_back(form)
    status = 200
    if form.validate_on_submit():
        now = clock.now()
        birth_on = form.birth_on(clock.local_day(now, the_centre().zone))
        if birth_on is not None:
            reference = form.read_reference()
            with transaction() as session:
                found = find(
                    session,
                    reference,
                    birth_on,
                    address=address_mark(),
                    subject=subject_mark(reference),
                    now=now,
                )
            if not isinstance(found, Refusal):
                return link.remember(redirect(url_for("booking.own_appointment")), *found)
            form.refuse(found)
            status = 429 if isinstance(found, TooManyTries) else 422
    if form.errors and status == 200:
        status = 422
    return render_template("booking/find.html", form=form), status


@bp.get("/rv/<token>")
@public
def open_link(token: str) -> ResponseReturnValue:
    """Move the secret of a link into a cookie at once: no history, no screenshot, no referrer."""
    appointment_id = link.appointment_of_token(token)
    if appointment_id is None:
        return render_template("booking/not_found.html"), 404
    response = redirect(url_for("booking.own_appointment"))
    response.set_cookie(
        link.COOKIE,
        token,
        max_age=link.KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


@bp.get("/rv")
@public
def own_appointment() -> ResponseReturnValue:
    """The appointment of this visitor: booked, cancelled or past, and what can be done."""
    own = link.appointment_of_this_visitor()
    if own is None:
        return redirect(url_for("booking.find_appointment"))
    session, now, cards = db.session(), clock.now(), own_cards()
    coming = queries.next_to_come(cards, now)
    given = queries.vaccinated(session, [card.id for card in cards])
    return render_template(
        "booking/own.html",
        cards=cards,
        coming=coming,
        given=given,
        answered_at=queries.answered_at(session, coming.id) if coming else None,
        questions_url=page_of_others("questionnaire.answer") if coming else None,
        paper_url=page_of_others("papers.mine") if given else None,
    )


@bp.route("/rv/cancel/<int:number>", methods=["GET", "POST"])
@public
def cancel_appointment(number: int) -> ResponseReturnValue:
    """Cancel with one tap; of a pair, the first asks once about both."""
    now = clock.now()
    card, others = one_of_pair(number)
    follows = any(other.starts_at > card.starts_at for other in others)
    if request.method == "GET":
        return render_template("booking/cancel.html", card=card, follows=follows, number=number)
    if follows and request.form.get("both") not in {"yes", "no"}:
        return render_template("booking/cancel.html", card=card, follows=follows, number=number)
    both = request.form.get("both") == "yes"
    try:
        with transaction() as session:
            service.cancel(session, card.id, by_id=None, now=now, also_pair=both)
    except Refusal as refusal:
        flash(errors.say(refusal), "stop")
    else:
        flash(_cancelled(card, both=both), "go")
    return redirect(url_for("booking.own_appointment"))


def _cancelled(card: AppointmentCard, *, both: bool) -> str:
    who, when = card.given_name, filters.date_and_time(card.starts_at)
    if both:
        return str(
            _("%(who)s: both appointments are cancelled. The places are free again.", who=who)
        )
    return str(
        _(
            "%(who)s: the appointment of %(when)s is cancelled. The place is free again.",
            who=who,
            when=when,
        )
    )


def one_of_pair(number: int) -> tuple[AppointmentCard, list[AppointmentCard]]:
    """The first or second appointment of this visitor, and the other live ones of its pair."""
    cards = own_cards()
    if not 1 <= number <= len(cards):
        abort(404)
    card = cards[number - 1]
    others = [other for other in cards if other.id != card.id and other.cancelled_at is None]
    return card, others


@bp.post("/rv/leave")
@public
def leave() -> ResponseReturnValue:
    """Close the appointment on a computer that others use."""
    flash(_("This computer no longer shows your appointment."), "go")
    return link.forget(redirect(url_for("booking.front")))
