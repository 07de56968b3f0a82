"""An incident: who received a lot, or one vial of it, as a page to print and as a file."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.injection import Injection
from vaxcentre.models.stock import Vial
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import queries
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.csv_file import csv_answer
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id


@staff(Role.STOCK, Role.DOCTOR)
def recipients(lot_id: int) -> ResponseReturnValue:
    """Who received this lot, with phone numbers; each person's record counts as opened."""
    line, vial = _line(lot_id), _vial(lot_id)
    given = queries.recipients_of(db.session(), lot_id, vial.id if vial else None)
    page = render_template(
        "stock/recipients.html",
        line=line,
        vial=vial,
        vials=queries.vials_of(db.session(), lot_id),
        given=given,
    )
    _note_read(given)
    return page


@staff(Role.STOCK, Role.DOCTOR)
def recipients_csv(lot_id: int) -> ResponseReturnValue:
    """The same as a file, for whoever calls them."""
    line, vial = _line(lot_id), _vial(lot_id)
    given = queries.recipients_of(db.session(), lot_id, vial.id if vial else None)
    answer = _file(f"{line.lot.number}-{vial.number}" if vial else line.lot.number, given)
    _note_read(given)
    return answer


def _file(name: str, given: Sequence[Injection]) -> Response:
    columns = [
        _("Name"),
        _("Given names"),
        _("Born"),
        _("Phone"),
        _("E-mail"),
        _("Vaccine"),
        _("Lot"),
        _("Given on"),
        _("Hour"),
        _("Box"),
        _("By"),
    ]
    return csv_answer(f"{_('lot')}-{_plain(name)}", columns, [_row(one) for one in given])


def _row(given: Injection) -> Sequence[object]:
    patient, appointment = given.patient, given.visit.appointment
    at = given.given_at.astimezone(the_centre().zone)
    return (
        patient.family_name,
        patient.given_names,
        patient.birth_on,
        appointment.phone or patient.phone,
        appointment.email or patient.email,
        given.vaccine_name,
        given.lot_number,
        at.date(),
        f"{at:%H:%M}",
        given.box,
        given.nurse_name,
    )


def _plain(name: str) -> str:
    """A lot's number as part of a file's name: it may hold quotes and slashes."""
    return "".join(sign if sign.isalnum() or sign == "-" else "_" for sign in name)


def _line(lot_id: int) -> queries.LotLine:
    line = queries.lot_line(db.session(), lot_id)
    if line is None:
        abort(404)
    return line


def _vial(lot_id: int) -> Vial | None:
    """The one vial that is asked about."""
    number = request.args.get("vial", type=row_number)
    if number is None:
        return None
    vial = db.session.get(Vial, number)
    if vial is None or vial.lot_id != lot_id:
        abort(404)
    return vial


def _note_read(given: Sequence[Injection]) -> None:
    agent_id, now = current_agent_id(), clock.now()
    with transaction() as session:
        for patient_id in sorted({injection.patient_id for injection in given}):
            audit.note_read(session, patient_id, "stock.recipients", by_id=agent_id, now=now)
