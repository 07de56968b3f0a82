"""A caller cannot come: the appointment is cancelled, and its place is free at once."""

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.booking import service as booking
from vaxcentre.database import transaction
from vaxcentre.phone.blueprint import CALLS, bp
from vaxcentre.phone.changing import change_of, note_read, told
from vaxcentre.phone.forms import CancelForm
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web.access import staff
from vaxcentre.web.signin import current_agent_id


@bp.get("/appointments/<int:appointment_id>/cancel")
@staff(*CALLS)
def cancel(appointment_id: int) -> ResponseReturnValue:
    """Ask once: of a pair, about the second too."""
    return _page(appointment_id, CancelForm(formdata=None))


@bp.post("/appointments/<int:appointment_id>/cancel")
@staff(*CALLS)
def do_cancel(appointment_id: int) -> ResponseReturnValue:
    """Cancel, and go back to the screen with what to tell the caller."""
    form = CancelForm()
    if not form.validate():
        return _page(appointment_id, form), 422
    change, both = change_of(appointment_id), bool(form.both.data)
    try:
        with transaction() as session:
            booking.cancel(
                session,
                appointment_id,
                by_id=current_agent_id(),
                now=clock.now(),
                reason=form.reason.data or None,
                also_pair=both,
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(appointment_id, form), 409
    return redirect(told(change.card, change.other if both else None))


def _page(appointment_id: int, form: CancelForm) -> str:
    change = change_of(appointment_id)
    note_read(appointment_id, "phone.cancel")
    return render_template("phone/cancel.html", card=change.card, other=change.other, form=form)
