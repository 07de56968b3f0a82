"""Deny by default: a view that is not marked does not answer."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import signin
from vaxcentre.web.paths import own_address

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


def public(view: View) -> View:
    """Anybody may open this page."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def staff(*roles: Role) -> Callable[[View], View]:
    """Only signed-in staff who hold one of these roles may open this page."""

    def mark(view: View) -> View:
        view.access = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


EVERYONE_HERE = tuple(Role)


def access_of(endpoint: str) -> str | frozenset[Role] | None:
    """Who may open an endpoint: "public", some roles, or nobody."""
    found: str | frozenset[Role] | None = getattr(
        current_app.view_functions.get(endpoint), "access", None
    )
    return found


def install(app: Flask) -> None:
    """Stand at the door of every request."""
    app.before_request(_guard)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = access_of(request.endpoint)
    if access == PUBLIC:
        return None
    if not isinstance(access, frozenset):
        abort(404)  # unmarked: a mistake of ours must not open a door
    seat = signin.current_seat()
    if seat is None:
        return redirect(url_for("signin.sign_in", next=_way_back()))
    if seat.is_locked:
        return signin.locked(request)
    if not seat.agent.may(*access):
        abort(403)
    signin.stay_awake()
    return None


def _way_back() -> str | None:
    """Where to go after signing in: only a page, never the target of a form."""
    return own_address(request) if request.method == "GET" else None
