"""Arrived: the document, the next number, and the ways in which it is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from tests.reception.conftest import Morning, appointment_of, slot_at
from vaxcentre import clock
from vaxcentre.booking import service as booking
from vaxcentre.booking.people import release_spent
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.reception import service
from vaxcentre.reception.refusals import AlreadyHere
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import IdentityDocument, NextStep, NoInjectionReason, Role
from vaxcentre.vaccination import outcome_service

SignIn = Callable[..., Any]
Clock = Callable[[str], datetime]
DAY = date(2026, 11, 23)


@pytest.fixture
def rosa(page: Browser, morning: Morning, signed_in_as: SignIn) -> StaffMember:
    """Rosa is at the desk."""
    return signed_in_as(Role.RECEPTION)  # type: ignore[no-any-return]


def scan(page: Browser, reference: str) -> Page:
    page.open("/reception/")
    return page.submit("/reception/", q=reference)


def visits(session: Session) -> list[Visit]:
    session.expire_all()
    return list(session.scalars(select(Visit).order_by(Visit.id)))


def test_it_notes_the_arrival_with_document_agent_moment_and_number(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    scan(page, morning.reference)
    shown = page.submit("check-in", document="passport")
    assert shown.status == 200
    assert "Arrivée notée à 10:21, numéro 1" in shown.text
    assert "Passeport" in shown.text
    assert shown.select("[data-scan]")[0].get("autofocus") is not None
    (visit,) = visits(session)
    assert visit.appointment_id == morning.appointment
    assert visit.patient_id == morning.ada
    assert visit.identity_document is IdentityDocument.PASSPORT
    assert visit.identity_checked_by_id == visit.checked_in_by_id == rosa.id
    assert visit.identity_checked_at == visit.checked_in_at == clock.now()
    assert (visit.day, visit.queue_number) == (DAY, 1)
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.by_id, entry.patient_id) == ("check_in", rosa.id, morning.ada)
    assert entry.details["document"] == "passport"


def test_the_document_is_one_key_with_the_last_one_as_default(
    page: Browser, morning: Morning, rosa: StaffMember
) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        other = make.make_patient(session, given="Ben")
        slot = slot_at(session, morning.clinic, 9)
        reference = make.make_appointment(session, other, slot, course).reference
    shown = scan(page, morning.reference)
    keys = {i.get("data-key"): i.get("value") for i in shown.select("input[name=document]")}
    assert sorted(keys) == ["1", "2", "3", "4", "5", "6"]
    assert shown.select("input[name=document][checked]")[0].get("value") == "identity_card"
    page.submit("check-in", document="vitale_card")
    shown = scan(page, reference)
    assert shown.select("input[name=document][checked]")[0].get("value") == "vitale_card"


@pytest.mark.parametrize("document", ["other", "none"])
def test_another_document_or_none_needs_a_word(
    document: str, page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    scan(page, morning.reference)
    shown = page.submit("check-in", document=document)
    assert shown.status == 409
    assert "Écrivez quelle pièce c’est" in " ".join(shown.errors)
    assert visits(session) == []
    page.submit("check-in", note="reconnue par sa fille")
    (visit,) = visits(session)
    assert visit.identity_note == "reconnue par sa fille"


def test_a_form_without_a_document_is_given_back(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    scan(page, morning.reference)
    shown = page.submit("check-in", document=None, companion_name="Léa")
    assert shown.status == 422
    assert shown.title.startswith("Erreur")
    assert shown.select("input[name=companion_name]")[0].get("value") == "Léa"
    assert visits(session) == []


def test_it_notes_who_comes_with_a_child(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        child = make.make_patient(work, given="Tom", birth_on=date(2015, 6, 1))
        slot = slot_at(work, morning.clinic, 9)
        reference = make.make_appointment(work, child, slot, course).reference
    shown = scan(page, reference)
    assert "Mineur :" in shown.text
    page.submit(
        "check-in",
        companion_name="Léa Mercier",
        companion_tie="mère",
        companion_document="identity_card",
        authorisation_seen="y",
    )
    (visit,) = visits(session)
    assert (visit.companion_name, visit.companion_tie) == ("Léa Mercier", "mère")
    assert visit.companion_document is IdentityDocument.IDENTITY_CARD
    assert (visit.authorised_at, visit.authorised_by_id) == (clock.now(), rosa.id)


def test_a_cancelled_person_at_the_desk_is_told_what_to_do(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    scan(page, morning.reference)
    with transaction() as work:
        appointment_of(work, morning.appointment).cancelled_at = clock.now()
    shown = page.submit("check-in")
    assert shown.status == 409
    assert "annulé" in shown.text
    assert visits(session) == []
    again = scan(page, morning.reference)
    assert "Rendez-vous annulé" in again.select(".found.stop")[0].text_content()
    assert not again.select("form[action*='check-in']")


def test_a_person_who_is_here_is_not_received_twice(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session, at: Clock
) -> None:
    scan(page, morning.reference)
    with transaction() as work:
        make.make_visit(work, appointment_of(work, morning.appointment), queue_number=31)
    at("2026-11-23 10:25")
    shown = page.submit("check-in")
    assert shown.status == 409
    assert "Déjà ici depuis 10:21, numéro 31" in shown.text
    assert len(visits(session)) == 1


def test_the_same_form_sent_twice_shows_the_first_result(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    asked = scan(page, morning.reference)
    first = page.submit("check-in")
    page.last = asked
    second = page.submit("check-in")
    assert second.status == 200
    assert second.response.request.full_path == first.response.request.full_path
    assert len(visits(session)) == 1


@pytest.mark.parametrize(
    ("moment", "word", "day"),
    [("2026-11-22 10:00", "Attendu un autre jour", 22), ("2026-11-24 09:00", "manqué", 24)],
)
def test_the_wrong_day_says_which(
    moment: str,
    word: str,
    day: int,
    page: Browser,
    morning: Morning,
    at: Clock,
    session: Session,
    signed_in_as: SignIn,
) -> None:
    at(moment)
    rosa = signed_in_as(Role.RECEPTION)
    shown = scan(page, morning.reference)
    assert word in shown.select(".found.wait")[0].text_content()
    assert "lundi 23 novembre à 10:30" in shown.text
    with pytest.raises(Refusal, match="another day"), transaction() as work:
        service.check_in(
            work,
            morning.appointment,
            service.CheckInRequest(IdentityDocument.PASSPORT),
            by_id=rosa.id,
            now=clock.now(),
            day=date(2026, 11, day),
        )


def test_a_hold_is_no_appointment(
    page: Browser, morning: Morning, rosa: StaffMember, session: Session
) -> None:
    with transaction() as work:
        held = appointment_of(work, morning.appointment)
        held.held_until, held.booked_at = clock.now(), None
    assert "Jamais confirmé" in scan(page, morning.reference).text
    shown = page.send(f"/reception/appointments/{morning.appointment}/check-in")
    assert shown.status == 400  # without the form's token nothing happens at all
    assert visits(session) == []


def book_anew(morning: Morning, place: int | None) -> str | None:
    """Ada's first time has passed; the phone gives her another one (or her claim just ends)."""
    with transaction() as session:
        dose = (morning.course, 1)
        release_spent(session, morning.ada, [dose], by_id=None, now=clock.now())
        if place is None:
            return None
        course = session.get_one(Course, morning.course)
        ada = session.get_one(Patient, morning.ada)
        slot = slot_at(session, morning.clinic, place)
        return make.make_appointment(session, ada, slot, course).reference


