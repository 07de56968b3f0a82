"""Cover the screen, and take the desk with six digits; nothing that was typed is lost."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.rules.refusal import Refusal
from vaxcentre.signin import kept, seating, service
from vaxcentre.signin.bp import bp
from vaxcentre.signin.forms import SwitchForm
from vaxcentre.web import signin
from vaxcentre.web.access import access_of, public
from vaxcentre.web.paths import own_address, page_of, row_number, safe_path
from vaxcentre.web.stations import home_of


@bp.post("/lock")
@public
def lock() -> ResponseReturnValue:
    """Cover the screen, keep what is half typed, and offer the desk to today's colleagues."""
    seat, page = signin.current_seat(), page_of(request.form.get("page") or "/")
    if seat is None:
        return redirect(url_for(".sign_in", next=page))
    # The page may have been drawn for a colleague who had the desk before, in another tab.
    typed = kept.read_typed(request.form.get("kept"), page)
    drawn_for = request.form.get("seat", type=row_number) or seat.session_id
    with transaction() as writing:
        service.lock(writing, seat.session_id, now=clock.now())
        if typed is not None:
            kept.keep(writing, drawn_for, seat.desk, typed, box=seating.sealing_box())
    return redirect(url_for(".locked", next=page))


@bp.route("/locked", methods=["GET", "POST"])
@public
def locked() -> ResponseReturnValue:
    """Who are you, and your six digits? A form that met the lock waits for its writer.

    Also called for a POST to any staff page while the desk is locked (web/signin.py).
    """
    desk, seat = seating.desk(), signin.current_seat()
    met_the_lock = request.endpoint != "signin.locked"
    if met_the_lock and seat:
        _keep_what_was_sent(seat)
        signin.forget_seat()
        seat = signin.current_seat()
    form = SwitchForm(formdata=None) if met_the_lock else SwitchForm()
    if request.method == "GET" or met_the_lock:
        form.next.data = page_of(
            own_address(request) if met_the_lock else safe_path(request.args.get("next"))
        )
        if seat and not seat.is_locked:
            return redirect(seating.onward(seat.agent, form.next.data))
    colleagues = service.agents_at_desk(db.session(), desk, now=clock.now())
    if not colleagues:
        if request.method == "POST":
            flash(_("Twelve hours have passed since the last sign-in at this desk."), "wait")
        return redirect(url_for(".sign_in", next=form.next.data))
    form.offer(colleagues)
    if not met_the_lock and form.validate_on_submit():
        answer = _switch(form, desk, seat.agent.id if seat else None)
        if answer is not None:
            return answer
    page = render_template("signin/locked.html", form=form, colleagues=colleagues)
    return page, 403 if met_the_lock else 422 if form.errors else 200


def _keep_what_was_sent(seat: signin.Seat) -> None:
    """Keep the form that met the lock; what cannot go on as it is goes back to its page."""
    action = own_address(request)
    lacks = any(request.form.get(name) for name in kept.SECRETS) or bool(request.files)
    form = kept.KeptForm(
        page=page_of(action),
        action=action,
        fields=kept.without_secrets(request.form.items(multi=True)),
        is_sent=not lacks,
    )
    with transaction() as writing:
        kept.keep(writing, seat.session_id, seat.desk, form, box=seating.sealing_box())


def _switch(form: SwitchForm, desk: str, before_id: int | None) -> ResponseReturnValue | None:
    """Compare the six digits; None when they are refused, with the sentence in the form."""
    shown = service.compare_code(db.session(), form.agent.data, form.code.data.replace(" ", ""))
    token = signin.next_token(form.agent.data, desk)
    with transaction() as writing:
        refusal = service.switch(
            writing, shown, desk=desk, token=token, address=seating.address(), now=clock.now()
        )
    if isinstance(refusal, Refusal):
        form.refuse(refusal)
        return None
    seat = signin.take_seat(token)
    seating.own_forms(seat)
    sent = _take_sent(seat) if seat.has_kept else None
    if sent is not None:
        home = home_of(signin.take_seat(token).agent)
        page = render_template("signin/go_on.html", sent=sent, home=home)
        return seating.seated(token, desk, page=page)
    target = form.next.data if before_id in (None, seat.agent.id) else None
    return seating.seated(
        token, desk, seating.onward(seat.agent, seating.where_it_waits(seat, target))
    )


def _take_sent(seat: signin.Seat) -> kept.KeptForm | None:
    with transaction() as writing:
        return kept.take_sent(writing, seat.session_id, box=seating.sealing_box())


@bp.before_app_request
def _bring_back() -> None:
    """What waits for this page goes back into its form, once, before the page reads anything."""
    is_page = request.method == "GET" and request.headers.get("Sec-Fetch-Dest") != "empty"
    if not is_page or not isinstance(access_of(request.endpoint or ""), frozenset):
        return
    seat, page = signin.current_seat(), own_address(request)
    if seat is None or not seat.has_kept or page not in seating.pages_waiting(seat):
        return
    session_id = seat.session_id
    with transaction() as writing:
        g.vaxcentre_kept = kept.take_typed(writing, session_id, page, box=seating.sealing_box())
    signin.forget_seat()


@bp.app_context_processor
def _kept() -> dict[str, Any]:
    return {"kept": g.get("vaxcentre_kept")}
