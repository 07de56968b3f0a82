"""The waiting room's screen: numbers and boxes, never a name."""

import hashlib

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.reception.blueprint import bp
from vaxcentre.reception.calls import calls_of_day
from vaxcentre.web import languages
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre


@bp.get("/affichage")
@public
def display() -> ResponseReturnValue:
    """Show who is called where, and who is next; no name, for all to see."""
    local = clock.now().astimezone(the_centre().zone)
    shown = calls_of_day(db.session(), local.date(), local)
    said = repr((shown, local.strftime("%H:%M"), languages.chosen()))
    answer = make_response()
    answer.set_etag(hashlib.sha256(said.encode()).hexdigest()[:32], weak=True)
    answer.make_conditional(request)
    if answer.status_code != 304:
        answer.set_data(render_template("reception/display.html", shown=shown, local=local))
    return answer
