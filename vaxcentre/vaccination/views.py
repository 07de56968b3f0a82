"""The nurse's box: who is next, what may be injected, and writing it down."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.visits import read_day
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.undo import UNDO_FOR
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock.scanner_views import SEPARATOR_COOKIE
from vaxcentre.vaccination import (
    correction_views,
    observation_views,
    outcome_views,
    page,
    queue_service,
    reaction_views,
    service,
)
from vaxcentre.vaccination.bp import bp
from vaxcentre.vaccination.forms import InjectionForm, ScanForm
from vaxcentre.vaccination.queries import latest_in_box
from vaxcentre.vaccination.scanning import scan_lot
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.once import first_result, keep_result
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id, current_seat, forget_seat

__all__ = ["bp", "correction_views", "observation_views", "outcome_views", "reaction_views"]


def _box() -> int | None:
    seat = current_seat()
    return seat.box if seat else None


@bp.get("/box")
@staff(Role.NURSE, Role.DOCTOR)
def box() -> ResponseReturnValue:
    """The nurse's box: the person in it, or the next one to call."""
    number = _box()
    if number is None or "choose" in request.args:
        return render_template("vaccination/choose_box.html", count=the_centre().box_count)
    now, zone = clock.now(), the_centre().zone
    people = read_day(db.session(), clock.local_day(now, zone), now=now)
    since, _end = clock.day_bounds(clock.local_day(now, zone), zone)
    return render_template(
        "vaccination/box.html",
        box=number,
        here=queue_service.in_box(people, number),
        ready=[one for one in people if one.is_ready],
        latest=latest_in_box(db.session(), number, since),
    )


@bp.post("/box")
@staff(Role.NURSE, Role.DOCTOR)
def choose_box() -> ResponseReturnValue:
    """Work in this box from now on, at this desk."""
    seat = current_seat()
    number = request.form.get("box", type=int)
    if seat is None or number is None or not 1 <= number <= the_centre().box_count:
        flash(_("Choose one of the boxes."), "stop")
        return redirect(url_for(".box"))
    with transaction() as session:
        queue_service.choose_box(
            session, seat.session_id, number, by_id=current_agent_id(), now=clock.now()
        )
    forget_seat()
    return redirect(url_for(".box"))


@bp.post("/next")
@staff(Role.NURSE, Role.DOCTOR)
def call_next() -> ResponseReturnValue:
    """Call whoever has been ready longest to this box."""
    with transaction() as session:
        visit = queue_service.call_next(
            session,
            _box(),
            by_id=current_agent_id(),
            day=clock.today(the_centre().zone),
            now=clock.now(),
        )
        visit_id = visit.id if visit else None
    if visit_id is None:
        flash(_("Nobody is ready. Whoever becomes ready appears here."), "wait")
        return redirect(url_for(".box"))
    return redirect(url_for(".patient", visit_id=visit_id))


@bp.post("/visits/<int:visit_id>/call")
@staff(Role.NURSE, Role.DOCTOR)
def call(visit_id: int) -> ResponseReturnValue:
    """Call this person, or call them again."""
    with transaction() as session:
        queue_service.call_to_box(
            session,
            visit_id,
            _box(),
            by_id=current_agent_id(),
            day=clock.today(the_centre().zone),
            now=clock.now(),
        )
    flash(_("Called to box %(box)s.", box=_box()), "go")
    return redirect(url_for(".patient", visit_id=visit_id))


@bp.post("/visits/<int:visit_id>/queue")
@staff(Role.NURSE, Role.DOCTOR)
def put_back(visit_id: int) -> ResponseReturnValue:
    """Back into the queue, at their place."""
    with transaction() as session:
        visit = queue_service.put_back(session, visit_id, by_id=current_agent_id(), now=clock.now())
        number = visit.queue_number
    flash(_("No. %(number)s is back in the queue.", number=number), "go")
    return redirect(url_for(".box"))


@bp.get("/visits/<int:visit_id>")
@staff(Role.NURSE, Role.DOCTOR)
def patient(visit_id: int) -> ResponseReturnValue:
    """The person in front of the nurse."""
    note_read(visit_id)
    return _page(visit_id, lot_id=request.args.get("lot", type=row_number))


@bp.post("/visits/<int:visit_id>/injection")
@staff(Role.NURSE, Role.DOCTOR)
def inject(visit_id: int) -> ResponseReturnValue:
    """The injection is done: write it down, once."""
    form, key = InjectionForm(), request.form.get("once")
    if not form.validate():
        return _page(visit_id, lot_id=form.lot_id.data, form=form)
    here = url_for(".patient", visit_id=visit_id)
    try:
        with transaction() as session:
            if first_result(session, key) is None:
                service.record_injection(
                    session,
                    form.to_request(visit_id, _box()),
                    by_id=current_agent_id(),
                    zone=the_centre().zone,
                    now=clock.now(),
                )
                keep_result(session, key, here, now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(visit_id, lot_id=form.lot_id.data, form=form, refusal=refusal)
    return redirect(here)


@bp.post("/visits/<int:visit_id>/scan")
@staff(Role.NURSE, Role.DOCTOR)
def scan(visit_id: int) -> ResponseReturnValue:
    """Another syringe: use its lot, or stop and say why."""
    form = ScanForm()
    if form.validate():
        course = db.session.get_one(Course, form.course_id.data)
        try:
            lot = scan_lot(
                db.session(),
                form.lot.data,
                course,
                day=clock.today(the_centre().zone),
                gs_substitute=request.cookies.get(SEPARATOR_COOKIE),
            )
        except Refusal as refusal:
            form.refuse(refusal)
            return _page(visit_id, scan_form=form, refusal=refusal)
        return redirect(url_for(".patient", visit_id=visit_id, lot=lot.id))
    return _page(visit_id, scan_form=form)


@bp.post("/injections/<int:injection_id>/undo")
@staff(Role.NURSE, Role.DOCTOR)
def undo(injection_id: int) -> ResponseReturnValue:
    """It was recorded by mistake a moment ago: take it back."""
    with transaction() as session:
        taken_back = service.undo_injection(
            session,
            injection_id,
            by_id=current_agent_id(),
            zone=the_centre().zone,
            now=clock.now(),
        )
        visit_id = taken_back.visit_id
    flash(_("The injection is taken back; its dose is in stock again."), "go")
    return redirect(url_for(".patient", visit_id=visit_id))


def _page(
    visit_id: int,
    *,
    lot_id: int | None = None,
    form: InjectionForm | None = None,
    scan_form: ScanForm | None = None,
    refusal: Refusal | None = None,
) -> ResponseReturnValue:
    shown = page.show(
        visit_id, _box(), lot_id=lot_id, form=form, scan_form=scan_form, refusal=refusal
    )
    is_wrong = bool((form and form.all_errors) or (scan_form and scan_form.all_errors))
    html = render_template(
        "vaccination/patient.html",
        **shown,
        box=_box(),
        may_undo=page.may_undo,
        agent_id=current_agent_id(),
        certificate_of=observation_views.certificate_of,
        ten_minutes=UNDO_FOR,
        one_minute=timedelta(minutes=1),
    )
    return html, 422 if is_wrong else 200
