"""The day at a glance: who is expected, here, late, done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from tests.reception.conftest import Morning, slot_at
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.rules.vocabulary import Role

SignIn = Callable[..., Any]
Clock = Callable[[str], datetime]


def counts(page: Any) -> dict[str, str]:
    return {
        " ".join(box.find("dt").text_content().split()): box.find("dd").text_content()
        for box in page.select(".counts div")
    }


def test_it_lists_the_day_by_slot_with_a_word_for_each_state(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    shown = page.open("/reception/")
    assert shown.h1 == "Lundi 23 novembre 10:21"
    assert [row.text_content() for row in shown.select("tr.slot th")] == ["10:30"]
    assert "2 places, 0 arrivé" in shown.text
    assert "MERCIER Ada" in shown.text
    assert "attendu" in shown.select("td .state")[0].text_content()


def test_the_search_field_comes_first_and_has_the_cursor(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    fields = page.open("/reception/").select("main input:not([type=hidden])")
    assert fields[0].get("data-scan") is not None
    assert fields[0].get("autofocus") is not None


def test_it_counts_the_day(page: Browser, morning: Morning, signed_in_as: SignIn) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        vaccine = session.get_one(Vaccine, morning.vaccine)
        lot = make.make_lot(session, vaccine, doses=5, number="B2")
        for family, place, comes in (("Late", 8, False), ("Gone", 0, False), ("Done", 1, True)):
            slot = slot_at(session, morning.clinic, place)
            patient = make.make_patient(session, family=family)
            appointment = make.make_appointment(session, patient, slot, course)
            if comes:
                visit = make.make_visit(session, appointment)
                make.make_injection(session, visit, course, lot)
    signed_in_as(Role.RECEPTION)
    shown = page.open("/reception/")
    assert counts(shown) == {
        "attendus": "4",
        "arrivé": "1",
        "vacciné": "1",
        "en retard": "2",
        "doses disponibles": "16",
    }
    assert "en retard, 1 min" in shown.text
    assert "pas venu" in shown.text


def test_the_list_refreshes_only_when_something_has_changed(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    first = page.open("/reception/list").response
    assert first.status_code == 200
    assert "MERCIER" in first.text
    again = page.open("/reception/list", headers={"If-None-Match": first.headers["ETag"]}).response
    assert (again.status_code, again.data) == (304, b"")
    with transaction() as session:
        make.make_visit(session, session.get_one(Appointment, morning.appointment))
    changed = page.open(
        "/reception/list", headers={"If-None-Match": first.headers["ETag"]}
    ).response
    assert changed.status_code == 200
    assert "arrivé" in changed.text


def test_another_language_is_another_list(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    first = page.open("/reception/list").response
    page.client.set_cookie("vaxcentre_language", "en")
    english = page.open(
        "/reception/list", headers={"If-None-Match": first.headers["ETag"]}
    ).response
    assert english.status_code == 200
    assert "expected" in english.text
    assert page.open("/reception/").h1 == "Monday 23 November 10:21"


def test_the_number_of_queries_does_not_grow_with_the_day(
    app: Flask, page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    few = count_queries(page)
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        clinic = make.make_clinic(session, course, start="08:00", end="18:00", places=10)
        for number in range(300):
            patient = make.make_patient(session, family=f"Person {number}")
            slot = slot_at(session, clinic.id, number % 60)
            appointment = make.make_appointment(session, patient, slot, course)
            if number % 3 == 0:
                make.make_visit(session, appointment)
    many = count_queries(page)
    assert many - few <= 5, (few, many)
    assert many <= 25


def count_queries(page: Browser) -> int:
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert page.open("/reception/?part=all").status == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("path", ["/reception/", "/reception/walk-in"])
def test_a_vaccination_more_costs_no_question_more(
    path: str,
    page: Browser,
    morning: Morning,
    signed_in_as: SignIn,
    asked: Callable[[Callable[[], Any]], int],
) -> None:
    signed_in_as(Role.RECEPTION)
    few = asked(lambda: page.open(path))
    with transaction() as session:
        courses = [make.make_course(session, f"covid-{number}") for number in range(6)]
        for course in courses:
            make.make_lot(session, make.make_vaccine(session, course, name=course.code))
        make.make_clinic(session, *courses, start="08:00", end="18:00", places=4)
    assert asked(lambda: page.open(path)) == few


def test_a_long_day_is_shown_around_the_present_hour(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        clinic = make.make_clinic(session, course, start="08:00", end="18:00", places=4)
        for number in range(180):
            patient = make.make_patient(session, family=f"Person {number}")
            make.make_appointment(
                session, patient, slot_at(session, clinic.id, number % 60), course
            )
    signed_in_as(Role.RECEPTION)
    shown = page.open("/reception/")
    times = [row.text_content() for row in shown.select("tr.slot th")]
    assert times[0] == "10:00"
    assert times[-1] == "11:20"
    assert counts(shown)["attendus"] == "181"
    whole = page.follow("Toute la journée")
    assert len(whole.select("tbody tr:not(.slot)")) == 181
    late = page.follow("En retard")
    assert len(late.select("tbody tr:not(.slot)")) < 60
    assert len(shown.response.data) < 30_000


@pytest.mark.parametrize("role", [Role.NURSE, Role.INSPECTOR])
def test_others_may_look_and_cannot_receive(
    role: Role, page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(role)
    page.open(f"/reception/?appointment={morning.appointment}")
    assert page.last is not None
    assert "MERCIER Ada" in page.last.text
    assert not page.last.select("form[action*='check-in']")


def test_the_stock_keeper_stays_outside(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.STOCK)
    assert page.open("/reception/").status == 403


def test_an_empty_day_says_so(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.RECEPTION)
    assert "Personne n’est attendu aujourd’hui." in page.open("/reception/").text


def test_looking_writes_nothing_but_who_looked(
    page: Browser, morning: Morning, session: Session, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    page.open(f"/reception/?appointment={morning.appointment}")
    assert session.query(AuditEntry).count() == 0
    assert [entry.patient_id for entry in session.query(ReadEntry)] == [morning.ada]


def test_before_the_doors_open_the_first_hour_is_shown(
    page: Browser, morning: Morning, at: Clock, signed_in_as: SignIn
) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        clinic = make.make_clinic(session, course, start="08:00", end="18:00", places=4)
        for number in range(180):
            patient = make.make_patient(session, family=f"Person {number}")
            make.make_appointment(
                session, patient, slot_at(session, clinic.id, number % 60), course
            )
    at("2026-11-23 05:00")
    signed_in_as(Role.RECEPTION)
    times = [row.text_content() for row in page.open("/reception/").select("tr.slot th")]
    assert (times[0], times[-1]) == ("08:00", "08:50")
