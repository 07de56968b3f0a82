"""The day's page, as every action of reception comes back to it."""

from dataclasses import replace

from flask import render_template, request

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.reception import queries, search, service
from vaxcentre.reception.blueprint import DESK
from vaxcentre.reception.board import Board, board_of, state_of
from vaxcentre.reception.forms import DOCUMENT_KEYS, IdentityForm
from vaxcentre.reception.panel import Panel, dose_words, panel_for
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent, current_agent_id


def board() -> Board:
    """The day, as much of it as was asked for."""
    return board_of(
        db.session(), clock.today(the_centre().zone), clock.now(), request.args.get("part", "now")
    )


def day_page(
    *,
    panel: Panel | None = None,
    found: search.Found | None = None,
    form: IdentityForm | None = None,
    sentence: str = "",
    note: str = "",
) -> str:
    """Draw the page: what was found on top of the day."""
    now = clock.now()
    return render_template(
        "reception/today.html",
        board=board(),
        check_in_form=form or _identity_form(panel),
        document_keys=DOCUMENT_KEYS,
        dose_words=dose_words,
        form=form,
        found=found,
        local=now.astimezone(the_centre().zone),
        may_receive=current_agent().may(*DESK),
        moment=now,
        note=note,
        panel=panel,
        sentence=sentence,
        state_of=state_of,
    )


def panel_of(hit: search.Hit, *, sentence: str = "") -> Panel:
    """The panel of one person, whose record is now open: who looks is noted."""
    now, agent_id = clock.now(), current_agent_id()
    with transaction() as session:
        audit.note_read(session, hit.person.id, "reception.today", by_id=agent_id, now=now)
    found = panel_for(hit.person, hit.row, day=clock.today(the_centre().zone), now=now)
    return replace(found, sentence=sentence) if sentence else found


def asked_for() -> search.Hit | None:
    """The person whom the address names by a number: of a visit, an appointment, a patient."""
    visit, appointment, patient = (
        request.args.get(name, type=row_number) for name in ("visit", "appointment", "patient")
    )
    session, now = db.session(), clock.now()
    if visit:
        row = queries.row_by_visit(session, visit, now)
    elif appointment:
        row = queries.row_by_id(session, appointment, now)
    else:
        return _by_patient(patient) if patient else None
    return search.Hit(row.person, row) if row else None


def hit_of(appointment_id: int) -> search.Hit | None:
    """The person of an appointment, or nobody."""
    row = queries.row_by_id(db.session(), appointment_id, clock.now())
    return search.Hit(row.person, row) if row else None


def _by_patient(patient_id: int) -> search.Hit | None:
    session = db.session()
    person = queries.person(session, patient_id)
    if person is None:
        return None
    day = clock.today(the_centre().zone)
    return search.hit_for(session, person, day=day, now=clock.now())


def _identity_form(panel: Panel | None) -> IdentityForm | None:
    """An empty form with the document this agent saw last."""
    if panel is None or not panel.may_check_in:
        return None
    document = service.last_document(db.session(), current_agent_id())
    return IdentityForm(formdata=None, data={"document": document.value})
