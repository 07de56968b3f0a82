"""A part of a page that refreshes itself: sent again only where it has changed."""

from flask import request
from flask.wrappers import Response


def fresh(html: str) -> Response:
    """The part with its ETag; a reader who has it already gets an empty answer.

    The part holds no form: its buttons belong to a form of the page around it, since a CSRF token
    changes each time.
    """
    response = Response(html, mimetype="text/html")
    response.add_etag()
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)
    return response
