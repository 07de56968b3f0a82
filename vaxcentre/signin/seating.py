"""Hand a browser its seat: which desk it is, the new token, and where to go on."""

from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from flask import current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember, StaffSession
from vaxcentre.rules.vocabulary import Role
from vaxcentre.signin import kept
from vaxcentre.web import keys, signin, visitor
from vaxcentre.web.access import access_of
from vaxcentre.web.paths import endpoint_at, safe_path
from vaxcentre.web.stations import home_of

AT_A_DESK = (Role.RECEPTION, Role.OPERATOR)
IN_A_BOX = (Role.NURSE, Role.DOCTOR)


def desk() -> str:
    """This browser's name among the desks; a new one where it has none yet."""
    return request.cookies.get(signin.DESK_COOKIE, "")[:64] or signin.new_token()


def address() -> str:
    """Where the browser is, as a mark that says nothing, for the count of failed tries."""
    return visitor.address_mark()


def onward(member: StaffMember, target: str | None) -> str:
    """Back to where one was, where that is a page for them; else to their own work."""
    path = safe_path(target)
    roles = access_of(endpoint_at(path))
    is_theirs = not isinstance(roles, frozenset) or member.may(*roles)
    at_the_door = path == "/" or urlsplit(path).path in {
        url_for("signin.sign_in"),
        url_for("signin.locked"),
        url_for("signin.door"),
    }
    return path if is_theirs and not at_the_door else home_of(member)


def seated(
    token: str, desk: str, redirect_to: str | None = None, *, page: str = ""
) -> ResponseReturnValue:
    """Hand the browser its new token and its desk's name, with the page or the way on."""
    response = current_app.make_response(redirect(redirect_to) if redirect_to else page)
    signin.set_seat_cookie(response, token)
    signin.set_desk_cookie(response, desk)
    return response


def sealing_box() -> Fernet:
    """What seals the forms that wait for their writers."""
    return keys.box_for("forms kept at the lock")


def after_sign_in(token: str, target: str | None) -> str:
    """First the box or the desk, where the work has one and this desk does not know it yet."""
    seat = signin.take_seat(token)
    own_forms(seat)
    target = where_it_waits(seat, target)
    if seat.station is None and seat.agent.may(*AT_A_DESK, *IN_A_BOX):
        return url_for("signin.station", next=safe_path(target))
    return onward(seat.agent, target)


def pages_waiting(seat: signin.Seat) -> list[str]:
    """The pages on which something half typed waits for this agent, the latest first."""
    row = db.session.get_one(StaffSession, seat.session_id)
    return kept.pages_waiting(row.kept, box=sealing_box())


def where_it_waits(seat: signin.Seat, target: str | None) -> str | None:
    """Where somebody goes on: where they were, but first to what they had half typed."""
    pages = pages_waiting(seat) if seat.has_kept else []
    return target if not pages or target in pages else pages[0]


def own_forms(seat: signin.Seat) -> None:
    """From now on only forms that were drawn for this agent are taken from this browser.

    A second tab that still shows a colleague's page would otherwise be signed by who sits here.
    """
    whose = f"{seat.agent.id} {seat.desk}".encode()
    session["csrf_token"] = keys.mark("forms of an agent", whose).hex()
    g.pop("csrf_token", None)  # drawn earlier in this request, for whoever sat here before
