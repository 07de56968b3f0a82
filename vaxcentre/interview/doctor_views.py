"""The doctor's list, and the doctor's word on one person."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking.history import EarlierDose, due_dose, history_of
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview import decision_service
from vaxcentre.interview.alerts import alerts_of, answer_lines
from vaxcentre.interview.bp import bp
from vaxcentre.interview.forms import DecisionForm, OverrideForm
from vaxcentre.interview.queries import sort_waiting
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.standing import Standing
from vaxcentre.interview.visits import read_day, read_visit
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock.service import usable_lots
from vaxcentre.web import errors, languages
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent_id


@dataclass(frozen=True)
class PlannedLine:
    """A planned dose as the doctor reads it: which one is due, or why none is."""

    course: Course
    dose_number: int
    of: int | None
    earliest_on: object
    refusal: str | None
    is_without_product: bool = False  # nothing in stock is meant for this age


@bp.get("/doctor")
@staff(Role.DOCTOR)
def doctor() -> ResponseReturnValue:
    """Who waits for the doctor; and everybody else who is here, for a question from a box."""
    today = clock.today(the_centre().zone)
    waiting = sort_waiting(read_day(db.session(), today, now=clock.now()))
    return render_template("interview/doctor.html", waiting=waiting)


@bp.route("/<int:visit_id>/decision", methods=["GET", "POST"])
@staff(Role.DOCTOR)
def decide(visit_id: int) -> ResponseReturnValue:
    """Read the answers that are not clear, and decide."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    form = DecisionForm(data={"interview_id": _interview_id(standing)})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                decision_service.decide(
                    session,
                    form.to_request(visit_id),
                    by_id=current_agent_id(),
                    zone=the_centre().zone,
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Decided and signed. The nurse can read it."), "go")
            return redirect(url_for(".doctor"))
    return _page(visit_id, form, _override_form(standing))


@bp.post("/<int:visit_id>/decision/override")
@staff(Role.DOCTOR)
def override(visit_id: int) -> ResponseReturnValue:
    """Set the interval or the product's age aside for one vaccination, with the reason."""
    standing = read_visit(db.session(), visit_id, now=clock.now())
    form = _override_form(standing)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                decision_service.decide(
                    session,
                    form.to_request(visit_id),
                    by_id=current_agent_id(),
                    zone=the_centre().zone,
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The rule is set aside for this vaccination, with your reason."), "go")
            return redirect(url_for(".decide", visit_id=visit_id))
    decision = DecisionForm(formdata=None, data={"interview_id": _interview_id(standing)})
    return _page(visit_id, decision, form)


def _interview_id(standing: Standing) -> int | str:
    return standing.interview.id if standing.interview else ""


def _override_form(standing: Standing) -> OverrideForm:
    form = OverrideForm(data={"interview_id": _interview_id(standing)})
    language = languages.chosen()
    courses = [dose.course for dose in standing.open_doses]
    form.course_id.choices = [(course.id, course.short_name(language)) for course in courses]
    return form


def _page(visit_id: int, form: DecisionForm, override_form: OverrideForm) -> ResponseReturnValue:
    zone = the_centre().zone
    standing = read_visit(db.session(), visit_id, now=clock.now())
    history = history_of(db.session(), standing.patient.id, zone)
    page = render_template(
        "interview/decide.html",
        form=override_form if override_form.errors else form,
        decision_form=form,
        override_form=override_form,
        standing=standing,
        alerts=alerts_of(standing),
        answers=answer_lines(standing),
        history=history,
        planned=[_planned_line(standing, dose.course, history) for dose in standing.open_doses],
    )
    return page, 422 if form.all_errors or override_form.all_errors else 200


def _planned_line(standing: Standing, course: Course, history: list[EarlierDose]) -> PlannedLine:
    day = clock.today(the_centre().zone)
    number = next(d.dose_number for d in standing.planned if d.course_id == course.id)
    conditions = standing.visit.appointment.conditions_for(course)
    try:
        due = due_dose(course, standing.patient, history, on=day, conditions=conditions)
    except Refusal as refusal:
        return PlannedLine(course, number, None, None, errors.say(refusal))
    early = due.earliest_on if day < due.earliest_on else None
    months = standing.patient.age_in_months_on(day)
    fitting = [
        lot.vaccine.suits_age(months) for lot, _n in usable_lots(db.session(), course.id, day)
    ]
    nothing_fits = bool(fitting) and not any(fitting)
    return PlannedLine(course, due.dose_number, due.of, early, None, nothing_fits)
