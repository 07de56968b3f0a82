"""Ada has arrived, is identified, has answered, and is ready for a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tests import make
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import Answer, Route, Side, Site
from vaxcentre.vaccination.service import InjectionRequest

MORNING = "2026-11-23 10:20"
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Scene:
    """The numbers of what a test begins with."""

    course_id: int
    vaccine_id: int
    lot_id: int
    patient_id: int
    appointment_id: int
    visit_id: int


def make_shop(session: Session, **lot: Any) -> tuple[Course, Vaccine, Lot]:
    """Influenza with EFLUELDA, ten doses."""
    course = make.make_course(session)
    vaccine = make.make_vaccine(session, course)
    return course, vaccine, make.make_lot(session, vaccine, **lot)


def make_arrival(
    session: Session,
    *courses: Course,
    patient: Patient | None = None,
    ready: bool = True,
    dose_number: int = 1,
    visit: dict[str, Any] | None = None,
    appointment: dict[str, Any] | None = None,
    answers: dict[str, Answer] | None = None,
) -> Visit:
    """Somebody who has an appointment now, is checked in and has answered the questions."""
    patient = patient or make.make_patient(session)
    slot = make.make_slot(session, courses[0], start="10:00", end="10:10")
    booked: Appointment = make.make_appointment(
        session, patient, slot, *courses, dose_number=dose_number, **(appointment or {})
    )
    arrived = make.make_visit(session, booked, **(visit or {}))
    if ready:
        make.make_interview(session, booked, **(answers or {}))
    return arrived


def make_scene(
    session: Session, shop: tuple[Course, Vaccine, Lot] | None = None, **options: Any
) -> Scene:
    """Ada, ready for her flu dose, and ten doses in stock."""
    course, vaccine, lot = shop or make_shop(session, **options.pop("lot", {}))
    visit = make_arrival(session, course, **options)
    return Scene(course.id, vaccine.id, lot.id, visit.patient_id, visit.appointment_id, visit.id)


def asked_for(scene: Scene, **changes: Any) -> InjectionRequest:
    """Noor gives the planned dose into the left deltoid, in box 3."""
    values: dict[str, Any] = {
        "visit_id": scene.visit_id,
        "course_id": scene.course_id,
        "lot_id": scene.lot_id,
        "site": Site.DELTOID,
        "side": Side.LEFT,
        "route": Route.IM,
        "dose_volume_ul": 700,
        "box": 3,
    }
    return InjectionRequest(**(values | changes))
