"""The operator's one screen: who calls, what they have, three times on three keys, confirm."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from vaxcentre.booking.queries import appointment_cards
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.phone import call_back_views, cancel_views, move_views, queries
from vaxcentre.phone.blueprint import CALLS, bp
from vaxcentre.phone.caller import choose_caller
from vaxcentre.phone.confirm import confirm
from vaxcentre.phone.forms import CallForm, numbers
from vaxcentre.phone.screen import (
    Screen,
    draw,
    note_read,
    offer_courses,
    screen_of,
    screen_without_times,
)
from vaxcentre.phone.steps import STEPS, let_go, look_up
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.access import staff

# Each file of pages hangs its own on the blueprint when it is imported.
PAGES = (call_back_views, cancel_views, move_views)

__all__ = ["PAGES", "bp"]


@bp.get("/")
@staff(*CALLS)
def desk() -> ResponseReturnValue:
    """Begin a call, or read back what was just booked."""
    same = next(iter(numbers(request.args.get("same"))), None)
    booked = numbers(request.args.get("booked"))
    note_read(queries.patients_of(db.session(), [*booked, *([same] if same else [])]))
    form = CallForm(formdata=None, data=_beside(same))
    return draw(form, Screen(booked=appointment_cards(db.session(), booked)))


@bp.post("/")
@staff(*CALLS)
def work() -> ResponseReturnValue:
    """One step of the call: look up, choose a time, add a second person, confirm."""
    form = CallForm()
    if "clear" in request.form:
        return _clear(form)
    offer_courses(form)
    if not form.validate() or not choose_caller(form):
        # Who only asks about an appointment is found before a vaccination is named.
        return draw(form, screen_without_times(form)), 422
    step = next((step for name, step in STEPS.items() if name in request.form), look_up)
    try:
        return confirm(form) if "confirm" in request.form else step(form)
    except Refusal as refusal:
        return _refused(form, refusal), 409


def _refused(form: CallForm, refusal: Refusal) -> str:
    """The same page with the sentence where it belongs: at its field, or over the times."""
    if refusal.field != "slot":
        form.refuse(refusal)
        return draw(form, screen_without_times(form))
    # The time went to somebody else, or its ten minutes are over: show the next ones.
    screen = screen_of(form)
    screen.sentence = errors.say(refusal)
    return draw(form, screen)


def _clear(form: CallForm) -> ResponseReturnValue:
    """Begin anew: what was held for this call is free at once."""
    first = form.first_person
    let_go([*form.held, *(first.holds if first else ())])
    return redirect(url_for("phone.desk"))


def _beside(appointment_id: int | None) -> dict[str, object]:
    """A second person beside one just booked: name, contact and vaccination are kept."""
    found = db.session.get(Appointment, appointment_id) if appointment_id else None
    if found is None or found.patient is None:
        return {}
    return {
        "beside": str(found.id),
        "family_name": found.patient.family_name,
        "phone": found.phone or "",
        "email": found.email or "",
        "courses": [planned.course_id for planned in found.planned_doses],
    }
