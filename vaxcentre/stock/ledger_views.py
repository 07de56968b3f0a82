"""Send doses to another house, or count those that are here."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.stock import StockMovement
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import ledger_service, queries
from vaxcentre.stock.forms import CountForm, SendForm
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.fields import Form
from vaxcentre.web.signin import current_agent_id

Work = Callable[[Session], StockMovement | None]


@staff(Role.STOCK)
def move(lot_id: int) -> ResponseReturnValue:
    """What can be done with a lot besides giving and discarding."""
    return _page(lot_id, SendForm(formdata=None), CountForm(formdata=None))


@staff(Role.STOCK)
def send(lot_id: int) -> ResponseReturnValue:
    """Doses leave for another centre, or go back to the supplier."""
    form, agent_id, now = SendForm(), current_agent_id(), clock.now()
    if form.validate():
        asked = form.to_request(lot_id)
        if _done(
            form,
            lot_id,
            lambda session: ledger_service.send(session, asked, by_id=agent_id, now=now),
        ):
            flash(ngettext("%(num)d dose sent.", "%(num)d doses sent.", asked.doses), "go")
            return redirect(url_for(".lot", lot_id=lot_id))
    return _page(lot_id, form, CountForm(formdata=None), failed=form), 422


@staff(Role.STOCK)
def count(lot_id: int) -> ResponseReturnValue:
    """Hold what is on the shelf against what the movements say."""
    form, agent_id, now = CountForm(), current_agent_id(), clock.now()
    if form.validate():
        asked = form.to_request(lot_id)
        if _done(
            form,
            lot_id,
            lambda session: ledger_service.count(session, asked, by_id=agent_id, now=now),
        ):
            _say_count(asked.counted - asked.expected)
            return redirect(url_for(".lot", lot_id=lot_id))
    return _page(lot_id, SendForm(formdata=None), form, failed=form), 422


def _done(form: Form, lot_id: int, work: Work) -> bool:
    """Whether it was written, now or by an earlier click; else the form says why not."""
    key, now = request.form.get("once"), clock.now()
    _find(lot_id)
    try:
        with transaction() as session:
            if once.first_result(session, key) is None:
                work(session)
                once.keep_result(session, key, url_for(".lot", lot_id=lot_id), now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _say_count(more: int) -> None:
    if more == 0:
        flash(_("The count is right. It was signed."), "go")
    elif more < 0:
        said = ngettext(
            "%(num)d dose is missing: discarded.", "%(num)d doses are missing: discarded.", -more
        )
        flash(said, "wait")
    else:
        flash(ngettext("%(num)d dose more.", "%(num)d doses more.", more), "wait")


def _find(lot_id: int) -> queries.LotLine:
    line = queries.lot_line(db.session(), lot_id)
    if line is None:
        abort(404)
    return line


def _page(lot_id: int, form: SendForm, counting: CountForm, failed: Form | None = None) -> str:
    line = _find(lot_id)
    # The page counts against what it shows: after a refusal, against what is there now.
    counting.expected.data, counting.expected.raw_data = line.on_hand, None
    return render_template(
        "stock/move.html", line=line, send_form=form, count_form=counting, form=failed
    )
