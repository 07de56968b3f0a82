"""Every "no" and every mishap as a page with a way on."""

import traceback
from datetime import date, datetime

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, NoResultFound
from werkzeug.exceptions import HTTPException

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.rules.age import Age
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.web import filters

PAGES = {403, 404, 413, 429}


def say(refusal: Refusal) -> str:
    """The refusal's sentence in the reader's language, its facts filled in."""
    return str(
        gettext(refusal.sentence, **{key: _show(fact) for key, fact in refusal.facts.items()})
    )


def _show(fact: object) -> str:
    if isinstance(fact, datetime):
        is_this_year = filters.local(fact).year == filters.local(clock.now()).year
        day = filters.day(fact, year=not is_this_year)
        return str(gettext("%(day)s at %(time)s", day=day, time=filters.time_of_day(fact)))
    if isinstance(fact, date):
        return str(format_date(fact, "dd/MM/yyyy"))
    if isinstance(fact, Age):
        return filters.whole_age(fact)
    return str(fact)


def install(app: Flask) -> None:
    """Answer refusals and errors with our own pages."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(NoResultFound, _no_such_row)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(DBAPIError, _collided)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)
    app.jinja_env.globals["say"] = say


def _refused(refusal: Refusal) -> ResponseReturnValue:
    return render_template("errors/409.html", sentence=say(refusal)), 409


def _no_such_row(_error: NoResultFound) -> ResponseReturnValue:
    """A number in an address or a form that belongs to nothing."""
    return render_template("errors/404.html"), 404


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    if request.endpoint == "signin.locked":
        # Six digits sent twice: the first have given the desk to a colleague, who goes on.
        return redirect(url_for("signin.locked"))
    return render_template("errors/400.html"), 400


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code == 405:
        code = 404  # a wrong door is a wrong door
    if 300 <= code < 400:
        return error
    page = (
        f"errors/{code}.html"
        if code in PAGES
        else "errors/404.html"
        if code < 500
        else "errors/500.html"
    )
    return render_template(page), code


class SomebodyWasFaster(Refusal):
    """Two people changed the same thing at the same instant, and the database let one through."""

    sentence = N_("Somebody else changed this at the same moment. Nothing was saved: try again.")


# PostgreSQL: unique violation, deadlock, serialization failure. SQLite says it in words.
COLLISIONS = {"23505", "40P01", "40001"}
COLLISION_WORDS = ("UNIQUE constraint failed", "database is locked")


def _collided(error: DBAPIError) -> ResponseReturnValue:
    """The database's own locks are the last ones: what they refuse is a "no", not a crash."""
    said = str(error.orig)
    code = getattr(error.orig, "sqlstate", None)
    if code not in COLLISIONS and not said.startswith(COLLISION_WORDS):
        return _crash(error)
    db.session.rollback()
    current_app.logger.warning("collision %s on %s", code or "", request.endpoint)
    return _refused(SomebodyWasFaster())


def _crash(error: Exception) -> ResponseReturnValue:
    if current_app.testing or current_app.debug:
        raise error
    # The endpoint and the lines of our code: never the path, the message or what was typed.
    current_app.logger.error(
        "%s on %s\n%s",
        type(error).__name__,
        request.endpoint,
        "".join(traceback.format_tb(error.__traceback__)),
    )
    db.session.rollback()
    # Without our context: whatever broke may be in it.
    return current_app.jinja_env.get_template("errors/500.html").render(), 500