def test_a_time_that_was_booked_anew_receives_nobody(
    page: Browser, morning: Morning, at: Clock, session: Session, signed_in_as: SignIn
) -> None:
    """Nobody could interview or vaccinate a person without a claim on any dose."""
    at("2026-11-23 10:45")
    signed_in_as(Role.RECEPTION)
    rosa_page = scan(page, morning.reference)
    book_anew(morning, None)
    page.last = rosa_page
    shown = page.submit("check-in")
    assert shown.status == 409
    assert "n’est plus valable" in shown.text
    assert visits(session) == []
    again = scan(page, morning.reference)
    assert "Plus valable" in again.select(".found.stop")[0].text_content()
    assert not again.select("form[action*='check-in']")
    assert "sur place" in " ".join(again.links())
    assert "réservé à nouveau" in page.open("/reception/").text


def test_an_old_confirmation_leads_to_the_appointment_that_holds(
    page: Browser, morning: Morning, at: Clock, session: Session, signed_in_as: SignIn
) -> None:
    at("2026-11-23 10:45")
    signed_in_as(Role.RECEPTION)
    reference = book_anew(morning, 10) or ""
    shown = scan(page, morning.reference)
    assert f"{reference[:4]}-{reference[4:]}" in shown.text
    assert "Une autre confirmation a été scannée" in shown.text
    assert "Arrivée notée" in page.submit("check-in").text
    (visit,) = visits(session)
    assert visit.appointment_id != morning.appointment


def test_a_cancelled_confirmation_leads_to_the_appointment_that_holds(
    page: Browser, morning: Morning, rosa: StaffMember
) -> None:
    with transaction() as session:
        booking.cancel(session, morning.appointment, by_id=None, now=clock.now())
        course = session.get_one(Course, morning.course)
        ada = session.get_one(Patient, morning.ada)
        make.make_appointment(session, ada, slot_at(session, morning.clinic, 10), course)
    assert "Une autre confirmation a été scannée" in scan(page, morning.reference).text


