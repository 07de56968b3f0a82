"""Putting an injection's record right, and reading what it said before."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview.reading import note_read
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import CourseVaccine
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.vaccination import correction_service
from vaxcentre.vaccination.bp import bp
from vaxcentre.vaccination.forms import CorrectionForm
from vaxcentre.vaccination.page import shown_volume
from vaxcentre.vaccination.places import place_code
from vaxcentre.vaccination.queries import has_paper, versions_of
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import local, short_date
from vaxcentre.web.once import first_result, keep_result
from vaxcentre.web.signin import current_agent, current_agent_id


@bp.get("/injections/<int:injection_id>")
@staff(Role.NURSE, Role.DOCTOR, Role.INSPECTOR)
def versions(injection_id: int) -> ResponseReturnValue:
    """One injection: what its record says, and all that it said before."""
    note_read(db.session.get_one(Injection, injection_id).visit_id)
    found = versions_of(db.session(), injection_id)
    ids = {row.recorded_by_id for row in found}
    names = {
        member.id: member.full_name
        for member in db.session.scalars(select(StaffMember).where(StaffMember.id.in_(ids)))
    }
    zone, now = the_centre().zone, clock.now()
    agent = current_agent()
    may_correct = (
        found[0].is_current
        and agent.may(Role.NURSE, Role.DOCTOR)
        and correction_service.may_correct(found[0], agent, zone=zone, now=now)
    )
    return render_template(
        "vaccination/versions.html", versions=found, names=names, may_correct=may_correct
    )


@bp.route("/injections/<int:injection_id>/correction", methods=["GET", "POST"])
@staff(Role.NURSE, Role.DOCTOR)
def correct(injection_id: int) -> ResponseReturnValue:
    """Put the record right: a new one replaces it, with the reason."""
    old = db.session.get_one(Injection, injection_id)
    if request.method == "GET":
        note_read(old.visit_id)
    form, key = _form(old), request.form.get("once")
    day, patient = old.visit.day, old.patient
    if form.validate_on_submit():
        try:
            with transaction() as session:
                target = first_result(session, key)
                if target is None:
                    new = correction_service.correct_injection(
                        session,
                        form.to_request(injection_id, day, the_centre().zone),
                        by_id=current_agent_id(),
                        zone=the_centre().zone,
                        now=clock.now(),
                    )
                    target = url_for(".versions", injection_id=new.id)
                    keep_result(session, key, target, now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The record is corrected. What it said before stays readable."), "go")
            if has_paper(db.session(), old.patient_id):
                flash(
                    _("A certificate handed over before no longer holds: print the new one."),
                    "wait",
                )
            return redirect(target)
    page = render_template(
        "vaccination/correct.html", form=form, injection=old, patient=patient, day=day
    )
    return page, 422 if form.all_errors else 200


def _form(old: Injection) -> CorrectionForm:
    form = CorrectionForm(
        data={
            "lot_id": old.lot_id,
            "place": place_code((old.site, old.side)),
            "route": old.route.value,
            "volume": shown_volume(old.dose_volume_ul),
            "given_time": local(old.given_at).time(),
            "what": "details",
        }
    )
    form.lot_id.choices = _lots(old)
    return form


def _lots(old: Injection) -> list[tuple[int, str]]:
    """Every lot of the vaccination's products, and the one that the record names."""
    accepted = select(CourseVaccine.vaccine_id).where(CourseVaccine.course_id == old.course_id)
    statement = (
        select(Lot)
        .options(joinedload(Lot.vaccine))
        .where(Lot.vaccine_id.in_(accepted) | (Lot.id == old.lot_id))
        .order_by(Lot.expires_on.desc())
    )
    return [
        (
            lot.id,
            _(
                "%(vaccine)s, lot %(lot)s, expires %(day)s",
                vaccine=lot.vaccine.name,
                lot=lot.number,
                day=short_date(lot.expires_on),
            ),
        )
        for lot in db.session.scalars(statement)
    ]
