"""The day's page, as every action of reception comes back to it."""

from dataclasses import replace

from flask import render_template, request
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.messages.queries import failed_number
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
    asked: str = "",
) -> str:
    """Draw the page: what was found on top of the day; whose record is shown is noted."""
    now, may_receive = clock.now(), current_agent().may(*DESK)
    page = render_template(
        "reception/today.html",
        asked=asked,
        board=board(),
        check_in_form=form or _identity_form(panel),
        document_keys=DOCUMENT_KEYS,
        dose_words=dose_words,
        failed=failed_number(db.session()) if may_receive else 0,
        form=form,
        found=found,
        local=now.astimezone(the_centre().zone),
        may_receive=may_receive,
        moment=now,
        note=note,
        panel=panel,
        sentence=sentence,
        state_of=state_of,
    )
    if panel and panel.person:
        note_read(panel.person.id, "reception.today")
    return page


def found_page(found: search.Found) -> str:
    """The list of those who were found, alone."""
    now = clock.now()
    return render_template(
        "reception/_letters.html",
        found=found,
        dose_words=dose_words,
        state_of=state_of,
        local=now.astimezone(the_centre().zone),
        moment=now,
    )


def note_read(patient_id: int, page: str) -> None:
    """Note who looks at this record, before they see it.

    When the page is drawn already: the transaction forgets what was read, and nothing has to be
    read twice for it.
    """
    now, agent_id = clock.now(), current_agent_id()
    with transaction() as session:
        audit.note_read(session, patient_id, page, by_id=agent_id, now=now)


def panel_of(hit: search.Hit, *, sentence: str = "") -> Panel:
    """The panel of one person."""
    day, now = clock.today(the_centre().zone), clock.now()
    found = panel_for(hit.person, hit.row, day=day, now=now)
    if hit.is_another:
        title = str(_("Another confirmation was scanned:"))
        text = str(_("it no longer holds, this one does."))
        found = replace(found, flags=(("wait", title, text), *found.flags))
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
