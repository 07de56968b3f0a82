"""The confirmation as PDF and the calendar file, after booking and when coming back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from vaxcentre.booking import draft as drafts
from vaxcentre.booking import pdf, queries
from vaxcentre.booking.blueprint import bp
from vaxcentre.booking.calendar import calendar_file
from vaxcentre.booking.contact_views import by_person
from vaxcentre.booking.link import appointment_of_this_visitor
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.extensions import db
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre


@bp.get("/book/confirmation.pdf")
@public
def confirmation() -> ResponseReturnValue:
    """The sheet of all who were booked in this sitting."""
    booked = drafts.load().done
    cards = [card for card in queries.appointment_cards(db.session(), booked) if _is_live(card)]
    return _paper(by_person(cards, booked))


@bp.get("/book/appointment.ics")
@public
def calendar() -> ResponseReturnValue:
    """The calendar file of all who were booked in this sitting."""
    return _calendar(queries.appointment_cards(db.session(), drafts.load().done))


@bp.get("/rv/confirmation.pdf")
@public
def own_confirmation() -> ResponseReturnValue:
    """The sheet once more, for who came back."""
    return _paper([[card for card in own_cards() if _is_live(card)]])


@bp.get("/rv/appointment.ics")
@public
def own_calendar() -> ResponseReturnValue:
    """The calendar file once more, with its changes."""
    return _calendar(own_cards())


def own_cards() -> list[AppointmentCard]:
    """The appointment that this browser has opened, and the other of its pair."""
    own = appointment_of_this_visitor()
    if own is None:
        abort(404)
    return queries.with_pair(db.session(), own)


def _is_live(card: AppointmentCard) -> bool:
    return card.cancelled_at is None and card.lapsed_at is None


def _paper(people: Sequence[Sequence[AppointmentCard]]) -> Response:
    if not any(people):
        abort(404)
    return _file(pdf.confirmation_pdf(people), "application/pdf", _("appointment") + ".pdf")


def _calendar(cards: Sequence[AppointmentCard]) -> Response:
    if not cards:
        abort(404)
    centre = the_centre()
    written = calendar_file(
        cards,
        summary=_("Appointment"),
        place=", ".join((centre.name, *centre.address_lines)),
        description=_("Phone: %(phone)s", phone=centre.phone_shown),
    )
    return _file(written, "text/calendar; charset=utf-8", _("appointment") + ".ics")


def _file(content: bytes, kind: str, name: str) -> Response:
    response: Response = current_app.response_class(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
