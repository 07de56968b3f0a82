"""Which page comes next: the first one whose question has no answer yet."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from vaxcentre.booking import draft as drafts
from vaxcentre.booking import queries
from vaxcentre.booking.availability import Picture, picture
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.extensions import db
from vaxcentre.web import filters


def picture_now(now: datetime) -> Picture:
    """What can be booked, at most a second old."""
    return picture(db.session(), now=now)


def held_for(draft: Draft, now: datetime) -> list[AppointmentCard]:
    """The times that are still kept for this draft; none where one of them ran out."""
    cards = queries.appointment_cards(db.session(), draft.holds)
    return cards if cards and all(card.is_held(now) for card in cards) else []


def missing(draft: Draft, held: list[AppointmentCard]) -> str:
    """The page of the first unanswered question; the check page when all is answered."""
    if not draft.courses:
        return "booking.choose_vaccine"
    if not draft.has_person:
        return "booking.describe_person"
    if not held:
        return "booking.choose_day"
    if not draft.has_name:
        return "booking.give_contact"
    return "booking.check_all"


def go_on(draft: Draft, now: datetime) -> ResponseReturnValue:
    """Keep the draft and go to the next unanswered question: "change" leads back by itself."""
    response = redirect(url_for(missing(draft, held_for(draft, now))))
    return drafts.save(response, draft)


def page_of_others(endpoint: str) -> str | None:
    """The address of another station's page, where this pool serves it."""
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def tell_of_second(before: list[AppointmentCard], after: list[AppointmentCard]) -> None:
    """Say that another first time has changed the second one, or taken it away."""
    if len(before) < 2 or len(after) == 0:
        return
    old = _when(before[1])
    if len(after) < 2:
        flash(_("The second appointment, %(old)s, is no longer kept.", old=old), "wait")
    elif after[1].slot_id != before[1].slot_id:
        flash(
            _(
                "The second appointment has changed too, to suit the new first day: %(new)s "
                "instead of %(old)s. You can change it below.",
                new=_when(after[1]),
                old=old,
            ),
            "wait",
        )


def _when(card: AppointmentCard) -> str:
    day, time = filters.day(card.day), filters.time_of_day(card.starts_at)
    return str(_("%(day)s at %(time)s", day=day, time=time))


def needs(draft: Draft, *questions: str) -> Response | None:
    """Lead back to the first page that must be answered before this one."""
    if "courses" in questions and not draft.courses:
        return redirect(url_for("booking.choose_vaccine"))
    if "person" in questions and not draft.has_person:
        return redirect(url_for("booking.describe_person"))
    return None
