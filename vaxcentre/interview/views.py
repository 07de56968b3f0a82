"""The questionnaire at the centre: who waits for what, and asking."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview import condition_views, doctor_views, service
from vaxcentre.interview.bp import bp
from vaxcentre.interview.forms import AuthorisationForm, question_form
from vaxcentre.interview.queries import Waiting, sort_waiting
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.visits import read_day, read_visit
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import local
from vaxcentre.web.fragments import fresh
from vaxcentre.web.signin import current_agent, current_agent_id

__all__ = ["bp", "condition_views", "doctor_views"]


@bp.get("/")
@staff(Role.NURSE, Role.DOCTOR)
def waiting() -> ResponseReturnValue:
    """Who is here, and what each of them needs."""
    return render_template(
        "interview/waiting.html", waiting=_waiting(), local_now=local(clock.now())
    )


@bp.get("/list")
@staff(Role.NURSE, Role.DOCTOR)
def waiting_list() -> ResponseReturnValue:
    """The same list alone, for the page that keeps itself up to date."""
    return fresh(render_template("interview/_waiting.html", waiting=_waiting()))


def _waiting() -> Waiting:
    return sort_waiting(read_day(db.session(), _today(), now=clock.now()))


def _today() -> date:
    return clock.today(the_centre().zone)


@bp.route("/<int:visit_id>/questions", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def ask(visit_id: int) -> ResponseReturnValue:
    """Ask the questions, or go through the answers given at home."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    form = question_form(standing.questions, languages.chosen(), standing.answers)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.answer_here(
                    session, visit_id, form.to_answers(), by_id=current_agent_id(), now=clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(_after(visit_id))
        standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("interview/ask.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200


@bp.post("/<int:visit_id>/confirmed")
@staff(Role.NURSE, Role.DOCTOR)
def confirm(visit_id: int) -> ResponseReturnValue:
    """The answers given at home still hold."""
    with transaction() as session:
        service.confirm_answers(session, visit_id, by_id=current_agent_id(), now=clock.now())
    return redirect(_after(visit_id))


def _after(visit_id: int) -> str:
    """Say what follows from the answers: back to the list, or the paper that is missing."""
    standing = read_visit(db.session(), visit_id, now=clock.now())
    if standing.lacks_authorisation:
        return url_for(".authorise", visit_id=visit_id)
    number = standing.visit.queue_number
    if standing.doubts:
        flash(_("No. %(number)s: an answer is for the doctor.", number=number), "wait")
    else:
        flash(_("No. %(number)s: all clear, ready for a box.", number=number), "go")
    return url_for(".waiting")


@bp.route("/<int:visit_id>/authorisation", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def authorise(visit_id: int) -> ResponseReturnValue:
    """Who comes with a minor or a protected adult, and the authorisation that was seen."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    if not standing.needs_authorisation:
        abort(404)
    visit = standing.visit
    form = AuthorisationForm(obj=visit, is_seen=visit.authorised_at is not None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                asked = form.to_request(visit_id)
                service.record_authorisation(
                    session, asked, by_id=current_agent_id(), now=clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(_after_authorisation(asked, standing.visit.box))
        standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("interview/authorise.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200


def _after_authorisation(asked: service.AuthorisationRequest, box: int | None) -> str:
    """Back to where the person is: in a box, in the waiting list, or at the desk."""
    if asked.is_seen:
        flash(_("The authorisation is recorded as seen."), "go")
    else:
        flash(_("Without the authorisation, nothing can be injected."), "stop")
    if not current_agent().may(Role.NURSE, Role.DOCTOR):
        return url_for("reception.today", visit=asked.visit_id)
    if box is not None:
        return url_for("vaccination.visit", visit_id=asked.visit_id)
    return url_for(".waiting")
