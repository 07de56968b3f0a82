"""A condition that was not declared when it was booked is recorded at the box, and all follows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from tests.vaccination.story import MORNING, make_arrival
from vaxcentre import clock
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import Answer, Role, VisitStatus

Write = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., StaffMember]
Clock = Callable[[str], datetime]
SITUATION = "Avoir des défenses affaiblies."


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


def zoster(session: Session) -> Course:
    """From 65 years, and from 18 for those who declare weak defences; two doses."""
    course = make.make_course(
        session,
        "zoster-life",
        doses=2,
        min_age_months=780,
        schedule="65 ans et plus",
        condition_fr=SITUATION,
        condition_en="Having weak defences.",
    )
    for dose in (1, 2):
        make.make_rule(
            session,
            course,
            dose,
            min_age_months=216,
            schedule="Défenses affaiblies",
            condition="immunocompromised",
        )
    make.make_lot(session, make.make_vaccine(session, course, name="SHINGRIX"), number="ZX5")
    return course


@pytest.fixture
def visit_id(write: Write) -> int:
    """Ada is 50, has arrived and has answered at home; her condition was not declared."""
    with write() as session:
        course = zoster(session)
        ada = make.make_patient(session, birth_on=date(1976, 3, 14))
        return make_arrival(session, course, patient=ada).id


@pytest.fixture
def noor(signed_in_as: SignIn) -> StaffMember:
    return signed_in_as(Role.NURSE, box=3)


def status_of(session: Session, visit_id: int) -> VisitStatus:
    session.expire_all()
    return read_visit(session, visit_id, now=clock.now()).status


def say(page: Browser, visit_id: int, *, applies: bool) -> Page:
    """Tick each situation of the page, or none of them."""
    page.open(f"/interviews/{visit_id}/condition")
    return tick(page, applies=applies)


def tick(page: Browser, *, applies: bool) -> Page:
    assert page.last is not None
    boxes = [box.get("value") for box in page.last.select("main input[name=courses]")]
    return page.submit("/condition", courses=boxes if applies else None)


def test_the_nurse_records_it_goes_through_the_answers_and_may_inject(
    page: Browser, session: Session, visit_id: int, noor: StaffMember, at: Clock
) -> None:
    stopped = page.open(f"/vaccination/visits/{visit_id}")
    assert "Ne pas injecter" in stopped.text
    asked = page.follow("Enregistrer la condition")
    assert SITUATION in asked.text
    at("2026-11-23 10:21")
    questions = tick(page, applies=True)
    assert questions.url == f"/interviews/{visit_id}/questions"
    assert "avant la déclaration de la condition" in questions.text.replace("d’avant", "avant")
    assert status_of(session, visit_id) is VisitStatus.TO_INTERVIEW
    assert "Ne pas injecter" in page.open(f"/vaccination/visits/{visit_id}").text
    page.open(f"/interviews/{visit_id}/questions")
    at("2026-11-23 10:22")
    page.submit("/confirmed")
    assert status_of(session, visit_id) is VisitStatus.READY
    shown = page.open(f"/vaccination/visits/{visit_id}")
    assert "Peut être injecté" in shown.text
    assert "dose 1 sur 2" in shown.text


def test_a_doctors_go_from_before_no_longer_counts(
    page: Browser, session: Session, write: Write, noor: StaffMember, at: Clock
) -> None:
    with write() as s:
        ada = make.make_patient(s, birth_on=date(1976, 3, 14))
        visit = make_arrival(s, zoster(s), patient=ada, answers={"anticoagulant": Answer.YES})
        make.make_decision(s, visit)
        visit_id = visit.id
    assert status_of(session, visit_id) is VisitStatus.READY
    at("2026-11-23 10:21")
    say(page, visit_id, applies=True)
    assert status_of(session, visit_id) is VisitStatus.TO_INTERVIEW
    page.open(f"/interviews/{visit_id}/questions")
    at("2026-11-23 10:22")
    page.submit("/confirmed")
    assert status_of(session, visit_id) is VisitStatus.FOR_DOCTOR


def test_it_is_signed_and_looking_leaves_its_trace(
    page: Browser, session: Session, visit_id: int, noor: StaffMember
) -> None:
    say(page, visit_id, applies=True)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "declare_condition")
    ).one()
    assert entry.by_id == noor.id
    assert SITUATION not in str(entry.details)
    looks = session.scalars(select(ReadEntry.page)).all()
    assert "interview.condition" in looks


def test_the_second_appointment_of_a_pair_follows(
    page: Browser, session: Session, write: Write, visit_id: int, noor: StaffMember
) -> None:
    with write() as s:
        first = s.get_one(Visit, visit_id).appointment
        first.pair_id = "both"
        course = first.planned_doses[0].course
        slot = make.make_slot(s, course, day=clock.today(make.PARIS) + timedelta(days=35))
        patient = first.patient
        assert patient is not None
        make.make_appointment(s, patient, slot, course, dose_number=2, pair_id="both")
    say(page, visit_id, applies=True)
    session.expire_all()
    assert all(one.declared_at for one in session.scalars(select(Appointment)))


def test_a_first_visit_that_is_over_keeps_what_was_said_then(
    page: Browser, session: Session, write: Write, visit_id: int, noor: StaffMember
) -> None:
    with write() as s:
        second = s.get_one(Visit, visit_id).appointment
        second.pair_id = "both"
        second.planned_doses[0].dose_number = 2
        course, patient = second.planned_doses[0].course, second.patient
        assert patient is not None
        slot = make.make_slot(s, course, day=clock.today(make.PARIS) - timedelta(days=60))
        first_id = make.make_appointment(s, patient, slot, course, pair_id="both").id
    say(page, visit_id, applies=True)
    session.expire_all()
    assert session.get_one(Appointment, first_id).declared_at is None
    assert session.get_one(Visit, visit_id).appointment.declared_at == clock.now()


def test_it_can_be_taken_back_and_the_age_counts_again(
    page: Browser, session: Session, visit_id: int, noor: StaffMember
) -> None:
    say(page, visit_id, applies=True)
    shown = say(page, visit_id, applies=False)
    assert shown.url == f"/vaccination/visits/{visit_id}"
    assert "Ne pas injecter" in shown.text
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"declare_condition", "withdraw_condition"} <= actions


def test_what_changes_nothing_is_refused(page: Browser, visit_id: int, noor: StaffMember) -> None:
    shown = say(page, visit_id, applies=False)
    assert shown.status == 422
    assert "déjà enregistré" in shown.text


def test_each_vaccination_has_its_own_tick(
    page: Browser, session: Session, write: Write, noor: StaffMember
) -> None:
    with write() as s:
        courses = [zoster(s), make.make_course(s, "flu-2026", condition="flu_risk")]
        ada = make.make_patient(s, birth_on=date(1976, 3, 14))
        visit_id = make_arrival(s, *courses, patient=ada).id
        flu_id = courses[1].id
    page.open(f"/interviews/{visit_id}/condition")
    page.submit("/condition", courses=[str(flu_id)])
    session.expire_all()
    assert session.get_one(Visit, visit_id).appointment.declared_courses == {flu_id}


def test_a_condition_that_says_nothing_at_this_age_is_not_asked(
    page: Browser, write: Write, noor: StaffMember
) -> None:
    with write() as session:
        flu = make.make_course(session, min_age_months=780)
        make.make_rule(session, flu, schedule="18-64", max_age_months=780, condition="flu_risk")
        visit_id = make_arrival(session, flu).id
    assert "Condition" not in page.open(f"/vaccination/visits/{visit_id}").text


def test_a_vaccination_for_everybody_asks_for_none(
    page: Browser, write: Write, noor: StaffMember
) -> None:
    with write() as session:
        visit_id = make_arrival(session, make.make_course(session)).id
    assert "condition" not in page.open(f"/vaccination/visits/{visit_id}").text.lower()
    assert "aucune condition" in page.open(f"/interviews/{visit_id}/condition").text


def test_it_speaks_english(page: Browser, visit_id: int, noor: StaffMember) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert "Having weak defences." in page.open(f"/interviews/{visit_id}/condition").text
