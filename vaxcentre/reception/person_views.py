"""One person's page, and what the desk does from it: contact, cancel, messages seen."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.booking import service as booking
from vaxcentre.booking.pdf import confirmation_pdf
from vaxcentre.booking.queries import with_pair
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.reception import identity_service, queries
from vaxcentre.reception.blueprint import DESK, READERS, bp
from vaxcentre.reception.board import state_of
from vaxcentre.reception.identity_forms import CancelForm, ContactForm
from vaxcentre.reception.panel import dose_words
from vaxcentre.reception.record import record_of
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web.access import staff
from vaxcentre.web.signin import current_agent, current_agent_id


@bp.get("/reception/patients/<int:patient_id>")
@staff(*READERS)
def person(patient_id: int) -> ResponseReturnValue:
    """Show one person's appointments and doses; who looks is noted."""
    return _page(patient_id)


@bp.post("/reception/patients/<int:patient_id>/contact")
@staff(*DESK)
def change_contact(patient_id: int) -> ResponseReturnValue:
    """Write down another phone number or e-mail address."""
    form = ContactForm()
    if not form.validate():
        return _page(patient_id, form), 422
    with transaction() as session:
        identity_service.change_contact(
            session,
            patient_id,
            phone=form.phone.e164,
            email=form.email.address,
            by_id=current_agent_id(),
            now=clock.now(),
        )
    flash(_("The contact was changed."), "go")
    return redirect(url_for("reception.person", patient_id=patient_id))


@bp.post("/reception/patients/<int:patient_id>/messages-seen")
@staff(*DESK)
def failures_seen(patient_id: int) -> ResponseReturnValue:
    """The person was told what the e-mail could not."""
    with transaction() as session:
        identity_service.failures_seen(
            session, patient_id, by_id=current_agent_id(), now=clock.now()
        )
    return redirect(url_for("reception.person", patient_id=patient_id))


@bp.get("/reception/appointments/<int:appointment_id>/confirmation.pdf")
@staff(*DESK)
def print_confirmation(appointment_id: int) -> ResponseReturnValue:
    """The sheet with the reference once more; of a pair, both."""
    cards = with_pair(db.session(), appointment_id)
    live = [card for card in cards if card.cancelled_at is None and card.lapsed_at is None]
    patient_id = queries.patient_of(db.session(), appointment_id)
    if not live or patient_id is None:
        abort(404)
    paper = confirmation_pdf([live])
    now, agent_id = clock.now(), current_agent_id()
    with transaction() as session:
        audit.note_read(
            session, patient_id, "reception.print_confirmation", by_id=agent_id, now=now
        )
    return paper, 200, {"Content-Type": "application/pdf"}


@bp.get("/reception/appointments/<int:appointment_id>/cancel")
@staff(*DESK)
def cancel(appointment_id: int) -> ResponseReturnValue:
    """Ask once before an appointment is cancelled: why, and the other of the pair?"""
    return _cancel_page(appointment_id, CancelForm(formdata=None))


@bp.post("/reception/appointments/<int:appointment_id>/cancel")
@staff(*DESK)
def do_cancel(appointment_id: int) -> ResponseReturnValue:
    """Cancel: the place is free for somebody else at once."""
    form = CancelForm()
    if not form.validate():
        return _cancel_page(appointment_id, form), 422
    try:
        with transaction() as session:
            appointment = booking.cancel(
                session,
                appointment_id,
                by_id=current_agent_id(),
                now=clock.now(),
                reason=form.reason.data,
                also_pair=bool(form.also_pair.data),
            )
            patient_id = appointment.patient_id or 0
    except Refusal as refusal:
        form.refuse(refusal)
        return _cancel_page(appointment_id, form), 409
    flash(_("The appointment was cancelled."), "go")
    return redirect(url_for("reception.person", patient_id=patient_id))


def _cancel_page(appointment_id: int, form: CancelForm) -> str:
    row = queries.row_by_id(db.session(), appointment_id, clock.now())
    if row is None:
        abort(404)
    has_pair = queries.has_live_pair(db.session(), appointment_id)
    return render_template(
        "reception/cancel.html",
        row=row,
        form=form,
        doses=dose_words(row.doses),
        has_pair=has_pair,
    )


def _page(patient_id: int, form: ContactForm | None = None) -> str:
    now, agent_id = clock.now(), current_agent_id()
    found = record_of(db.session(), patient_id, now)
    if found is None:
        abort(404)
    with transaction() as session:
        audit.note_read(session, found.person.id, "reception.person", by_id=agent_id, now=now)
    found = record_of(db.session(), patient_id, now)
    assert found is not None
    contact = form or ContactForm(
        formdata=None, data={"phone": found.person.phone, "email": found.person.email}
    )
    return render_template(
        "reception/person.html",
        record=found,
        form=form,
        contact=contact,
        dose_words=dose_words,
        state_of=state_of,
        moment=now,
        may_change=current_agent().may(*DESK),
    )
