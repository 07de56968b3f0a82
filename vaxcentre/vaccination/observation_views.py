"""The observation board: who may leave, who leaves early, what happened."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.standing import read_visit
from vaxcentre.models.patient import Patient
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.vaccination import observation_service
from vaxcentre.vaccination.board import Watched, watched_people
from vaxcentre.vaccination.bp import bp
from vaxcentre.vaccination.observation_forms import LeaveForm, ReactionForm
from vaxcentre.vaccination.refusals import LeavesEarly
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import local
from vaxcentre.web.fragments import fresh
from vaxcentre.web.once import first_result, keep_result
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id

CERTIFICATE = "certificates.issue"


@bp.get("/board")
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board() -> ResponseReturnValue:
    """Everybody who is watched, sorted by the time that is left."""
    return render_template(
        "vaccination/board.html",
        people=_people(),
        certificate_of=certificate_of,
        local_now=local(clock.now()),
    )


@bp.get("/board/list")
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board_list() -> ResponseReturnValue:
    """The same people alone, for the page that keeps itself up to date."""
    return fresh(
        render_template("vaccination/_board.html", people=_people(), certificate_of=certificate_of)
    )


def _people() -> list[Watched]:
    now = clock.now()
    return watched_people(db.session(), clock.local_day(now, the_centre().zone), now=now)


def certificate_of(patient: Patient) -> str | None:
    """Where this person's certificate is printed, when that station is open here."""
    if CERTIFICATE not in current_app.view_functions:
        return None
    return url_for(CERTIFICATE, patient_id=patient.id)


@bp.post("/board/leave")
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board_leave() -> ResponseReturnValue:
    """One tap: gone home. Before the minutes are over, the next page asks why."""
    visit_id = request.form.get("visit_id", type=row_number) or 0
    try:
        with transaction() as session:
            observation_service.leave(
                session, visit_id, early_reason=None, by_id=current_agent_id(), now=clock.now()
            )
    except LeavesEarly:
        return redirect(url_for(".board_leave_early", visit_id=visit_id))
    return _left(visit_id)


@bp.route("/board/<int:visit_id>/leave", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board_leave_early(visit_id: int) -> ResponseReturnValue:
    """Leaving before the minutes are over: the reason."""
    form = LeaveForm()
    if form.validate_on_submit():
        with transaction() as session:
            observation_service.leave(
                session,
                visit_id,
                early_reason=form.early_reason.data,
                by_id=current_agent_id(),
                now=clock.now(),
            )
        return _left(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("vaccination/leave.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200


def _left(visit_id: int) -> ResponseReturnValue:
    number = read_visit(db.session(), visit_id, now=clock.now()).visit.queue_number
    flash(_("No. %(number)s has gone home.", number=number), "go")
    return redirect(url_for(".board"))


@bp.route("/board/<int:visit_id>/reaction", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def board_reaction(visit_id: int) -> ResponseReturnValue:
    """What happened in the minutes after, what was done, how it ended."""
    if request.method == "GET":
        note_read(visit_id)
    standing = read_visit(db.session(), visit_id, now=clock.now())
    form = ReactionForm(data={"noticed_time": local(clock.now()).time()})
    day, key = standing.visit.day, request.form.get("once")
    if form.validate_on_submit():
        try:
            with transaction() as session:
                if first_result(session, key) is None:
                    observation_service.record_reaction(
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
        standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("vaccination/reaction.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200
