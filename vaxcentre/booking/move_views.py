"""Coming back: another day and time for an appointment, or for both of a pair."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking import moving, service, strangers
from vaxcentre.booking.availability import FreeTime, OpenDay, Picture
from vaxcentre.booking.blueprint import bp
from vaxcentre.booking.manage_views import one_of_pair
from vaxcentre.booking.moving import Change
from vaxcentre.booking.offer import page_of
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import MoveByPhone
from vaxcentre.booking.steps import picture_now
from vaxcentre.booking.time_views import (
    after_refusal,
    day_of,
    in_groups,
    page_number,
    slot_of_form,
    time_of,
)
from vaxcentre.database import transaction
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.access import public


@bp.get("/rv/move/<int:number>")
@public
def move_day(number: int) -> ResponseReturnValue:
    """The days to which this appointment may go."""
    now = clock.now()
    card, others = one_of_pair(number)
    if card.cancelled_at or card.is_past(now):
        return redirect(url_for("booking.own_appointment"))
    days = tuple(moving.days_for(picture_now(now), _change(card, others, now)))
    return render_template(
        "booking/move_day.html", card=card, number=number, page=page_of(days, page_number())
    )


def _change(card: AppointmentCard, others: list[AppointmentCard], now: datetime) -> Change:
    return Change(card, next((other for other in others if not other.is_past(now)), None))


@bp.route("/rv/move/<int:number>/<day>", methods=["GET", "POST"])
@public
def move_time(number: int, day: str) -> ResponseReturnValue:
    """The times of that day; choosing one moves the appointment at once."""
    now, sentence = clock.now(), None
    card, others = one_of_pair(number)
    picture, change = picture_now(now), _change(card, others, now)
    found = day_of(moving.days_for(picture, change), day)
    if found is None or card.cancelled_at or card.is_past(now):
        return redirect(url_for("booking.own_appointment"))
    if request.method == "POST":
        try:
            return _move(picture, change, found, time_of(found, slot_of_form()), now)
        except Refusal as refusal:
            if isinstance(refusal, MoveByPhone):
                strangers.note_refused(f"{card.id} {found.day}", now=now)
            sentence, found = errors.say(refusal), after_refusal(found, refusal)
    return render_template(
        "booking/move_time.html",
        card=card,
        number=number,
        day=found,
        groups=in_groups(found.times),
        other=change.other if moving.must_follow(picture, change, found.day) else None,
        sentence=sentence,
    ), 409 if sentence else 200


def _move(
    picture: Picture, change: Change, day: OpenDay, time: FreeTime, now: datetime
) -> ResponseReturnValue:
    """Move it; where the other of the pair must follow, it goes to the best time that is left."""
    follow = None
    if moving.must_follow(picture, change, day.day):
        follow = moving.follow_time(picture, change, day.day, time).slot_id
    with transaction() as session:
        strangers.refuse_questioner(session, now=now)
        service.move(
            session, change.card.id, time.slot_id, by_id=None, now=now, pair_slot_id=follow
        )
    both = _("Both appointments have been moved.")
    flash(_("Your appointment has been moved.") if follow is None else both, "go")
    return redirect(url_for("booking.own_appointment"))
