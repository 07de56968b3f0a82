"""The few pages that belong to no station: the language, and a sign of life."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from vaxcentre.web import typed
from vaxcentre.web.access import public
from vaxcentre.web.languages import COOKIE, LANGUAGES
from vaxcentre.web.paths import safe_path

bp = Blueprint("web", __name__)
YEAR = 365 * 24 * 3600


@bp.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Show the pages in the chosen language from now on; what was typed comes along."""
    target = safe_path(request.form.get("next"))
    response = redirect(target)
    typed.keep(response, urlsplit(target).path)
    language = request.form.get("language")
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax")
    return response


@bp.get("/alive")
@public
def alive() -> ResponseReturnValue:
    """Say that this process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
