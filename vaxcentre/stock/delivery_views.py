"""Deliveries to come: announce one, and expect no more of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import deliveries as expected
from vaxcentre.stock import queries
from vaxcentre.stock.delivery_forms import AnnounceForm, SettleForm
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent, current_agent_id


@staff(Role.STOCK, Role.MANAGER, Role.INSPECTOR)
def deliveries() -> ResponseReturnValue:
    """What the supplier has confirmed, and what came of it."""
    return _page(_announce_form(formdata=None))


@staff(Role.STOCK)
def announce() -> ResponseReturnValue:
    """Write a confirmed delivery down."""
    form, key, now = _announce_form(), request.form.get("once"), clock.now()
    if not form.validate():
        return _page(form), 422
    day, agent_id = clock.today(the_centre().zone), current_agent_id()
    try:
        with transaction() as session:
            if once.first_result(session, key) is None:
                expected.announce(session, form.to_request(), by_id=agent_id, day=day, now=now)
                once.keep_result(session, key, url_for(".deliveries"), now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("Delivery announced."), "go")
    return redirect(url_for(".deliveries"))


@staff(Role.STOCK)
def settle(delivery_id: int) -> ResponseReturnValue:
    """Take it off the list, with the reason."""
    form, agent_id = SettleForm(prefix=f"d{delivery_id}"), current_agent_id()
    if not form.validate():
        return _page(_announce_form(formdata=None), wrong={delivery_id: form}), 422
    with transaction() as session:
        reason = form.settle_reason.data
        expected.settle(session, delivery_id, reason, by_id=agent_id, now=clock.now())
    flash(_("This delivery is no longer expected."), "go")
    return redirect(url_for(".deliveries"))


def _announce_form(**options: object) -> AnnounceForm:
    form = AnnounceForm(**options)
    form.offer(queries.vaccines_in_use(db.session()))
    return form


def _page(form: AnnounceForm, *, wrong: dict[int, SettleForm] | None = None) -> str:
    lines, failed = expected.expected(db.session()), wrong or {}
    return render_template(
        "stock/deliveries.html",
        form=next(iter(failed.values()), form),
        announce_form=form,
        settle_forms={
            one.id: failed.get(one.id) or SettleForm(prefix=f"d{one.id}", formdata=None)
            for one in lines
        },
        expected=lines,
        settled=expected.settled(db.session()),
        today=clock.today(the_centre().zone),
        may_write=current_agent().may(Role.STOCK),
    )
