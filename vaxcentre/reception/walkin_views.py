"""A walk-in: what is possible now, who it is, yes or no."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.patient import Patient
from vaxcentre.reception import merge_service, queries, service, today, walkin_service
from vaxcentre.reception.blueprint import DESK, bp
from vaxcentre.reception.forms import DOCUMENT_KEYS, WalkInForm, number_of
from vaxcentre.reception.rows import Row
from vaxcentre.rules.identity import first_given_name, fold
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import languages, once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import short_date
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id


@bp.get("/reception/walk-in")
@staff(*DESK)
def walk_in() -> ResponseReturnValue:
    """Show what can be given now, and ask who it is."""
    form = WalkInForm(formdata=None, data=_beginning())
    return _page(form)


@bp.post("/reception/walk-in")
@staff(*DESK)
def receive() -> ResponseReturnValue:
    """Book and receive at once, or say no at its field."""
    form = WalkInForm()
    courses = _offer(form)
    if not courses or not form.validate():
        return _page(form), 422
    twins = [] if number_of(form.patient_id) or form.is_new.data else _twins(form)
    if twins:
        return _page(form, twins), 422
    try:
        target = _receive(form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 409
    return redirect(target)


@bp.post("/reception/appointments/<int:appointment_id>/move-here")
@staff(*DESK)
def move_here(appointment_id: int) -> ResponseReturnValue:
    """Somebody came on the wrong day: give them a place of today."""
    now = clock.now()
    with transaction() as session:
        walkin_service.move_here(
            session,
            appointment_id,
            by_id=current_agent_id(),
            now=now,
            day=clock.local_day(now, the_centre().zone),
        )
    return redirect(url_for("reception.today", appointment=appointment_id))


def _receive(form: WalkInForm) -> str:
    now, key = clock.now(), request.form.get("once")
    with transaction() as session:
        target = once.first_result(session, key)
        if target is None:
            visit = walkin_service.walk_in(
                session,
                form.to_walk_in(languages.chosen()),
                by_id=current_agent_id(),
                now=now,
                day=clock.local_day(now, the_centre().zone),
            )
            target = url_for("reception.today", visit=visit.id)
            once.keep_result(session, key, target, now=now)
    return target


def _beginning() -> dict[str, object]:
    """What is known before anything is typed: the person of the panel, the last document."""
    found: dict[str, object] = {
        "document": service.last_document(db.session(), current_agent_id()).value
    }
    row = _replaced(request.args.get("appointment", type=row_number))
    patient_id = row.person.id if row else request.args.get("patient", type=row_number)
    if patient_id is None:
        return found
    person = queries.person(db.session(), patient_id)
    if person is None:
        return found
    now, agent_id = clock.now(), current_agent_id()
    with transaction() as session:
        audit.note_read(session, person.id, "reception.walk_in", by_id=agent_id, now=now)
    if row is not None:
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


def _replaced(appointment_id: int | None) -> Row | None:
    if appointment_id is None:
        return None
    return queries.row_by_id(db.session(), appointment_id, clock.now())


def _offer(form: WalkInForm) -> list[today.CourseToday]:
    """What today's clinics still give; where it is one thing only, it is chosen already."""
    now = clock.now()
    courses = today.courses_today(db.session(), clock.local_day(now, the_centre().zone), now)
    language = languages.chosen()
    form.courses.choices = [(course.id, course.name(language)) for course in courses]
    if len(courses) == 1 and not form.courses.data:
        form.courses.data = [courses[0].id]
    return courses


def _twins(form: WalkInForm) -> list[Patient]:
    """Whom it could be under another spelling; the very same name is the same person."""
    person = form.person("fr")
    return [
        twin
        for twin in merge_service.twins_of(
            db.session(), person.family_name, person.given_names, person.birth_on
        )
        if (twin.folded_family, twin.folded_given)
        != (fold(person.family_name), fold(first_given_name(person.given_names)))
    ]


def _page(form: WalkInForm, twins: list[Patient] | None = None) -> str:
    courses = _offer(form)
    return render_template(
        "reception/walk_in.html",
        form=form,
        courses=courses,
        twins=twins or [],
        document_keys=DOCUMENT_KEYS,
        replaced=_replaced(number_of(form.replaces_id)),
    )
