"""What happened in the minutes after: recorded, read again, put right."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.visit import Reaction
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.vaccination import reaction_service
from vaxcentre.vaccination.bp import bp
from vaxcentre.vaccination.observation_forms import ReactionCorrectionForm, ReactionForm
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import local
from vaxcentre.web.once import first_result, keep_result
from vaxcentre.web.signin import current_agent, current_agent_id


@bp.route("/board/<int:visit_id>/reaction", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def board_reaction(visit_id: int) -> ResponseReturnValue:
    """What happened in the minutes after, what was done, how it ended; what was recorded so far."""
    if request.method == "GET":
        note_read(visit_id)
    day = read_visit(db.session(), visit_id, now=clock.now()).visit.day
    form, key = _new_form(), request.form.get("once")
    if form.validate_on_submit():
        try:
            with transaction() as session:
                if first_result(session, key) is None:
                    reaction_service.record_reaction(
                        session,
                        form.to_request(visit_id, day, the_centre().zone),
                        by_id=current_agent_id(),
                        now=clock.now(),
                    )
                    keep_result(session, key, url_for(".board"), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("What happened is recorded."), "go")
            return redirect(url_for(".board"))
    return _page(visit_id, form), 422 if form.all_errors else 200


def _new_form() -> ReactionForm:
    return ReactionForm(data={"noticed_time": local(clock.now()).time()})


def _page(visit_id: int, form: ReactionForm) -> str:
    session, now, agent = db.session(), clock.now(), current_agent()
    found = reaction_service.reactions_of(session, visit_id)
    zone = the_centre().zone
    return render_template(
        "vaccination/reaction.html",
        form=form,
        standing=read_visit(session, visit_id, now=now),
        recorded=found,
        names=reaction_service.names_of(session, found),
        mine={
            rows[0].id
            for rows in found
            if reaction_service.may_correct(rows[0], agent, zone=zone, now=now)
        },
    )


@bp.route("/board/reactions/<int:reaction_id>/correction", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def board_correct_reaction(reaction_id: int) -> ResponseReturnValue:
    """Put the record of a reaction right: a new one replaces it, with the reason."""
    old = db.session.get_one(Reaction, reaction_id)
    visit_id, day = old.visit_id, old.visit.day
    if request.method == "GET":
        note_read(visit_id)
    form, key = _form_of(old), request.form.get("once")
    if form.validate_on_submit():
        correction = form.to_correction(old, day, the_centre().zone)
        try:
            with transaction() as session:
                if first_result(session, key) is None:
                    reaction_service.correct_reaction(
                        session,
                        correction,
                        by_id=current_agent_id(),
                        zone=the_centre().zone,
                        now=clock.now(),
                    )
                    keep_result(session, key, url_for(".board"), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The record is corrected. What it said before stays readable."), "go")
            return redirect(url_for(".board_reaction", visit_id=visit_id))
    standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("vaccination/correct_reaction.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200


def _form_of(old: Reaction) -> ReactionCorrectionForm:
    return ReactionCorrectionForm(
        data={
            "kind": old.kind.value,
            "noticed_time": local(old.noticed_at).time(),
            "severity": old.severity.value,
            "treatment": old.treatment or "",
            "outcome": old.outcome.value,
            "note": old.note or "",
        }
    )
