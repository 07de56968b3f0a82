"""The list of whom to call back: a number to dial, and the way to book for them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.phone.blueprint import CALLS, bp
from vaxcentre.phone.call_back_queries import to_call_back
from vaxcentre.phone.forms import written
from vaxcentre.phone.screen import note_read
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre


@bp.get("/call-backs")
@staff(*CALLS)
def call_backs() -> ResponseReturnValue:
    """Who waits for a call of ours."""
    note_read(sorted({one.patient.id for one in to_call_back(db.session())}))
    return render_template(
        "phone/call_backs.html",
        waiting=to_call_back(db.session()),
        today=clock.today(the_centre().zone),
        written=written,
    )
