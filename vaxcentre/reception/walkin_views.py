"""A walk-in: what is possible now, who it is, yes or no."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking.refusals import AlreadyBooked
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.patient import Patient
from vaxcentre.reception import queries, service, today, walkin_service
from vaxcentre.reception.blueprint import DESK, bp
from vaxcentre.reception.forms import CORRECT, KEEP, WalkInForm, number_of
from vaxcentre.reception.pages import note_read
from vaxcentre.reception.walkin_page import (
    differs,
    fill_from_search,
    fill_from_sheet,
    is_spelt_otherwise,
    known,
    offer,
    reason_of,
    replaced,
    twins,
    walk_in_page,
)
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.scan_text import LONGEST_SCAN
from vaxcentre.web import languages, once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import short_date, time_of_day
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id


@bp.get("/reception/walk-in")
@staff(*DESK)
def walk_in() -> ResponseReturnValue:
    """Show what can be given now, and ask who it is."""
    beginning = _beginning()
    page = walk_in_page(WalkInForm(formdata=None, data=beginning))
    if "patient_id" in beginning:
        note_read(int(str(beginning["patient_id"])), "reception.walk_in")
    return page


@bp.post("/reception/walk-in/begin")
@staff(*DESK)
def begin_walk_in() -> ResponseReturnValue:
    """The same with what was searched in vain; names never stand in an address."""
    form = WalkInForm(formdata=None, data=_last_document())
    typed = request.form.get("q", "").strip(" \t\r\n") or request.form.get("asked", "")
    fill_from_search(form, typed[:LONGEST_SCAN])
    return walk_in_page(form)


@bp.post("/reception/walk-in")
@staff(*DESK)
def receive() -> ResponseReturnValue:
    """Book and receive at once, or say no at its field; a scan only fills the form."""
    form = WalkInForm()
    if form.scan.data:
        fill_from_sheet(form, form.scan.data)
        return walk_in_page(form), 422 if form.scan.errors else 200
    if not offer(form) or not form.validate():
        return walk_in_page(form), 422
    patient = _whoever(form)
    asked = _ask_who(form, patient)
    if asked is not None:
        return asked, 422
    is_kept = patient is not None and is_spelt_otherwise(form, patient)
    try:
        target = _receive(form)
    except AlreadyBooked:
        if patient is None:
            raise
        flash(_("An appointment exists already for this vaccination: see below."), "stop")
        return redirect(url_for("reception.person", patient_id=patient.id))
    except Refusal as refusal:
        form.refuse(refusal)
        return walk_in_page(form), 409
    if is_kept and form.identity.data != CORRECT:
        flash(_("This person was on record already: that spelling was kept."), "soft")
    return redirect(target)


def _whoever(form: WalkInForm) -> Patient | None:
    """Who is meant of those on record; the form says so from now on."""
    form.drop_old_answers()
    if form.is_new.data:
        form.patient_id.data = ""
    patient = known(form)
    form.is_known.data = number_of(form.is_known) or number_of(form.patient_id)
    form.patient_id.data = str(patient.id) if patient else ""
    return patient


def _ask_who(form: WalkInForm, patient: Patient | None) -> str | None:
    """The page once more, where it is not clear who it is; None where it is."""
    others = [] if form.is_known.data or form.is_new.data else twins(form, patient)
    if others:
        form.patient_id.data = ""
        return walk_in_page(form, twins=others)
    is_answered = form.identity.data in {KEEP, CORRECT}
    if patient is not None and not is_answered and differs(form, patient):
        return walk_in_page(form, other=patient)
    return None


@bp.post("/reception/appointments/<int:appointment_id>/move-here")
@staff(*DESK)
def move_here(appointment_id: int) -> ResponseReturnValue:
    """Somebody came on the wrong day: give them a place of today."""
    now, key = clock.now(), request.form.get("once")
    target = url_for("reception.today", appointment=appointment_id)
    moved = None
    with transaction() as session:
        if once.first_result(session, key) is None:
            moved = walkin_service.move_here(
                session,
                appointment_id,
                by_id=current_agent_id(),
                now=now,
                day=clock.local_day(now, the_centre().zone),
            )
            once.keep_result(session, key, target, now=now)
        moved_to = moved.place.slot.starts_at if moved else None
    if moved_to is not None:
        flash(_("Moved to today, %(time)s.", time=time_of_day(moved_to)), "go")
    return redirect(target)


def _receive(form: WalkInForm) -> str:
    now, key, lost_at = clock.now(), request.form.get("once"), None
    with transaction() as session:
        target = once.first_result(session, key)
        if target is None:
            visit = walkin_service.walk_in(
                session,
                form.to_walk_in(languages.chosen(), reason_of(form)),
                by_id=current_agent_id(),
                now=now,
                day=clock.local_day(now, the_centre().zone),
            )
            lost_at = today.given_away(session, visit.appointment.place_id, now)
            target = url_for("reception.today", visit=visit.id)
            once.keep_result(session, key, target, now=now)
    if lost_at is not None:
        at = time_of_day(lost_at)
        flash(_("The slot was full: the place of %(at)s, missed so far, was taken.", at=at), "soft")
    return target


def _last_document() -> dict[str, object]:
    return {"document": service.last_document(db.session(), current_agent_id()).value}


def _beginning() -> dict[str, object]:
    """What is known before anything is typed: the person of the panel, the last document."""
    found = _last_document()
    row = replaced(request.args.get("appointment", type=row_number))
    patient_id = row.person.id if row else request.args.get("patient", type=row_number)
    if patient_id is None:
        return found
    person = queries.person(db.session(), patient_id)
    if person is None:
        return found
    if row is not None:
        now = clock.now()
        found["courses"] = [dose.course_id for dose in row.doses]
        found["replaces_id"] = row.id if row.is_expected and row.starts_at > now else ""
    return found | {
        "patient_id": person.id,
        "family_name": person.family_name,
        "given_names": person.given_names,
        "birth_on": short_date(person.birth_on),
        "phone": person.phone or "",
        "email": person.email or "",
    }
