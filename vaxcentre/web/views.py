"""The few pages that belong to no station: the language, and a sign of life."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from vaxcentre.web.access import public
from vaxcentre.web.languages import COOKIE, LANGUAGES

bp = Blueprint("web", __name__)
YEAR = 365 * 24 * 3600


def safe_path(target: str | None) -> str:
    """A path of ours to go on to; anything else leads to the front page."""
    parts = urlsplit(target or "")
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return parts.path if own and not parts.path.startswith("//") and "\\" not in parts.path else "/"


@bp.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Show the pages in the chosen language from now on."""
    response = redirect(safe_path(request.form.get("next")))
    language = request.form.get("language")
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax")
    return response


@bp.get("/alive")
@public
def alive() -> ResponseReturnValue:
    """Say that this process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
