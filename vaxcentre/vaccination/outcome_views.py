"""Not vaccinated, doses declared from elsewhere, and the dose that comes next."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from vaxcentre import clock
from vaxcentre.booking.history import history_of
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.vaccination import next_service, outcome_service
from vaxcentre.vaccination.bp import bp
from vaxcentre.vaccination.forms import DeclaredDoseForm, NoInjectionForm
from vaxcentre.vaccination.next_service import NextDoseRequest
from vaxcentre.web import languages
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.once import first_result, keep_result
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id


@bp.route("/visits/<int:visit_id>/not-vaccinated", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def not_given(visit_id: int) -> ResponseReturnValue:
    """Not vaccinated: why, and what comes next."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    form = NoInjectionForm()
    language = languages.chosen()
    form.course_id.choices = [
        (d.course_id, d.course.short_name(language)) for d in standing.open_doses
    ]
    if form.validate_on_submit():
        try:
            with transaction() as session:
                outcome_service.record_no_injection(
                    session,
                    form.to_request(visit_id),
                    by_id=current_agent_id(),
                    day=clock.today(the_centre().zone),
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".patient", visit_id=visit_id))
        standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("vaccination/not_given.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200


@bp.post("/not-vaccinated/<int:no_injection_id>/undo")
@staff(Role.NURSE, Role.DOCTOR)
def undo_not_given(no_injection_id: int) -> ResponseReturnValue:
    """It was recorded by mistake a moment ago: the dose is planned again."""
    with transaction() as session:
        row = outcome_service.undo_no_injection(
            session, no_injection_id, by_id=current_agent_id(), now=clock.now()
        )
        visit_id = row.visit_id
    flash(_("Taken back: the dose is planned again."), "go")
    return redirect(url_for(".patient", visit_id=visit_id))


@bp.route("/visits/<int:visit_id>/earlier-doses", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def earlier_doses(visit_id: int) -> ResponseReturnValue:
    """The doses somebody had elsewhere: record one, or withdraw one."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    patient_id, key = standing.patient.id, request.form.get("once")
    form = DeclaredDoseForm()
    courses = db.session.scalars(select(Course).order_by(Course.position, Course.id))
    # The whole names: dTP is five vaccinations, each of its own age.
    form.course_id.choices = [(row.id, row.name(languages.chosen())) for row in courses]
    here = url_for(".earlier_doses", visit_id=visit_id)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                if first_result(session, key) is None:
                    outcome_service.declare_dose(
                        session,
                        form.to_request(patient_id),
                        by_id=current_agent_id(),
                        zone=the_centre().zone,
                        now=clock.now(),
                    )
                    keep_result(session, key, here, now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The dose is recorded as declared."), "go")
            return redirect(here)
        standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template(
        "vaccination/earlier_doses.html",
        form=form,
        standing=standing,
        history=history_of(db.session(), patient_id, the_centre().zone),
    )
    return page, 422 if form.all_errors else 200


@bp.post("/visits/<int:visit_id>/earlier-doses/<int:declared_id>/withdraw")
@staff(Role.NURSE, Role.DOCTOR)
def withdraw_declared(visit_id: int, declared_id: int) -> ResponseReturnValue:
    """A declared dose no longer counts."""
    with transaction() as session:
        outcome_service.withdraw_declared_dose(
            session, declared_id, by_id=current_agent_id(), now=clock.now()
        )
    flash(_("The declared dose is withdrawn; it no longer counts."), "go")
    return redirect(url_for(".earlier_doses", visit_id=visit_id))


@bp.post("/visits/<int:visit_id>/next-dose")
@staff(Role.NURSE, Role.DOCTOR)
def book_next(visit_id: int) -> ResponseReturnValue:
    """Book or move the next dose to one of the times offered."""
    numbers = (
        request.form.get("course_id", type=row_number),
        request.form.get("slot_id", type=row_number),
    )
    asked = NextDoseRequest(visit_id, *(number or 0 for number in numbers))
    with transaction() as session:
        next_service.book_next_dose(
            session, asked, by_id=current_agent_id(), zone=the_centre().zone, now=clock.now()
        )
    flash(_("The next dose is booked."), "go")
    return redirect(url_for(".patient", visit_id=visit_id))
