"""Who is at this desk: the cookie, the row behind it, and the signed-in person."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import Request, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember, StaffSession
from vaxcentre.rules.desk import IDLE, SHIFT, hash_token, new_token
from vaxcentre.web import keys
from vaxcentre.web.paths import own_address

__all__ = ["IDLE", "SHIFT", "hash_token", "new_token"]

COOKIE = "vaxcentre_seat"
DESK_COOKIE = "vaxcentre_desk"
SEEN_EVERY = timedelta(minutes=1)


class Agent:
    """The signed-in person, in Flask-Login's terms; always a live row, never a cookie's word."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, member: StaffMember) -> None:
        self.member = member

    def get_id(self) -> str:
        """The number Flask-Login would store; ours stays in the row behind the cookie."""
        return str(self.member.id)


@dataclass(frozen=True)
class Seat:
    """A person at a desk, at this moment."""

    session_id: int
    agent: StaffMember
    desk: str
    station: str | None
    box: int | None
    is_locked: bool
    has_kept: bool  # something that was typed before the lock waits for its page


def install(manager: LoginManager) -> None:
    """Let Flask-Login ask us: it keeps no cookie of its own."""
    manager.request_loader(_load_agent)
    manager.session_protection = None


def _load_agent(_request: Request) -> Agent | None:
    seat = current_seat()
    return Agent(seat.agent) if seat and not seat.is_locked else None


def current_seat() -> Seat | None:
    """The person at this desk, or nobody; read once a request."""
    if "vaxcentre_seat" not in g:
        g.vaxcentre_seat = _find_seat(request.cookies.get(COOKIE), clock.now())
    return cast("Seat | None", g.vaxcentre_seat)


def current_agent() -> StaffMember:
    """The signed-in person of a staff page."""
    seat = current_seat()
    if seat is None or seat.is_locked:
        raise LookupError("no agent: this page is not marked @staff")
    return seat.agent


def current_agent_id() -> int:
    """The signed-in person's number, to hand into `transaction()`."""
    return current_agent().id


def forget_seat() -> None:
    """Read the seat anew: something about it has just changed."""
    g.pop("vaxcentre_seat", None)


def next_token(staff_id: int, desk: str) -> str:
    """The token with which somebody takes this desk over from whoever has it.

    It follows from the one that the browser holds: six digits that are sent twice (a key too many,
    two processes) open the same seat, whichever answer the browser believes.
    """
    before = request.cookies.get(COOKIE)
    if not before:
        return new_token()
    text = f"{before} {staff_id} {desk}".encode()
    return base64.urlsafe_b64encode(keys.mark("next seat", text)).decode().rstrip("=")


def take_seat(token: str) -> Seat:
    """The rest of this request belongs to who has just been given the desk."""
    g.vaxcentre_seat = _find_seat(token, clock.now())
    if g.vaxcentre_seat is None:
        raise LookupError("no live seat behind this token")
    return cast("Seat", g.vaxcentre_seat)


def _find_seat(token: str | None, now: datetime) -> Seat | None:
    if not token:
        return None
    row = _live_row(token, now)
    if row is None:
        return None
    is_locked = row.locked_at is not None or now - row.last_seen_at > IDLE
    return Seat(row.id, row.staff_member, row.desk, row.station, row.box, is_locked, bool(row.kept))


def stay_awake() -> None:
    """The person at this desk has asked for a page: the ten minutes begin anew.

    Written at most once a minute, and only before the page reads anything. A panel that refreshes
    itself is nobody's hand.
    """
    if request.headers.get("Sec-Fetch-Dest") == "empty":
        return
    now = clock.now()
    seat = current_seat()
    row = db.session.get(StaffSession, seat.session_id) if seat and not seat.is_locked else None
    if row is None or now - row.last_seen_at <= SEEN_EVERY:
        return
    with transaction() as session:
        session.get_one(StaffSession, row.id).last_seen_at = now
    forget_seat()


def _live_row(token: str, now: datetime) -> StaffSession | None:
    row = db.session.scalar(
        select(StaffSession)
        .options(joinedload(StaffSession.staff_member))
        .where(
            StaffSession.token_hash == hash_token(token),
            StaffSession.ended_at.is_(None),
            StaffSession.signed_in_at > now - SHIFT,
        )
    )
    return row if row is not None and row.staff_member.disabled_at is None else None


def locked(asked: Request) -> ResponseReturnValue:
    """The desk is locked: ask for six digits, then go on where one was."""
    if asked.method == "GET":
        return redirect(url_for("signin.locked", next=own_address(asked)))
    view = current_app.view_functions["signin.locked"]
    return cast("ResponseReturnValue", view())


def set_seat_cookie(response: Response, token: str) -> None:
    """Hand the token to the browser: for this browser session only."""
    _set(response, COOKIE, token, None)


def clear_seat_cookie(response: Response) -> None:
    """The browser forgets its token; the database has already."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict")


def set_desk_cookie(response: Response, desk: str) -> None:
    """Give the browser its desk's name; it stays, so that colleagues find each other."""
    _set(response, DESK_COOKIE, desk, 400 * 24 * 3600)


def _set(response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
