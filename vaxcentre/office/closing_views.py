"""Close a clinic: who is booked, why, where they go, and the list of calls."""

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.office import clinic_page, closing_service
from vaxcentre.office.call_queries import booked_on, calls_of
from vaxcentre.office.clinic_forms import ClosingForm, ReopenForm
from vaxcentre.office.clinic_refusals import BeyondDoses
from vaxcentre.office.closing_service import Settled
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import errors, once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paper import paper
from vaxcentre.web.signin import current_agent_id

CALLERS = (Role.MANAGER, Role.RECEPTION, Role.OPERATOR)


def route(bp: Blueprint) -> None:
    """Put these pages under the clinics' address."""
    at = f"/{clinic_page.ID}"
    bp.add_url_rule(f"{at}/close", view_func=close, methods=["GET", "POST"])
    bp.add_url_rule(f"{at}/settle", view_func=settle, methods=["POST"])
    bp.add_url_rule(f"{at}/reopen", view_func=reopen, methods=["POST"])
    bp.add_url_rule(f"{at}/call-list", view_func=call_list)


@staff(Role.MANAGER)
def close(clinic_id: int) -> ResponseReturnValue:
    """Show who is booked; close when the reason and their new day are said."""
    line = clinic_page.line_or_404(clinic_id)
    form = clinic_page.hours_form(ClosingForm, line.clinic)
    assert isinstance(form, ClosingForm)
    form.offer(clinic_page.target_days(line))
    if request.method == "POST" and form.validate():
        try:
            return redirect(_close(form, line.clinic.id, request.form.get("once")))
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template(
        "office/clinics_close.html",
        form=form,
        clinic=line.clinic,
        calls=booked_on(db.session(), clinic_id),
    )
    return page, 422 if form.errors else 200


def _close(form: ClosingForm, clinic_id: int, key: str | None) -> str:
    day, zone = clinic_page.line_or_404(clinic_id).clinic.day, the_centre().zone
    now, by_id = clock.now(), current_agent_id()
    with transaction() as session:
        first = once.first_result(session, key)
        if first is not None:
            return first
        settled = closing_service.close(
            session, form.to_request(clinic_id, day, zone), by_id=by_id, now=now, zone=zone
        )
        target = url_for(".clinic", clinic_id=settled.clinic_id)
        once.keep_result(session, key, target, now=now)
    _say(settled)
    return target


@staff(Role.MANAGER)
def settle(clinic_id: int) -> ResponseReturnValue:
    """Move or cancel those who are still booked on a closed clinic."""
    line = clinic_page.line_or_404(clinic_id)
    form = clinic_page.settle_form(line)
    if not form.validate():
        return clinic_page.show(clinic_id, wrong=form)
    now, by_id, zone = clock.now(), current_agent_id(), the_centre().zone
    with transaction() as session:
        settled = closing_service.settle_again(
            session, clinic_id, form.target_day(), by_id=by_id, now=now, zone=zone
        )
    _say(settled)
    return redirect(url_for(".clinic", clinic_id=clinic_id))


@staff(Role.MANAGER)
def reopen(clinic_id: int) -> ResponseReturnValue:
    """Open a closed clinic again."""
    clinic_page.line_or_404(clinic_id)
    form, by_id, now = ReopenForm(prefix="reopen"), current_agent_id(), clock.now()
    day = clock.local_day(now, the_centre().zone)
    if not form.validate():
        return clinic_page.show(clinic_id, wrong=form)
    reason = form.beyond_reason.data or ""
    try:
        with transaction() as session:
            closing_service.reopen(session, clinic_id, reason, by_id=by_id, now=now, day=day)
    except BeyondDoses as refusal:
        form.refuse(refusal)
        return clinic_page.show(clinic_id, wrong=form)
    flash(_("The clinic is open again. Who was moved or cancelled stays so."), "go")
    return redirect(url_for(".clinic", clinic_id=clinic_id))


@staff(*CALLERS)
def call_list(clinic_id: int) -> ResponseReturnValue:
    """Print whom to call: those without an e-mail first, then the others with their phones."""
    clinic = clinic_page.line_or_404(clinic_id).clinic
    calls = calls_of(db.session(), clinic)
    now = clock.now()
    sheet = paper(
        "office/clinics_call_list.html",
        name="call-list",
        identity=f"call list {clinic_id} {now.isoformat()}",
        created=now,
        clinic=clinic,
        to_call=[call for call in calls if call.must_be_called],
        written_to=[call for call in calls if not call.must_be_called],
    )
    seen = [call.appointment.patient_id for call in calls]
    by_id = current_agent_id()
    with transaction() as session:
        for patient_id in sorted({number for number in seen if number is not None}):
            audit.note_read(session, patient_id, "office_clinics.call_list", by_id=by_id, now=now)
    return sheet


def _say(settled: Settled) -> None:
    """Tell what became of everybody: counts and sentences, no names."""
    if settled.moved:
        flash(
            ngettext(
                "%(num)d appointment has been moved.",
                "%(num)d appointments have been moved.",
                settled.moved,
            ),
            "go",
        )
    if settled.cancelled:
        flash(
            ngettext(
                "%(num)d appointment has been cancelled.",
                "%(num)d appointments have been cancelled.",
                settled.cancelled,
            ),
            "go",
        )
    for sentence, number in Counter(errors.say(r) for r in settled.refusals).items():
        flash(
            ngettext(
                "%(num)d appointment could not be moved: %(why)s",
                "%(num)d appointments could not be moved: %(why)s",
                number,
                why=sentence,
            ),
            "wait",
        )
    if not (settled.moved or settled.cancelled or settled.refusals):
        flash(_("Nobody was booked on what is closed."), "go")
