"""Another time for an appointment: the next three that keep the rules, on three keys."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.booking import availability, moving
from vaxcentre.booking import service as booking
from vaxcentre.booking.moving import Change
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.phone import service
from vaxcentre.phone.blueprint import CALLS, bp
from vaxcentre.phone.changing import change_of, note_read, told
from vaxcentre.phone.forms import moment_of, slots_of
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.access import staff
from vaxcentre.web.signin import current_agent_id


@bp.get("/appointments/<int:appointment_id>/move")
@staff(*CALLS)
def move(appointment_id: int) -> ResponseReturnValue:
    """The next three times; more with `after`, a moment."""
    change = change_of(appointment_id)
    note_read(appointment_id, "phone.move")
    return _page(change)


@bp.post("/appointments/<int:appointment_id>/move")
@staff(*CALLS)
def do_move(appointment_id: int) -> ResponseReturnValue:
    """Give it that time, and its second with it where the interval asks for that."""
    change = change_of(appointment_id)
    slot_id, pair_slot_id = slots_of(request.form.get("choice", ""))
    try:
        with transaction() as session:
            booking.move(
                session,
                appointment_id,
                slot_id,
                by_id=current_agent_id(),
                now=clock.now(),
                pair_slot_id=pair_slot_id,
            )
    except Refusal as refusal:
        return _page(change_of(appointment_id), errors.say(refusal)), 409
    return redirect(told(change.card, change.other if pair_slot_id else None))


def _page(change: Change, sentence: str = "") -> str:
    now = clock.now()
    after = moment_of(request.args.get("after")) or now
    return render_template(
        "phone/move.html",
        card=change.card,
        choices=_choices(change.card, after, now),
        sentence=sentence,
    )


def _choices(card: AppointmentCard, after: datetime, now: datetime) -> list[service.Choice]:
    """By the person's record, and also where the public cannot book yet."""
    session = db.session()
    change = moving.change_for_staff(session, card.id, now=now)
    if change is None or card.is_past(now):
        return []
    picture = availability.picture_for_staff(session, now=now)
    found = service.moves(picture, change, after=after)
    return list(islice(found, service.OFFERED))
