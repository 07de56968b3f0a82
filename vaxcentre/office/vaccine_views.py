"""Vaccines: the list, adding one from the national list, withdrawing it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.office import course_views, rule_views, vaccine_service
from vaxcentre.office.vaccine_forms import VaccineForm, as_typed, proposal
from vaxcentre.office.vaccine_queries import (
    VaccineLine,
    courses,
    vaccine_line,
    vaccine_lines,
    vaccine_with_cip,
)
from vaxcentre.rules import gs1
from vaxcentre.rules.national_list import Presentation, by_gtin, find
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import errors, languages
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent, current_agent_id

bp = Blueprint("office_vaccines", __name__, url_prefix="/office/vaccines")
ID = "<int(max=2147483647):vaccine_id>"
READERS = (Role.MANAGER, Role.DOCTOR, Role.INSPECTOR)
MOST_FOUND = 20
SHORTEST_SCAN = 13

course_views.route(bp)
rule_views.route(bp)


@bp.get("/")
@staff(*READERS)
def vaccines() -> ResponseReturnValue:
    """List what the centre uses."""
    return render_template(
        "office/vaccines.html",
        lines=vaccine_lines(db.session()),
        may_change=current_agent().may(Role.MANAGER),
    )


@bp.get("/add")
@staff(Role.MANAGER)
def add() -> ResponseReturnValue:
    """Find a box in the national list by name, code or scan."""
    words = request.args.get("q", "").strip()
    box, refusal = _scanned(words)
    if box is not None:
        return redirect(url_for(".add_box", cip13=box.cip13))
    found = find(words, MOST_FOUND) if words and refusal is None else ()
    return render_template(
        "office/vaccines_add.html",
        words=words,
        found=found,
        sentence=errors.say(refusal) if refusal else None,
        have={line.vaccine.cip13 for line in vaccine_lines(db.session())},
    )


def _scanned(words: str) -> tuple[Presentation | None, Refusal | None]:
    """The box that a scan names, or why the scan says nothing; neither where words were typed."""
    if len(words) < SHORTEST_SCAN:
        return None, None
    try:
        reading = gs1.read_box(words, today=clock.today(the_centre().zone))
    except gs1.BoxUnreadable as refusal:
        return None, None if find(words, 1) or not _looks_scanned(words) else refusal
    box = by_gtin(reading.gtin)
    missing = vaccine_service.NotInNationalList(code=reading.gtin)
    return box, None if box else missing


def _looks_scanned(words: str) -> bool:
    return words.startswith(("]", "(")) or sum(sign.isdigit() for sign in words) >= SHORTEST_SCAN


@bp.route("/add/<string:cip13>", methods=["GET", "POST"])
@staff(Role.MANAGER)
def add_box(cip13: str) -> ResponseReturnValue:
    """Show what the list proposes for a box; add it once a person has confirmed it."""
    box = by_gtin(f"0{cip13}") or abort(404)
    if (there := vaccine_with_cip(db.session(), cip13)) is not None:
        refusal = vaccine_service.VaccineAlreadyThere(name=there.name)
        flash(errors.say(refusal), "wait")
        return redirect(url_for(".vaccine", vaccine_id=there.id))
    form = VaccineForm(data=proposal(box, vaccine_service.proposed_courses(db.session(), box)))
    form.offer(_course_choices())
    if request.method == "POST" and form.validate():
        by_id = current_agent_id()
        try:
            with transaction() as session:
                made = vaccine_service.add_vaccine(
                    session, cip13, form.to_request(), by_id=by_id, now=clock.now()
                )
                made_id, name = made.id, made.name
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s is now one of the centre’s vaccines.", name=name), "go")
            return redirect(url_for(".vaccine", vaccine_id=made_id))
    page = render_template("office/vaccines_box.html", form=form, box=box, vaccine=None)
    return page, 422 if form.errors else 200


@bp.get(f"/{ID}")
@staff(*READERS)
def vaccine(vaccine_id: int) -> ResponseReturnValue:
    """Show one vaccine."""
    line = _line(vaccine_id)
    return render_template(
        "office/vaccines_one.html",
        line=line,
        vaccine=line.vaccine,
        may_change=current_agent().may(Role.MANAGER),
    )


@bp.route(f"/{ID}/change", methods=["GET", "POST"])
@staff(Role.MANAGER)
def change(vaccine_id: int) -> ResponseReturnValue:
    """Correct how a vaccine is given."""
    vaccine = _line(vaccine_id).vaccine
    form = VaccineForm(data=as_typed(vaccine))
    form.offer(_course_choices())
    if request.method == "POST" and form.validate():
        by_id = current_agent_id()
        try:
            with transaction() as session:
                vaccine_service.change_vaccine(
                    session,
                    vaccine_id,
                    form.to_request(),
                    by_id=by_id,
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The vaccine has been changed."), "go")
            return redirect(url_for(".vaccine", vaccine_id=vaccine_id))
    page = render_template("office/vaccines_box.html", form=form, box=vaccine, vaccine=vaccine)
    return page, 422 if form.errors else 200


@bp.post(f"/{ID}/withdraw")
@staff(Role.MANAGER)
def withdraw(vaccine_id: int) -> ResponseReturnValue:
    """Take a vaccine out of use."""
    name = _line(vaccine_id).vaccine.name
    now, by_id = clock.now(), current_agent_id()
    day = clock.local_day(now, the_centre().zone)
    try:
        with transaction() as session:
            vaccine_service.withdraw_vaccine(session, vaccine_id, by_id=by_id, now=now, day=day)
    except vaccine_service.StillInStock as refusal:
        flash(errors.say(refusal), "stop")
    else:
        flash(_("%(name)s is withdrawn from use.", name=name), "go")
    return redirect(url_for(".vaccine", vaccine_id=vaccine_id))


@bp.post(f"/{ID}/take-back")
@staff(Role.MANAGER)
def take_back(vaccine_id: int) -> ResponseReturnValue:
    """Use a withdrawn vaccine again."""
    name, by_id = _line(vaccine_id).vaccine.name, current_agent_id()
    with transaction() as session:
        vaccine_service.take_back_vaccine(session, vaccine_id, by_id=by_id, now=clock.now())
    flash(_("%(name)s is in use again.", name=name), "go")
    return redirect(url_for(".vaccine", vaccine_id=vaccine_id))


def _line(vaccine_id: int) -> VaccineLine:
    return vaccine_line(db.session(), vaccine_id) or abort(404)


def _course_choices() -> list[tuple[int, str]]:
    language = languages.chosen()
    return [(course.id, course.name(language)) for course in courses(db.session())]
