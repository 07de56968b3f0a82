"""One person's page, and what the desk does from it: contact, cancel, messages seen."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking import service as booking
from vaxcentre.booking.pdf import confirmation_pdf
from vaxcentre.booking.queries import with_pair
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.reception import identity_service, queries
from vaxcentre.reception.blueprint import DESK, READERS, bp
from vaxcentre.reception.board import state_of
from vaxcentre.reception.identity_forms import RECORD, CancelForm, ContactForm, SettleForm
from vaxcentre.reception.pages import note_read
from vaxcentre.reception.panel import dose_words
from vaxcentre.reception.record import record_of
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
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


@bp.post("/reception/patients/<int:patient_id>/settle-contact")
@staff(*DESK)
def settle_contact(patient_id: int) -> ResponseReturnValue:
    """Of the record's contact and the appointments', keep what the person confirms."""
    found = record_of(db.session(), patient_id, the_centre().zone, clock.now())
    if found is None:
        abort(404)
    form = SettleForm()
    form.offer(found.person, found.other_contacts(clock.now()))
    if not form.validate():
        return _page(patient_id, settle=form), 422
    with transaction() as session:
        identity_service.settle_contact(
            session, patient_id, form.to_request(), by_id=current_agent_id(), now=clock.now()
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
@staff(Role.RECEPTION, Role.NURSE, Role.DOCTOR)  # the box books the next dose and prints it
def print_confirmation(appointment_id: int) -> ResponseReturnValue:
    """The sheet with the reference once more; of a pair, both."""
    cards = with_pair(db.session(), appointment_id)
    live = [card for card in cards if card.cancelled_at is None and card.lapsed_at is None]
    patient_id = queries.patient_of(db.session(), appointment_id)
    if not live or patient_id is None:
        abort(404)
    paper = confirmation_pdf([live])
    note_read(patient_id, "reception.print_confirmation")
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
    page = render_template(
        "reception/cancel.html",
        row=row,
        form=form,
        doses=dose_words(row.doses),
        has_pair=has_pair,
    )
    note_read(row.person.id, "reception.cancel")
    return page


def _page(
    patient_id: int, form: ContactForm | None = None, *, settle: SettleForm | None = None
) -> str:
    now = clock.now()
    found = record_of(db.session(), patient_id, the_centre().zone, now)
    if found is None:
        abort(404)
    contact = form or ContactForm(
        formdata=None, data={"phone": found.person.phone, "email": found.person.email}
    )
    others = found.other_contacts(now)
    settle = settle or SettleForm(formdata=None, data={"phone_from": RECORD, "email_from": RECORD})
    settle.offer(found.person, others)
    page = render_template(
        "reception/person.html",
        record=found,
        form=form,
        settle=settle if others else None,
        contact=contact,
        dose_words=dose_words,
        state_of=state_of,
        moment=now,
        may_change=current_agent().may(*DESK),
    )
    note_read(found.person.id, "reception.person")
    return page
