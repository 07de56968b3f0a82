"""Who is at this desk: the cookie, the row behind it, and the signed-in person."""

import hashlib
import secrets
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

COOKIE = "vaxcentre_seat"
DESK_COOKIE = "vaxcentre_desk"
SHIFT = timedelta(hours=12)
IDLE = timedelta(minutes=10)
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


def hash_token(token: str) -> str:
    """What the database keeps of a secret that a browser or a link holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A secret of 128 bits and more."""
    return secrets.token_urlsafe(24)


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
    """Read the seat anew: somebody has just signed in, switched or left."""
    g.pop("vaxcentre_seat", None)


def _find_seat(token: str | None, now: datetime) -> Seat | None:
    if not token:
        return None
    row = _live_row(token, now)
    if row is None:
        return None
    idle = now - row.last_seen_at
    is_locked = row.locked_at is not None or idle > IDLE
    if not is_locked and idle > SEEN_EVERY:
        with transaction() as session:
            session.get_one(StaffSession, row.id).last_seen_at = now
        row = _live_row(token, now)
        if row is None:
            return None
    return Seat(row.id, row.staff_member, row.desk, row.station, row.box, is_locked)


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
        return redirect(url_for("signin.locked", next=asked.path))
    view = current_app.view_functions["signin.locked"]
    return cast("ResponseReturnValue", view())


def set_seat_cookie(response: Response, token: str) -> None:
    """Hand the token to the browser: for this browser session only."""
    _set(response, COOKIE, token, None)


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
