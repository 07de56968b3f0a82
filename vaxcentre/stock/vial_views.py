"""The vials of the day: open one, and end it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.stock import Lot, Vial
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import DiscardReason, Role
from vaxcentre.stock import queries, vial_service
from vaxcentre.stock import vials as opened
from vaxcentre.stock.vial_forms import EndVialForm, OpenVialForm, offer_people
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent, current_agent_id

WORKERS = (Role.STOCK, Role.NURSE, Role.DOCTOR)


@staff(*WORKERS, Role.MANAGER, Role.INSPECTOR)
def vials() -> ResponseReturnValue:
    """Every vial of today, the first to go first."""
    return _page(OpenVialForm(formdata=None))


@staff(*WORKERS)
def open_vial() -> ResponseReturnValue:
    """Open a vial, at the stock or in the nurse's box."""
    form, agent_id, now = OpenVialForm(), current_agent_id(), clock.now()
    lot = db.session.get(Lot, form.lot_id.data or 0)
    offer_people(db.session(), form, needed=lot is not None and lot.vaccine.needs_dilution)
    if lot is None:
        form.lot_id.errors = [_("Choose the lot.")]
        return _page(form), 422
    if not form.validate():
        return _page(form), 422
    asked, day = form.to_request(), clock.today(the_centre().zone)
    try:
        number = _once(
            lambda session: (
                vial_service.open_vial(session, asked, by_id=agent_id, day=day, now=now).number
            )
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    if number:
        flash(_("Vial %(number)s is open: write the number on it.", number=number), "go")
    if form.visit:
        return redirect(url_for("vaccination.patient", visit_id=form.visit, lot=asked.lot_id))
    return redirect(url_for(".vials"))


def _once(work: Callable[[Session], int]) -> int | None:
    """The vial's number; None where the same click came twice."""
    key, now = request.form.get("once"), clock.now()
    with transaction() as session:
        if once.first_result(session, key) is not None:
            return None
        number = work(session)
        once.keep_result(session, key, url_for(".vials"), now=now)
        return number


@staff(*WORKERS)
def discard(vial_id: int) -> ResponseReturnValue:
    """What is left in it is thrown away."""
    form, agent_id, now = EndVialForm(), current_agent_id(), clock.now()
    db.session.get_one(Vial, vial_id)
    if not form.validate():
        flash(_("Choose the reason."), "stop")
        return redirect(url_for(".vials"))
    reason = DiscardReason(form.reason.data)
    with transaction() as session:
        vial_service.discard_rest(session, vial_id, reason, by_id=agent_id, now=now)
    flash(_("What was left in the vial is discarded."), "go")
    if form.visit:
        return redirect(url_for("vaccination.patient", visit_id=form.visit))
    return redirect(url_for(".vials"))


@staff(*WORKERS)
def extra(vial_id: int) -> ResponseReturnValue:
    """There is one whole dose more in it than its number says."""
    agent_id, now = current_agent_id(), clock.now()
    db.session.get_one(Vial, vial_id)
    with transaction() as session:
        vial_service.take_extra(session, vial_id, by_id=agent_id, now=now)
    flash(_("One dose more in the vial, noted as beyond its number."), "go")
    return redirect(url_for(".vials"))


@staff(*WORKERS)
def undo(vial_id: int) -> ResponseReturnValue:
    """It was not opened after all."""
    agent_id, now = current_agent_id(), clock.now()
    db.session.get_one(Vial, vial_id)
    with transaction() as session:
        vial_service.undo_opening(session, vial_id, by_id=agent_id, now=now)
    flash(_("The opening is taken back."), "go")
    return redirect(url_for(".vials"))


def _page(form: OpenVialForm) -> str:
    now, zone = clock.now(), the_centre().zone
    day, session = clock.today(zone), db.session()
    lots = queries.lots_in_vials(session, day)
    form.lot_id.choices = [(0, _("Choose")), *((lot.id, label) for lot, label in lots)]
    if not form.checked_by_id.choices:
        needed = any(lot.vaccine.needs_dilution for lot, _label in lots)
        offer_people(session, form, needed=needed)
    return render_template(
        "stock/vials.html",
        opened=opened.opened_on(session, day),
        form=form,
        lots=lots,
        end_form=EndVialForm(formdata=None),
        boxes=the_centre().box_count,
        may_write=current_agent().may(*WORKERS),
        moment=now,
    )
