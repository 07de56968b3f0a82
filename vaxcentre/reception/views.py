"""Reception's one page: the day, the search field, arrived, undone."""

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.reception import (
    display_views,
    identity_views,
    move_views,
    person_views,
    search,
    service,
    walkin_views,
)
from vaxcentre.reception.blueprint import DESK, READERS, bp
from vaxcentre.reception.forms import IdentityForm
from vaxcentre.reception.pages import (
    asked_for,
    board,
    day_page,
    found_page,
    hit_of,
    panel_of,
)
from vaxcentre.reception.panel import unknown
from vaxcentre.reception.today import replaced_by
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.scan_text import LONGEST_SCAN
from vaxcentre.web import errors, once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import date_and_time
from vaxcentre.web.signin import current_agent_id

# Each file of pages hangs its own on the blueprint when it is imported.
PAGES = (display_views, identity_views, move_views, person_views, walkin_views)

__all__ = ["PAGES", "bp"]


@bp.get("/reception/")
@staff(*READERS)
def today() -> ResponseReturnValue:
    """Show the day, and the person whom a link names by number."""
    hit = asked_for()
    undone = _("The arrival was undone.") if "undone" in request.args else ""
    return day_page(panel=panel_of(hit) if hit else None, note=undone)


@bp.get("/reception/list")
@staff(*READERS)
def day_list() -> ResponseReturnValue:
    """Answer the page that keeps itself up to date; nothing where nothing has changed."""
    shown = board()
    answer = make_response()
    answer.set_etag(shown.etag, weak=True)
    answer.make_conditional(request)
    if answer.status_code != 304:
        answer.set_data(render_template("reception/_board.html", board=shown))
    return answer


@bp.post("/reception/")
@staff(*READERS)
def find() -> ResponseReturnValue:
    """Search: one person is shown at once, several as a list, nobody with what to do."""
    # Not through a form: tidying would take the separators out of a scan.
    text = request.form.get("q", "").strip(" \t\r\n")
    if len(text) > LONGEST_SCAN:
        return day_page(sentence=_("This is too long to be a name or a scan.")), 422
    if not text:
        return redirect(url_for("reception.today"))
    day, demo = clock.today(the_centre().zone), current_app.config["IS_DEMO"]
    try:
        found = search.find(db.session(), text, day=day, now=clock.now(), demo=demo)
    except Refusal as refusal:
        return day_page(sentence=errors.say(refusal)), 422
    if found.only:
        return day_page(panel=panel_of(found.only))
    return (
        day_page(found=found, asked=text) if found.hits else day_page(panel=unknown(), asked=text)
    )


@bp.post("/reception/letters")
@staff(*READERS)
def letters() -> ResponseReturnValue:
    """Answer the field that is being typed in: who begins so, for the arrows; or nothing."""
    text = request.form.get("q", "").strip()
    if not 1 < len(text) <= LONGEST_SCAN:
        return ""
    day, demo = clock.today(the_centre().zone), current_app.config["IS_DEMO"]
    try:
        found = search.find(db.session(), text, day=day, now=clock.now(), demo=demo)
    except Refusal:
        return "", 422  # half a birth date, so far: the list stays as it is
    return found_page(found) if found.hits else ""


@bp.post("/reception/appointments/<int:appointment_id>/check-in")
@staff(*DESK)
def check_in(appointment_id: int) -> ResponseReturnValue:
    """Arrived: the document that was seen, and the next number."""
    form = IdentityForm()
    if not form.validate():
        return _refused(appointment_id, form), 422
    key = request.form.get("once")
    try:
        with transaction() as session:
            target = once.first_result(session, key)
            if target is None:
                visit = service.check_in(
                    session,
                    appointment_id,
                    form.to_request(),
                    by_id=current_agent_id(),
                    now=clock.now(),
                    day=clock.today(the_centre().zone),
                )
                target = url_for("reception.today", visit=visit.id)
                once.keep_result(session, key, target, now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _refused(appointment_id, form), 409
    return redirect(target)


@bp.post("/reception/visits/<int:visit_id>/undo")
@staff(*DESK)
def undo_check_in(visit_id: int) -> ResponseReturnValue:
    """The wrong person was noted: take the arrival back."""
    with transaction() as session:
        visit = service.undo_check_in(session, visit_id, by_id=current_agent_id(), now=clock.now())
        replaced = replaced_by(session, visit)
        target = url_for("reception.today", appointment=visit.appointment_id, undone=1)
    if replaced is not None:
        sentence = _(
            "The appointment of %(when)s, for which this walk-in stood, stays cancelled: "
            "move the one of today.",
            when=date_and_time(replaced),
        )
        flash(sentence, "wait")
    return redirect(target)


def _refused(appointment_id: int, form: IdentityForm) -> str:
    """The same page with the person as they stand now, and the sentence on top."""
    hit = hit_of(appointment_id)
    return day_page(panel=panel_of(hit) if hit else None, form=form)
