"""What must never be injected, tried one by one (product.md, never 3 and 4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.vaccination.story import MORNING, PARIS, Scene, asked_for, make_scene
from vaxcentre import clock
from vaxcentre.interview.visits import NoSuchVisit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Course, CourseRule, Vaccine
from vaxcentre.models.visit import Interview, Visit
from vaxcentre.rules.course import CourseComplete, RuleNotConfirmed, TooSoonForDose, TooYoung
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Answer, MovementKind, Role, Route, Side, Site, Verdict
from vaxcentre.stock.service import LotBlocked, LotEmpty, LotExpired
from vaxcentre.vaccination import refusals
from vaxcentre.vaccination.service import InjectionRequest, record_injection

Write = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[str], datetime]
TODAY = date(2026, 11, 23)


def inject(session: Session, request: InjectionRequest, role: Role = Role.NURSE) -> Injection:
    """Noor records it."""
    noor = make.make_staff(session, role)
    return record_injection(session, request, by_id=noor.id, zone=PARIS, now=clock.now())


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


def refuse(write: Write, request: InjectionRequest, refusal: type[Refusal]) -> None:
    """It is refused with this sentence, and nothing is half-written."""
    with pytest.raises(refusal), write() as session:
        inject(session, request)
    with write() as session:
        assert session.scalar(select(func.count(Injection.id))) == 0
        taken = select(func.count(StockMovement.id)).where(StockMovement.kind == MovementKind.GIVE)
        assert session.scalar(taken) == 0


# The person -----------------------------------------------------------------------------------


def _yesterday(visit: Visit) -> None:
    visit.day = TODAY - timedelta(days=1)


def _undone(visit: Visit) -> None:
    visit.undone_at = clock.now()


def _unidentified(visit: Visit) -> None:
    visit.identity_checked_at = None


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (_yesterday, refusals.NotCheckedIn),
        (_undone, refusals.NotCheckedIn),
        (_unidentified, refusals.NotIdentified),
    ],
)
def test_nobody_is_injected_who_was_not_received(
    write: Write, change: Callable[[Visit], None], refusal: type[Refusal]
) -> None:
    with write() as session:
        scene = make_scene(session)
        change(session.get_one(Visit, scene.visit_id))
    refuse(write, asked_for(scene), refusal)


def test_a_cancelled_appointment_gets_nothing(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        session.get_one(Appointment, scene.appointment_id).cancelled_at = clock.now()
    refuse(write, asked_for(scene), refusals.NotCheckedIn)


def test_a_visit_that_does_not_exist_is_refused(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
    refuse(write, replace(asked_for(scene), visit_id=999), NoSuchVisit)


@pytest.mark.parametrize(
    "person", [{"birth_on": date(2015, 3, 1)}, {"is_protected_adult": True}], ids=["child", "adult"]
)
def test_without_the_authorisation_nothing_is_injected(
    write: Write, person: dict[str, Any]
) -> None:
    with write() as session:
        scene = make_scene(session, patient=make.make_patient(session, **person))
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit)  # not even with a doctor's word
    refuse(write, asked_for(scene), refusals.NotAuthorised)
    with write() as session:
        session.get_one(Visit, scene.visit_id).authorised_at = clock.now()
        assert inject(session, asked_for(scene)).id


# The decision ---------------------------------------------------------------------------------


def test_nobody_is_injected_who_was_not_asked(write: Write) -> None:
    with write() as session:
        scene = make_scene(session, ready=False)
    refuse(write, asked_for(scene), refusals.NotInterviewed)


def test_answers_from_home_count_until_newer_ones_are_given_here(write: Write) -> None:
    with write() as session:
        scene = make_scene(session, ready=False)
        appointment = session.get_one(Appointment, scene.appointment_id)
        make.make_interview(session, appointment).answered_by_id = None
        make.make_interview(session, appointment, ill_today=Answer.YES)
    refuse(write, asked_for(scene), refusals.DoctorNotAsked)
    with write() as session:
        newest = session.scalars(select(Interview).order_by(Interview.id.desc())).first()
        assert newest is not None
        for answer in newest.answers:
            session.delete(answer)
        session.flush()
        session.delete(newest)
        session.flush()
        assert inject(session, asked_for(scene)).id


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNKNOWN])
def test_an_unclear_answer_needs_a_doctor(write: Write, answer: Answer) -> None:
    with write() as session:
        scene = make_scene(session, answers={"severe_allergy": answer})
    refuse(write, asked_for(scene), refusals.DoctorNotAsked)
    with write() as session:
        decision = make.make_decision(session, session.get_one(Visit, scene.visit_id))
        assert inject(session, asked_for(scene)).decision_id == decision.id


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [(Verdict.NO, refusals.DoctorSaysNo), (Verdict.LATER, refusals.DoctorSaysLater)],
)
def test_a_doctor_s_no_stands_even_where_all_is_clear(
    write: Write, verdict: Verdict, refusal: type[Refusal]
) -> None:
    with write() as session:
        scene = make_scene(session)
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit, verdict, not_before_on=TODAY + timedelta(days=7))
    refuse(write, asked_for(scene), refusal)


def test_a_verdict_on_older_answers_does_not_count(write: Write) -> None:
    with write() as session:
        scene = make_scene(session, answers={"severe_allergy": Answer.YES})
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit)
        newer = {"severe_allergy": Answer.YES, "ill_today": Answer.YES}
        make.make_interview(session, visit.appointment, **newer)
    refuse(write, asked_for(scene), refusals.DoctorNotAsked)


# The dose -------------------------------------------------------------------------------------


def second_dose(session: Session, given_on: date) -> Scene:
    """Ben comes for the second dose of a pair; the first was given elsewhere on that day."""
    course = make.make_course(session, "zoster", doses=2)
    vaccine = make.make_vaccine(session, course, name="SHINGRIX")
    lot = make.make_lot(session, vaccine)
    ben = make.make_patient(session, "Ben")
    make.make_declared_dose(session, ben, course, given_on=given_on)
    return make_scene(session, shop=(course, vaccine, lot), patient=ben, dose_number=2)


@pytest.mark.parametrize("days", [0, 1, 27])
def test_a_second_dose_before_the_interval_is_refused(write: Write, days: int) -> None:
    with write() as session:
        scene = second_dose(session, TODAY - timedelta(days=days))
    refuse(write, asked_for(scene), TooSoonForDose)


@pytest.mark.parametrize("days", [28, 60, 400])
def test_from_the_first_day_of_the_interval_it_is_given(write: Write, days: int) -> None:
    with write() as session:
        scene = second_dose(session, TODAY - timedelta(days=days))
        given = inject(session, asked_for(scene))
        assert (given.dose_number, given.doses_in_course) == (2, 2)


def test_days_are_those_of_the_calendar_here(write: Write, at: Clock) -> None:
    """At 00:30 in Paris it is still the day before in UTC: the local day counts."""
    with write() as session:
        scene = second_dose(session, date(2026, 10, 27))
        visit = session.get_one(Visit, scene.visit_id)
        visit.day = date(2026, 11, 24)
    at("2026-11-24 00:30")
    with write() as session:
        assert inject(session, asked_for(scene)).id


def test_the_rule_in_force_today_counts(write: Write) -> None:
    with write() as session:
        scene = second_dose(session, TODAY - timedelta(days=30))
        old = session.scalars(select(CourseRule).where(CourseRule.dose_number == 2)).one()
        old.valid_until = TODAY
        course = session.get_one(Course, scene.course_id)
        make.make_rule(session, course, 2, min_days=56, max_days=90, valid_from=TODAY)
        session.refresh(course)
    refuse(write, asked_for(scene), TooSoonForDose)


def test_a_doctor_sets_the_interval_aside_with_a_reason(write: Write) -> None:
    with write() as session:
        scene = second_dose(session, TODAY - timedelta(days=20))
        visit = session.get_one(Visit, scene.visit_id)
        reason = make.make_decision(
            session,
            visit,
            sentence="Départ en mission demain.",
            overrides_course_id=scene.course_id,
        )
        given = inject(session, asked_for(scene))
        assert given.decision_id == reason.id


def test_an_override_is_no_verdict_on_the_answers(write: Write) -> None:
    with write() as session:
        scene = make_scene(session, answers={"severe_allergy": Answer.YES})
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit, overrides_course_id=scene.course_id)
    refuse(write, asked_for(scene), refusals.DoctorNotAsked)


def test_a_withdrawn_declaration_no_longer_counts(write: Write) -> None:
    with write() as session:
        scene = second_dose(session, TODAY - timedelta(days=10))
        ben = session.get_one(Patient, scene.patient_id)
        ben.declared_doses[0].withdrawn_at = clock.now()
        given = inject(session, asked_for(scene))
        assert given.dose_number == 1  # whatever was planned: no first dose is known


def test_a_course_that_is_complete_is_refused(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        ada = session.get_one(Patient, scene.patient_id)
        course = session.get_one(Course, scene.course_id)
        make.make_declared_dose(session, ada, course, given_on=date(2026, 10, 1))
    refuse(write, asked_for(scene), CourseComplete)


def test_too_young_for_the_course_is_a_hard_stop(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        session.scalars(select(CourseRule)).one().min_age_months = 1200
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit, overrides_course_id=scene.course_id)
    refuse(write, asked_for(scene), TooYoung)


def test_a_rule_that_nobody_confirmed_is_not_injected_on(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        session.scalars(select(CourseRule)).one().confirmed_at = None
    refuse(write, asked_for(scene), RuleNotConfirmed)


# The product and the lot ----------------------------------------------------------------------


def test_a_product_of_another_course_is_refused(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        covid = make.make_course(session, "covid-2026")
        other = make.make_lot(session, make.make_vaccine(session, covid, name="COMIRNATY"))
        request = replace(asked_for(scene), lot_id=other.id)
    refuse(write, request, refusals.WrongProduct)


def test_a_product_for_another_age_is_refused_unless_a_doctor_says_so(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        session.get_one(Vaccine, scene.vaccine_id).max_age_months = 216
    refuse(write, asked_for(scene), refusals.ProductNotForAge)
    with write() as session:
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit, overrides_course_id=scene.course_id)
        assert inject(session, asked_for(scene)).id


def _expired(lot: Lot) -> None:
    lot.expires_on = TODAY - timedelta(days=1)


def _blocked(lot: Lot) -> None:
    lot.blocked_at, lot.blocked_reason = clock.now(), "rappel"


@pytest.mark.parametrize(("change", "refusal"), [(_expired, LotExpired), (_blocked, LotBlocked)])
def test_a_lot_that_is_not_usable_is_refused(
    write: Write, change: Callable[[Lot], None], refusal: type[Refusal]
) -> None:
    with write() as session:
        scene = make_scene(session)
        change(session.get_one(Lot, scene.lot_id))
    refuse(write, asked_for(scene), refusal)


def test_an_empty_lot_is_refused(write: Write) -> None:
    with write() as session:
        scene = make_scene(session, lot={"doses": 0})
    refuse(write, asked_for(scene), LotEmpty)


def test_on_its_last_day_a_lot_is_still_good(write: Write) -> None:
    with write() as session:
        scene = make_scene(session, lot={"expires_on": TODAY})
        assert inject(session, asked_for(scene)).id


def test_a_lot_that_does_not_exist_is_refused(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
    refuse(write, replace(asked_for(scene), lot_id=999), refusals.LotUnknown)


@pytest.mark.parametrize(
    ("route", "site", "side"),
    [
        (Route.IM, Site.FOREARM, Side.LEFT),
        (Route.IM, Site.MOUTH, Side.NONE),
        (Route.PO, Site.DELTOID, Side.LEFT),
        (Route.IM, Site.DELTOID, Side.NONE),
    ],
)
def test_a_place_that_does_not_go_with_the_route_is_refused(
    write: Write, route: Route, site: Site, side: Side
) -> None:
    with write() as session:
        scene = make_scene(session)
    request = replace(asked_for(scene), route=route, site=site, side=side)
    refuse(write, request, refusals.PlaceNotForRoute)


# Once only ------------------------------------------------------------------------------------


def test_the_second_record_is_told_who_made_the_first_and_when(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        inject(session, asked_for(scene))
    with pytest.raises(refusals.AlreadyInjected) as found, write() as session:
        inject(session, asked_for(scene), Role.DOCTOR)
    assert found.value.facts == {"nurse": "Noor Benali", "at": clock.now()}


def test_what_is_not_planned_is_not_given(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        other = make.make_course(session, "covid-2026")
    refuse(write, replace(asked_for(scene), course_id=other.id), refusals.NotPlanned)


def test_a_doctor_s_later_binds_whoever_comes_again_before_the_day(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        before = session.get_one(Visit, scene.visit_id)
        other = make.make_appointment(
            session,
            before.patient,
            make.make_slot(
                session, before.appointment.planned_doses[0].course, start="08:00", end="08:10"
            ),
            booked_at=clock.now(),
        )
        earlier = make.make_visit(session, other)
        tomorrow = TODAY + timedelta(days=1)
        make.make_decision(session, earlier, Verdict.LATER, not_before_on=tomorrow)
    refuse(write, asked_for(scene), refusals.DoctorSaysLater)


def test_a_doctor_s_newer_word_ends_the_later(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        visit = session.get_one(Visit, scene.visit_id)
        make.make_decision(session, visit, Verdict.LATER, not_before_on=TODAY + timedelta(days=1))
        make.make_decision(session, visit, Verdict.GO)
        inject(session, asked_for(scene))
