"""The observation board: who may leave, who leaves early, who has not left after all."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.reading import note_read
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.patient import Patient
from vaxcentre.rules.vocabulary import Role
from vaxcentre.vaccination import observation_service
from vaxcentre.vaccination.board import Gone, Watched, gone_lately, watched_people
from vaxcentre.vaccination.bp import bp
from vaxcentre.vaccination.observation_forms import LeaveForm
from vaxcentre.vaccination.refusals import LeavesEarly
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import local
from vaxcentre.web.fragments import fresh
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id

CERTIFICATE = "certificates.of_patient"


@bp.get("/board")
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board() -> ResponseReturnValue:
    """Everybody who is watched, sorted by the time that is left."""
    gone, left = _gone(), request.args.get("left", type=row_number)
    return render_template(
        "vaccination/board.html",
        people=_people(),
        gone=gone,
        left=next((one for one in gone if one.visit.id == left), None),
        certificate_of=certificate_of,
        local_now=local(clock.now()),
    )


@bp.get("/board/list")
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board_list() -> ResponseReturnValue:
    """The same people alone, for the page that keeps itself up to date."""
    return fresh(
        render_template(
            "vaccination/_board.html",
            people=_people(),
            gone=_gone(),
            certificate_of=certificate_of,
        )
    )


def _people() -> list[Watched]:
    now = clock.now()
    return watched_people(db.session(), clock.local_day(now, the_centre().zone), now=now)


def _gone() -> list[Gone]:
    now = clock.now()
    return gone_lately(db.session(), clock.local_day(now, the_centre().zone), now=now)


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
    return redirect(url_for(".board", left=visit_id))


@bp.route("/board/<int:visit_id>/leave", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board_leave_early(visit_id: int) -> ResponseReturnValue:
    """Leaving before the minutes are over: the reason."""
    if request.method == "GET":
        note_read(visit_id)
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
        return redirect(url_for(".board", left=visit_id))
    standing = read_visit(db.session(), visit_id, now=clock.now())
    page = render_template("vaccination/leave.html", form=form, standing=standing)
    return page, 422 if form.all_errors else 200


@bp.post("/board/undo-leave")
@staff(Role.NURSE, Role.DOCTOR, Role.RECEPTION)
def board_undo_leave() -> ResponseReturnValue:
    """The wrong person was noted as gone: back on the board."""
    visit_id = request.form.get("visit_id", type=row_number) or 0
    with transaction() as session:
        row = observation_service.undo_leave(
            session, visit_id, by_id=current_agent_id(), now=clock.now()
        )
        number = row.visit.queue_number
    flash(_("No. %(number)s is under observation again.", number=number), "go")
    return redirect(url_for(".board"))