def test_who_was_sent_away_and_comes_back_is_offered_a_walk_in(
    page: Browser, morning: Morning, at: Clock, signed_in_as: SignIn
) -> None:
    at("2026-11-23 10:30")
    rosa = signed_in_as(Role.RECEPTION)
    with transaction() as session:
        visit = make.make_visit(session, appointment_of(session, morning.appointment))
        outcome_service.record_no_injection(
            session,
            outcome_service.NoInjectionRequest(
                visit.id, morning.course, NoInjectionReason.UNWELL, NextStep.REBOOK, None
            ),
            by_id=rosa.id,
            day=DAY,
            now=clock.now(),
        )
    at("2026-11-23 10:39")
    assert "Déjà ici" in scan(page, morning.reference).text
    page.follow("sur place")
    assert "Arrivée notée" in page.submit("walk-in", document="passport").text


@pytest.mark.parametrize(
    ("moment", "word", "kind"),
    [
        ("2026-11-23 09:30", "En avance", "wait"),
        ("2026-11-23 10:10", "Attendu maintenant", "go"),
        ("2026-11-23 10:33", "En retard de 3 minutes", "wait"),
        ("2026-11-23 11:00", "Créneau passé", "wait"),
    ],
)
def test_early_on_time_late_and_missed_are_told_apart_and_all_received(
    moment: str,
    word: str,
    kind: str,
    page: Browser,
    morning: Morning,
    at: Clock,
    session: Session,
    signed_in_as: SignIn,
) -> None:
    at(moment)
    signed_in_as(Role.RECEPTION)
    shown = scan(page, morning.reference)
    assert word in shown.select(f".found.{kind}")[0].text_content()
    page.submit("check-in")
    assert len(visits(session)) == 1


@pytest.mark.parametrize("role", [Role.NURSE, Role.OPERATOR, Role.MANAGER, Role.INSPECTOR])
def test_only_reception_receives(
    role: Role, page: Browser, morning: Morning, app: Flask, signed_in_as: SignIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    signed_in_as(role)
    url = f"/reception/appointments/{morning.appointment}/check-in"
    assert page.send(url, data={"document": "passport"}).status == 403


def test_it_speaks_english(page: Browser, morning: Morning, rosa: StaffMember) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    shown = scan(page, morning.reference)
    assert "Expected now" in shown.text
    assert "Flu" in shown.text
    assert "Arrival noted at 10:21, number 1" in page.submit("check-in").text


def test_the_flags_are_seen(page: Browser, morning: Morning, rosa: StaffMember) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        make.make_interview(work, appointment_of(work, morning.appointment))
        appointment_of(work, morning.appointment).patient.is_protected_adult = True  # type: ignore[union-attr]
        early = make.make_clinic(work, course, day=date(2026, 11, 2), start="09:00", end="09:10")
        first = make.make_appointment(
            work,
            make.make_patient(work, given="Twin"),
            slot_at(work, early.id, 0),
            course,
            pair_id="p1",
        )
        first.planned_doses[0].patient_id = None
        appointment_of(work, morning.appointment).pair_id = "p1"
    shown = scan(page, morning.reference)
    assert "Majeur protégé :" in shown.text
    assert "Première dose manquée :" in shown.text
    assert "rempli, rien à signaler" in shown.text


def race(app: Flask, calls: list[Callable[[Session], object]]) -> list[object]:
    """Run each call in a thread and transaction of its own; a refusal is a result."""
    results: list[object] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[Session], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction() as session:
                    results[place] = call(session)
            except Refusal as refusal:
                results[place] = refusal
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def receive(appointment_id: int, by_id: int, now: datetime) -> Callable[[Session], object]:
    """One receptionist's check-in, as a number."""
    return lambda session: (
        service.check_in(
            session,
            appointment_id,
            service.CheckInRequest(IdentityDocument.PASSPORT),
            by_id=by_id,
            now=now,
            day=DAY,
        ).queue_number
    )


def test_two_receptionists_receive_the_same_person_once(
    app: Flask, morning: Morning, session: Session
) -> None:
    with transaction() as work:
        by_id = make.make_staff(work, Role.RECEPTION).id
    now = clock.now()
    results = race(app, [receive(morning.appointment, by_id, now)] * 4)
    assert sorted(str(r) for r in results if not isinstance(r, Refusal)) == ["1"]
    assert sum(isinstance(r, AlreadyHere) for r in results) == 3
    assert len(visits(session)) == 1


def test_queue_numbers_are_unique_under_eight_threads(
    app: Flask, morning: Morning, session: Session
) -> None:
    with transaction() as work:
        by_id = make.make_staff(work, Role.RECEPTION).id
        course = work.get_one(Course, morning.course)
        numbers = []
        for place in range(24):
            patient = make.make_patient(work, family=f"Person {place}")
            slot = slot_at(work, morning.clinic, 10 + place)
            numbers.append(make.make_appointment(work, patient, slot, course).id)
    now = clock.now()
    for start in range(0, 24, 8):
        race(app, [receive(number, by_id, now) for number in numbers[start : start + 8]])
    assert sorted(visit.queue_number for visit in visits(session)) == list(range(1, 25))
