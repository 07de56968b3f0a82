"""The delivery page: scan the boxes, check the count, save."""

from datetime import date

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.stock import StockMovement
from vaxcentre.rules.gs1 import BoxReading, read_box
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.undo import UNDO_FOR
from vaxcentre.rules.vocabulary import MovementKind, Role
from vaxcentre.stock import deliveries, keeping_service, queries, receive_service
from vaxcentre.stock.draft_service import add_box
from vaxcentre.stock.forms import DeliveryForm
from vaxcentre.stock.receive_service import ProductUnknown
from vaxcentre.stock.scanner_views import SEPARATOR_COOKIE
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id


def today() -> date:
    """The centre's day."""
    return clock.today(the_centre().zone)


@staff(Role.STOCK)
def receive() -> ResponseReturnValue:
    """Receive boxes: each scan adds one; what is saved is shown in doses first."""
    form = DeliveryForm(formdata=request.form if request.method == "POST" else None)
    form.offer(queries.vaccines_in_use(db.session()), _("Choose"))
    if request.method == "GET" or request.form.get("change"):
        return _page(form)
    if (form.scan.data or "").strip():
        return _take_scan(form)
    if not form.validate():
        return _page(form), 422
    return _save(form) if request.form.get("confirmed") else _check(form)


def _page(form: DeliveryForm, **more: object) -> str:
    done = db.session.get(StockMovement, request.args.get("done", 0, row_number))
    if done is not None and done.kind not in {MovementKind.RECEIVE, MovementKind.TRANSFER_IN}:
        done = None
    return render_template(
        "stock/receive.html",
        form=form,
        vaccines={vaccine.id: vaccine for vaccine in queries.vaccines_in_use(db.session())},
        done=done,
        expected=deliveries.expected(db.session()),
        may_undo=done is not None and keeping_service.may_be_undone(done, clock.now()),
        undo_for=UNDO_FOR,
        **{"office": None} | more,
    )


def _take_scan(form: DeliveryForm) -> ResponseReturnValue:
    try:
        reading = _read(form.scan.data)
        if reading.is_ambiguous:
            return render_template("stock/choose_reading.html", form=form, reading=reading)
        form.fill(add_box(db.session(), form.draft(), reading, day=today()))
    except Refusal as refusal:
        form.refuse(refusal)
        office = _office() if isinstance(refusal, ProductUnknown) else None
        return _page(form, office=office), 422
    return _page(form)


def _read(raw: str) -> BoxReading:
    """Read the code; where a separator was lost, the reading that a person chose."""
    substitute = request.cookies.get(SEPARATOR_COOKIE)
    reading = read_box(raw, today=today(), gs_substitute=substitute)
    chosen = request.form.get("reading", -1, int)
    if 0 <= chosen < len(reading.readings):
        return reading.readings[chosen]
    return reading


def _office() -> str | None:
    """The page where the manager chooses the centre's vaccines."""
    endpoint = "office_vaccines.vaccines"
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _check(form: DeliveryForm) -> ResponseReturnValue:
    """Show what would be saved, in doses; nothing is written yet."""
    delivery = form.to_request()
    try:
        vaccine = receive_service.check_delivery(db.session(), delivery, day=today())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    known = receive_service.find_lot(db.session(), vaccine.id, delivery.lot_number)
    return render_template(
        "stock/receive_check.html",
        form=form,
        delivery=delivery,
        vaccine=vaccine,
        known=known and queries.lot_line(db.session(), known.id),
        doses=receive_service.doses_in(vaccine, delivery.box_count),
    )


def _save(form: DeliveryForm) -> ResponseReturnValue:
    delivery, key, now = form.to_request(), request.form.get("once"), clock.now()
    agent_id, day = current_agent_id(), today()
    try:
        with transaction() as session:
            target = once.first_result(session, key)
            if target is None:
                saved = receive_service.receive(session, delivery, by_id=agent_id, day=day, now=now)
                target = url_for(".receive", done=saved.id)
                once.keep_result(session, key, target, now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    return redirect(target)
