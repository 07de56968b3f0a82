"""Deliveries, lots, discards."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.stock import StockMovement
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.undo import UNDO_FOR
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import (
    delivery_views,
    keeping_service,
    label_views,
    ledger_views,
    period_views,
    queries,
    recall_views,
    receive_views,
    scanner_views,
    vial_views,
)
from vaxcentre.stock.forms import LOT_KINDS, BlockForm, DiscardForm
from vaxcentre.stock.receive_views import today
from vaxcentre.web import languages, once
from vaxcentre.web.access import staff
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent, current_agent_id

bp = Blueprint("stock", __name__, url_prefix="/stock")
READERS = (Role.STOCK, Role.MANAGER, Role.INSPECTOR, Role.NURSE, Role.DOCTOR)
bp.add_url_rule("/receive", view_func=receive_views.receive, methods=["GET", "POST"])
bp.add_url_rule("/scanner", view_func=scanner_views.scanner, methods=["GET", "POST"])


bp.add_url_rule("/deliveries", view_func=delivery_views.deliveries)
bp.add_url_rule("/deliveries/announce", view_func=delivery_views.announce, methods=["POST"])
bp.add_url_rule(
    "/deliveries/<int:delivery_id>/settle", view_func=delivery_views.settle, methods=["POST"]
)
bp.add_url_rule("/lots/<int:lot_id>/move", view_func=ledger_views.move)
bp.add_url_rule("/lots/<int:lot_id>/send", view_func=ledger_views.send, methods=["POST"])
bp.add_url_rule("/lots/<int:lot_id>/count", view_func=ledger_views.count, methods=["POST"])
bp.add_url_rule("/lots/<int:lot_id>/recipients", view_func=recall_views.recipients)
bp.add_url_rule("/lots/<int:lot_id>/recipients.csv", view_func=recall_views.recipients_csv)
bp.add_url_rule("/vials", view_func=vial_views.vials)
bp.add_url_rule("/vials/open", view_func=vial_views.open_vial, methods=["POST"])
bp.add_url_rule(
    "/vials/<int:vial_id>/discard", "discard_vial", vial_views.discard, methods=["POST"]
)
bp.add_url_rule("/vials/<int:vial_id>/extra", "extra_dose", vial_views.extra, methods=["POST"])
bp.add_url_rule("/vials/<int:vial_id>/undo", "undo_vial", vial_views.undo, methods=["POST"])


bp.add_url_rule("/vials/<int:vial_id>/label.pdf", "vial_label", label_views.label)
bp.add_url_rule("/vials/labels.pdf", "vial_labels", label_views.labels)


bp.add_url_rule("/period", view_func=period_views.period)
bp.add_url_rule("/period.pdf", view_func=period_views.period_pdf)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"lot_kinds": LOT_KINDS}


@bp.get("/")
@staff(*READERS)
def lots() -> ResponseReturnValue:
    """Every lot with its doses, and on top what is left for each vaccination."""
    day = today()
    lines = queries.all_lots(db.session())
    return render_template(
        "stock/lots.html",
        day=day,
        courses=_counts(queries.doses_by_course(db.session(), lines, day)),
        present=[line for line in lines if line.on_hand],
        empty_lots=[line for line in reversed(lines) if not line.on_hand][:50],
        may_receive=current_agent().may(Role.STOCK),
        may_see_deliveries=current_agent().may(Role.STOCK, Role.MANAGER, Role.INSPECTOR),
        has_vials=any(line.lot.vaccine.comes_in_vials for line in lines),
    )


@bp.get("/lots/<int:lot_id>")
@staff(*READERS)
def lot(lot_id: int) -> ResponseReturnValue:
    """One lot: its doses, its movements, and what can be done with it."""
    return _lot_page(lot_id, DiscardForm(formdata=None), BlockForm(formdata=None))


@bp.post("/lots/<int:lot_id>/discard")
@staff(Role.STOCK)
def discard(lot_id: int) -> ResponseReturnValue:
    """Throw doses of this lot away, with the reason."""
    form, key, now = DiscardForm(), request.form.get("once"), clock.now()
    _find(lot_id)
    if form.validate():
        agent_id, asked = current_agent_id(), form.to_request(lot_id)
        try:
            with transaction() as session:
                if once.first_result(session, key) is None:
                    keeping_service.discard(session, asked, by_id=agent_id, now=now)
                    once.keep_result(session, key, url_for(".lot", lot_id=lot_id), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(
                ngettext("%(num)d dose discarded.", "%(num)d doses discarded.", asked.doses), "go"
            )
            return redirect(url_for(".lot", lot_id=lot_id))
    return _lot_page(lot_id, form, BlockForm(formdata=None), failed=form), 422


@bp.post("/movements/<int:movement_id>/undo")
@staff(Role.STOCK)
def undo(movement_id: int) -> ResponseReturnValue:
    """Take a delivery or a discard back."""
    agent_id = current_agent_id()
    if db.session.get(StockMovement, movement_id) is None:
        abort(404)
    with transaction() as session:
        back = keeping_service.undo(session, movement_id, by_id=agent_id, now=clock.now())
        lot_id, doses = back.lot_id, abs(back.doses)
    flash(ngettext("Taken back: %(num)d dose.", "Taken back: %(num)d doses.", doses), "go")
    return redirect(url_for(".lot", lot_id=lot_id))


@bp.post("/lots/<int:lot_id>/block")
@staff(Role.STOCK)
def block(lot_id: int) -> ResponseReturnValue:
    """Block a lot from this second on."""
    return _change_block(lot_id, blocking=True)


@bp.post("/lots/<int:lot_id>/unblock")
@staff(Role.STOCK)
def unblock(lot_id: int) -> ResponseReturnValue:
    """Give a blocked lot free again."""
    return _change_block(lot_id, blocking=False)


def _change_block(lot_id: int, *, blocking: bool) -> ResponseReturnValue:
    form = BlockForm()
    _find(lot_id)
    if not form.validate():
        return _lot_page(lot_id, DiscardForm(formdata=None), form, failed=form), 422
    agent_id, reason = current_agent_id(), form.block_reason.data
    change = keeping_service.block if blocking else keeping_service.unblock
    with transaction() as session:
        number = change(session, lot_id, reason, by_id=agent_id, now=clock.now()).number
    if blocking:
        flash(_("Lot %(lot)s is blocked: nobody can choose it any more.", lot=number), "stop")
    else:
        flash(_("Lot %(lot)s is free again.", lot=number), "go")
    return redirect(url_for(".lot", lot_id=lot_id))


def _counts(courses: list[tuple[Course, int]]) -> list[tuple[int, str, str]]:
    """The doses left for each vaccination, as the day's numbers are shown."""
    language = languages.chosen()
    return [(doses, course.name(language), "go" if doses else "stop") for course, doses in courses]


def _find(lot_id: int) -> queries.LotLine:
    line = queries.lot_line(db.session(), lot_id)
    if line is None:
        abort(404)
    return line


def _lot_page(lot_id: int, form: DiscardForm, block_form: BlockForm, failed: object = None) -> str:
    line, now, agent = _find(lot_id), clock.now(), current_agent()
    page = max(request.args.get("page", 1, row_number), 1)
    movements, has_older = queries.movements_of(db.session(), lot_id, page)
    undoable = {
        m.movement.id
        for m in movements
        if not m.is_reversed and keeping_service.may_be_undone(m.movement, now)
    }
    return render_template(
        "stock/lot.html",
        line=line,
        status_now=line.status_on(today()),
        is_blocked=line.lot.blocked_at is not None,
        movements=movements,
        undoable=undoable,
        undo_for=UNDO_FOR,
        page=page,
        has_older=has_older,
        discard_form=form,
        block_form=block_form,
        form=failed,
        may_write=agent.may(Role.STOCK),
        may_see_people=agent.may(Role.STOCK, Role.DOCTOR),
    )
