"""The nurse's page of one person, put together: what may be injected, from which lot, and where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking.availability import FreeTime
from vaxcentre.booking.history import history_of
from vaxcentre.extensions import db
from vaxcentre.interview.alerts import alerts_of, answer_lines
from vaxcentre.interview.standing import Standing
from vaxcentre.interview.visits import read_day, read_visit
from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.stock import Lot
from vaxcentre.rules import undo
from vaxcentre.rules.course import ConditionNotDeclared
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.stock import service as stock
from vaxcentre.stock import vials
from vaxcentre.stock.vial_forms import OpenVialForm, opening_form
from vaxcentre.stock.vials import OpenVial
from vaxcentre.vaccination.clearance import Clearance, check_lot, clear_dose
from vaxcentre.vaccination.forms import InjectionForm, ScanForm
from vaxcentre.vaccination.next_service import next_times
from vaxcentre.vaccination.places import PlaceChoice, place_code, places_for
from vaxcentre.vaccination.queries import (
    NextDose,
    last_lot_in_box,
    next_doses,
    suitable_lots,
)
from vaxcentre.vaccination.refusals import SOFT
from vaxcentre.web import errors
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import time_of_day


class NoUsableLot(Refusal):
    """No lot of this vaccination may be drawn from."""

    sentence = N_("No usable dose of this vaccination is in stock. Ask the stock keeper.")


@dataclass(frozen=True)
class Needle:
    """One planned dose before the needle: go with these values, or stop and why."""

    dose: PlannedDose
    clearance: Clearance | None
    lot: Lot | None
    lots: tuple[Lot, ...]
    places: PlaceChoice | None
    refusal: str | None
    is_soft: bool
    lacks_condition: bool  # the age alone does not open this vaccination
    lot_note: str
    vial: OpenVial | None  # from which the dose is drawn, where the vaccine comes in vials
    opening: OpenVialForm | None  # where one must be opened first
    stale: OpenVial | None  # past its time, and still in the box
    form: InjectionForm
    scan_form: ScanForm


def show(
    visit_id: int,
    box: int | None,
    *,
    lot_id: int | None = None,
    form: InjectionForm | None = None,
    scan_form: ScanForm | None = None,
    refusal: Refusal | None = None,
) -> dict[str, Any]:
    """Everything the page of one person prints."""
    session, zone, now = db.session(), the_centre().zone, clock.now()
    day = clock.local_day(now, zone)
    standing = read_visit(session, visit_id, now=now)
    needle = None
    if standing.open_doses:
        needle = _needle(standing, box, lot_id, form, scan_form, refusal)
    people = read_day(session, day, now=now)
    return {
        "standing": standing,
        "alerts": alerts_of(standing),
        "answers": answer_lines(standing),
        "history": history_of(session, standing.patient.id, zone),
        "needle": needle,
        "others": standing.open_doses[1:],
        "next_doses": _next_doses(standing),
        "upcoming": [one for one in people if one.is_ready and one.visit.id != visit_id][:3],
        "form": scan_form or form,  # its errors stand on top of the page
    }


def _next_doses(standing: Standing) -> list[tuple[NextDose, list[FreeTime]]]:
    """The doses that follow, each with times to offer where its appointment does not fit."""
    session, zone, now = db.session(), the_centre().zone, clock.now()
    day = clock.local_day(now, zone)
    found = next_doses(session, standing.visit, standing.given, day=day, zone=zone)
    return [
        (one, [] if one.is_planned_well else next_times(session, one, now=now)) for one in found
    ]


def _needle(
    standing: Standing,
    box: int | None,
    lot_id: int | None,
    form: InjectionForm | None,
    scan_form: ScanForm | None,
    refusal: Refusal | None,
) -> Needle:
    session, zone, now = db.session(), the_centre().zone, clock.now()
    day = clock.local_day(now, zone)
    dose = standing.open_doses[0]
    clearance, lot, vial, note = None, None, None, ""
    lots = suitable_lots(session, dose.course_id, standing.patient, day)
    try:
        clearance = clear_dose(session, standing, dose.course_id, day=day, zone=zone)
        lot, note = _choose_lot(standing, dose, lots, box, lot_id)
        check_lot(session, standing, dose.course, lot, day=day)
        stock.check_usable(session, lot, day)
        vials.vial_to_draw_from(session, lot, box, now=now)
        vial = vials.in_use(session, [lot.id], box) if lot.vaccine.comes_in_vials else None
    except Refusal as found:
        refusal = refusal or found
    places = _places(standing, lot)
    return Needle(
        dose=dose,
        clearance=clearance,
        lot=lot,
        lots=tuple(one for one in lots if lot is None or one.id != lot.id),
        places=places,
        refusal=errors.say(refusal) if refusal else None,
        is_soft=isinstance(refusal, SOFT),
        lacks_condition=isinstance(refusal, ConditionNotDeclared),
        lot_note=note,
        vial=vial,
        opening=_opening(lot) if isinstance(refusal, vials.NoVialOpen) else None,
        stale=_stale(lot, box) if isinstance(refusal, vials.VialPastTime) else None,
        form=form or _form(dose, lot, places),
        scan_form=scan_form or ScanForm(formdata=None, data={"course_id": dose.course_id}),
    )


def _opening(lot: Lot | None) -> OpenVialForm | None:
    return opening_form(db.session(), lot) if lot else None


def _stale(lot: Lot | None, box: int | None) -> OpenVial | None:
    return vials.in_use(db.session(), [lot.id], box) if lot else None


def _choose_lot(
    standing: Standing, dose: PlannedDose, lots: list[Lot], box: int | None, lot_id: int | None
) -> tuple[Lot, str]:
    """The scanned lot; else the one used last in this box today; else the one that ends first."""
    session, zone = db.session(), the_centre().zone
    if lot_id is not None and (scanned := session.get(Lot, lot_id)) is not None:
        return scanned, _("Just chosen. Compare it with the syringe.")
    since, _end = clock.day_bounds(standing.visit.day, zone)
    last = last_lot_in_box(session, dose.course_id, box, since)
    for lot in lots:
        if last is not None and lot.id == last[0]:
            return lot, _("Lot used last in this box, at %(time)s.", time=time_of_day(last[1]))
    if not lots:
        raise NoUsableLot
    return lots[0], _("The lot that expires first. Compare it with the syringe.")


def _places(standing: Standing, lot: Lot | None) -> PlaceChoice | None:
    if lot is None:
        return None
    months = standing.patient.age_in_months_on(standing.visit.day)
    taken = [(given.site, given.side) for given in standing.given]
    return places_for(lot.vaccine.route, months, taken)


def _form(dose: PlannedDose, lot: Lot | None, places: PlaceChoice | None) -> InjectionForm:
    values: dict[str, Any] = {"course_id": dose.course_id}
    if lot is not None and places is not None:
        values |= {
            "lot_id": lot.id,
            "place": place_code(places.chosen),
            "route": lot.vaccine.route.value,
            "volume": shown_volume(lot.vaccine.dose_volume_ul),
        }
    return InjectionForm(formdata=None, data=values)


def shown_volume(microlitres: int) -> str:
    """700 microlitres as the field shows them: 0,7."""
    text = f"{microlitres / 1000:.3f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")


def may_undo(recorded_at: datetime, recorded_by_id: int, agent_id: int) -> bool:
    """Whether the undo still stands on the page: own record, ten minutes."""
    return recorded_by_id == agent_id and undo.may_undo(recorded_at, clock.now())
