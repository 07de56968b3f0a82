"""Another time for an appointment, chosen at the desk; the other of a pair follows."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking import availability, moving
from vaxcentre.booking import service as booking
from vaxcentre.booking.availability import FreeTime, OpenDay, Picture
from vaxcentre.booking.moving import Change
from vaxcentre.booking.refusals import NoSecondTime
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.reception import queries
from vaxcentre.reception.blueprint import DESK, bp
from vaxcentre.reception.pages import note_read
from vaxcentre.reception.panel import dose_words
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.access import staff
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id

DAYS = 10


@dataclass(frozen=True)
class Choice:
    """A time to move to, and the one to which the other of the pair goes with it."""

    first: FreeTime
    second: FreeTime | None = None

    @property
    def value(self) -> str:
        """The numbers of the slots, as the button sends them."""
        return (
            f"{self.first.slot_id}-{self.second.slot_id}"
            if self.second
            else f"{self.first.slot_id}"
        )


@bp.get("/reception/appointments/<int:appointment_id>/move")
@staff(*DESK)
def move(appointment_id: int) -> ResponseReturnValue:
    """Show the next days with places, and the times of one of them."""
    return _page(appointment_id)


@bp.post("/reception/appointments/<int:appointment_id>/move")
@staff(*DESK)
def do_move(appointment_id: int) -> ResponseReturnValue:
    """Give it that time: reference and link stay, the old place is free at once."""
    slot_id, pair_slot_id = _chosen_slots()
    try:
        with transaction() as session:
            appointment = booking.move(
                session,
                appointment_id,
                slot_id,
                by_id=current_agent_id(),
                now=clock.now(),
                pair_slot_id=pair_slot_id,
            )
            patient_id = appointment.patient_id or 0
    except Refusal as refusal:
        return _page(appointment_id, errors.say(refusal)), 409
    both = _("Both appointments of the pair were moved.")
    flash(both if pair_slot_id else _("The appointment was moved."), "go")
    return redirect(url_for("reception.person", patient_id=patient_id))


def _chosen_slots() -> tuple[int, int | None]:
    """The slots that a button has sent: the first, and where the other of the pair goes."""
    first, _dash, second = request.form.get("slot", "").partition("-")
    return _number(first) or 0, _number(second)


def _number(text: str) -> int | None:
    try:
        return row_number(text)
    except ValueError:
        return None


def _page(appointment_id: int, sentence: str = "") -> str:
    session, now = db.session(), clock.now()
    row = queries.row_by_id(session, appointment_id, now)
    change = moving.change_for_staff(session, appointment_id, now=now)
    if row is None or change is None:
        abort(404)
    picture = availability.picture_for_staff(session, now=now)
    fitting = moving.days_for(picture, change)
    days = [day for day in fitting if day.times][:DAYS]
    chosen = _chosen_day(days)
    page = render_template(
        "reception/move.html",
        row=row,
        other=change.other,
        doses=dose_words(row.doses),
        days=days,
        chosen=chosen,
        choices=_choices(picture, change, chosen, now) if chosen else [],
        sentence=sentence,
    )
    note_read(row.person.id, "reception.move")
    return page


def _choices(picture: Picture, change: Change, day: OpenDay, now: datetime) -> list[Choice]:
    """The times of that day; where the other of the pair must follow, each with its new time."""
    times = [time for time in day.times if time.slot_id != change.card.slot_id]
    if not moving.must_follow(picture, change, day.day):
        return [Choice(time) for time in times]
    try:
        return [Choice(time, moving.follow_time(picture, change, day.day, time)) for time in times]
    except NoSecondTime:
        return []


def _chosen_day(days: list[OpenDay]) -> OpenDay | None:
    """The day of the address, else the first."""
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        asked = None
    named = (day for day in days if day.day == asked)
    return next(named, days[0] if days else None)
