"""Another time for an appointment, chosen at the desk."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking import availability
from vaxcentre.booking import service as booking
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.reception import queries
from vaxcentre.reception.blueprint import DESK, bp
from vaxcentre.reception.panel import dose_words
from vaxcentre.reception.rows import Row
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.access import staff
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id

DAYS = 10


@bp.get("/reception/appointments/<int:appointment_id>/move")
@staff(*DESK)
def move(appointment_id: int) -> ResponseReturnValue:
    """Show the next days with places, and the times of one of them."""
    return _page(appointment_id)


@bp.post("/reception/appointments/<int:appointment_id>/move")
@staff(*DESK)
def do_move(appointment_id: int) -> ResponseReturnValue:
    """Give it that time: reference and link stay, the old place is free at once."""
    slot_id = request.form.get("slot", type=row_number) or 0
    try:
        with transaction() as session:
            appointment = booking.move(
                session, appointment_id, slot_id, by_id=current_agent_id(), now=clock.now()
            )
            patient_id = appointment.patient_id or 0
    except Refusal as refusal:
        return _page(appointment_id, errors.say(refusal)), 409
    flash(_("The appointment was moved."), "go")
    return redirect(url_for("reception.person", patient_id=patient_id))


def _page(appointment_id: int, sentence: str = "") -> str:
    row = queries.row_by_id(db.session(), appointment_id, clock.now())
    if row is None:
        abort(404)
    days = _days(row)
    chosen = _chosen_day(days)
    return render_template(
        "reception/move.html",
        row=row,
        doses=dose_words(row.doses),
        days=days,
        chosen=chosen,
        sentence=sentence,
    )


def _days(row: Row) -> list[availability.OpenDay]:
    found = availability.days_with_places(
        db.session(),
        frozenset(dose.course_id for dose in row.doses),
        now=clock.now(),
        for_staff=True,
    )
    return [day for day in found if day.times][:DAYS]


def _chosen_day(days: list[availability.OpenDay]) -> availability.OpenDay | None:
    """The day of the address, else the first."""
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        asked = None
    named = (day for day in days if day.day == asked)
    return next(named, days[0] if days else None)
