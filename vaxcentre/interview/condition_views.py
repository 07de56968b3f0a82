"""The condition of a vaccination, recorded by whoever asks the person."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.bp import bp
from vaxcentre.interview.condition_service import record_condition
from vaxcentre.interview.forms import ConditionForm
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.visits import read_visit
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages
from vaxcentre.web.access import staff
from vaxcentre.web.signin import current_agent_id


@bp.route("/<int:visit_id>/condition", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def condition(visit_id: int) -> ResponseReturnValue:
    """Whether the person is in the situation that a planned vaccination describes."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    form = ConditionForm(data={"courses": [*standing.visit.appointment.declared_courses]})
    described = form.offer(standing.conditional, languages.chosen())
    if form.validate_on_submit():
        try:
            with transaction() as session:
                record_condition(
                    session, visit_id, form.courses.data, by_id=current_agent_id(), now=clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(_after(visit_id))
        standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template(
        "interview/condition.html", form=form, standing=standing, described=described
    )
    return page, 422 if form.all_errors else 200


def _after(visit_id: int) -> str:
    """A new situation may change the answers; one that falls away changes the dose only."""
    standing = read_visit(db.session(), visit_id, now=clock.now())
    if standing.is_outdated:
        flash(_("The condition is recorded. Go through the questions again."), "wait")
        return url_for(".ask", visit_id=visit_id)
    declared = standing.visit.appointment.declared_courses
    flash(_("The condition is recorded.") if declared else _("The condition is withdrawn."), "go")
    return url_for("vaccination.patient", visit_id=visit_id)
