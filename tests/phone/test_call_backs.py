"""Whom the centre promised to call: a number to dial, a way to book, gone once settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Page
from tests.phone.conftest import Line
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import ReadEntry
from vaxcentre.models.clinic import Slot
from vaxcentre.models.patient import DeclaredDose
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.vocabulary import NextStep, NoInjectionReason, Role, Verdict

At = Callable[[str], datetime]


def turn_away(session: Session, visit: Visit, next_step: NextStep = NextStep.CALL_BACK) -> None:
    """No dose today: what comes next."""
    (planned,) = visit.appointment.planned_doses
    planned.released_at = clock.now()
    session.add(
        NoInjection(
            visit_id=visit.id,
            course_id=planned.course_id,
            reason=NoInjectionReason.UNWELL,
            next_step=next_step,
            recorded_at=clock.now() - timedelta(minutes=1),
            recorded_by_id=make.make_staff(session, Role.NURSE).id,
        )
    )


def came(session: Session, course: Course) -> Visit:
    """Ada came in the first hour of today."""
    ada = make.make_patient(session, "Ada", phone="+33199001234")
    slot = make.make_slot(session, course, start="08:00", end="08:10")
    return make.make_visit(session, make.make_appointment(session, ada, slot, course))


@pytest.fixture
def ada(line: Line) -> int:
    """Ada was unwell; she is to be called back. Gives her visit's number."""
    with transaction() as session:
        visit = came(session, session.get_one(Course, line.course))
        turn_away(session, visit)
        return visit.id


def listed(line: Line) -> Page:
    return line.page.open("/phone/call-backs")


def test_it_says_whom_to_call_with_a_number_to_dial(line: Line, ada: int) -> None:
    shown = line.page.open("/phone/")
    shown = line.page.follow("À rappeler")
    assert "MERCIER Ada" in shown.text
    assert shown.select("main a[href='tel:+33199001234']")
    assert "souffrante" not in shown.text.lower()


def test_one_tap_books_for_this_person(line: Line, ada: int) -> None:
    listed(line)
    shown = line.page.submit("/phone/")
    assert "c’est cette personne" in shown.text
    assert shown.select("button[data-key='1']")
    line.choose("1")
    assert line.confirm().status == 200
    assert "Personne n’attend d’appel" in listed(line).text


def test_a_doctors_later_day_is_said(line: Line, ada: int) -> None:
    with transaction() as session:
        visit = session.get_one(Visit, ada)
        later = date(2027, 1, 15)
        make.make_decision(session, visit, Verdict.LATER, not_before_on=later)
    assert "à partir du 15/01/2027" in listed(line).text


@pytest.mark.parametrize("next_step", [NextStep.NONE, NextStep.REBOOK, NextStep.SEE_DOCTOR])
def test_others_who_left_are_not_on_it(line: Line, next_step: NextStep) -> None:
    with transaction() as session:
        turn_away(session, came(session, session.get_one(Course, line.course)), next_step)
    assert "Mercier" not in listed(line).response.text


def test_who_had_it_since_leaves_it(line: Line, ada: int, at: At) -> None:
    with transaction() as session:
        visit = session.get_one(Visit, ada)
        session.add(
            DeclaredDose(
                patient_id=visit.patient_id,
                course_id=line.course,
                dose_number=1,
                given_on=clock.today(make.PARIS),
                vaccine_name="INFLUVAC",
                proof_seen=True,
                recorded_at=clock.now() + timedelta(minutes=1),
                recorded_by_id=make.make_staff(session, Role.NURSE).id,
            )
        )
    assert "Personne n’attend d’appel" in listed(line).text


def test_who_was_injected_after_all_leaves_it(line: Line, ada: int) -> None:
    with transaction() as session:
        course = session.get_one(Course, line.course)
        lot = make.make_lot(session, make.make_vaccine(session, course))
        at = clock.now() + timedelta(minutes=5)
        make.make_injection(session, session.get_one(Visit, ada), course, lot, given_at=at)
    assert "Personne n’attend d’appel" in listed(line).text


def test_who_came_again_stands_there_once(line: Line, ada: int) -> None:
    with transaction() as session:
        patient = session.get_one(Visit, ada).patient
        slot = session.scalars(select(Slot).order_by(Slot.starts_at.desc())).first()
        assert slot is not None
        course = session.get_one(Course, line.course)
        again = make.make_visit(session, make.make_appointment(session, patient, slot, course))
        turn_away(session, again)
        session.flush()
        last = session.scalars(select(NoInjection).order_by(NoInjection.id.desc())).first()
        assert last is not None
        last.recorded_at = clock.now() + timedelta(minutes=1)
    assert len(listed(line).select("tbody tr")) == 1


def test_what_was_undone_is_not_on_it(line: Line, ada: int) -> None:
    with transaction() as session:
        session.scalars(select(NoInjection)).one().undone_at = clock.now()
    assert "Personne n’attend d’appel" in listed(line).text


def test_looking_leaves_a_trace(line: Line, ada: int, session: Session) -> None:
    listed(line)
    assert len(session.scalars(select(ReadEntry)).all()) == 1


def test_it_speaks_english(line: Line, ada: int) -> None:
    line.page.client.set_cookie("vaxcentre_language", "en")
    assert "To call back" in listed(line).h1
