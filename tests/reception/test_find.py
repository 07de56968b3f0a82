"""One field finds everybody: scan, reference, letters, birth date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from stdnum.fr import nir

from tests import make
from tests.make import PARIS
from tests.page import Browser, Page
from tests.reception.conftest import Morning, slot_at
from vaxcentre import clock
from vaxcentre.booking.people import Person, patient_for
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.audit import ReadEntry
from vaxcentre.models.vaccine import Course
from vaxcentre.reception import search
from vaxcentre.rules.vocabulary import Role

SignIn = Callable[..., Any]


@pytest.fixture
def desk(page: Browser, morning: Morning, signed_in_as: SignIn) -> Callable[[str], Page]:
    """Rosa types or scans something, and presses Enter."""
    signed_in_as(Role.RECEPTION)

    def search(text: str) -> Page:
        page.open("/reception/")
        return page.submit("/reception/", q=text)

    return search


Desk = Callable[[str], Page]


def word(page: Page) -> str:
    """The panel's word: "Attendu maintenant"."""
    return " ".join(page.select(".found .state")[0].text_content().split())


def names(page: Page) -> list[str]:
    """The people of the list."""
    return [a.text_content() for a in page.select(".found tbody a")]


def test_a_scanned_confirmation_shows_the_person_in_green_with_enter_on_arrived(
    desk: Desk, morning: Morning
) -> None:
    shown = desk(f"https://vaccination-boulogne.example/r/{morning.reference}")
    assert word(shown) == "Attendu maintenant"
    assert shown.select(".found.go .name")[0].text_content() == "MERCIER Ada, 78 ans"
    (button,) = shown.select("form[action*='check-in'] button")
    assert button.get("autofocus") is not None
    assert button.get("data-key") == "Enter"
    assert shown.select("[data-scan]")[0].get("autofocus") is None


@pytest.mark.parametrize(
    "text",
    ["mercier", "MER 48", "ada mercier", "mer ada", "14/03/1948", "14031948", "mer 14 3 48", "ad"],
)
def test_it_finds_ada(text: str, desk: Desk) -> None:
    assert "MERCIER Ada, 78 ans" in desk(text).text


@pytest.mark.parametrize("text", ["vxkl-bntr", "VXKLBNTR", "mercier 49", "xyz", "15/03/1948"])
def test_it_says_what_to_do_where_nobody_is_found(text: str, desk: Desk) -> None:
    shown = desk(text)
    assert word(shown) == "Introuvable"
    assert "proposez une vaccination sur place" in shown.text


@pytest.mark.parametrize(
    "text",
    ["lefebvre nunez", "LEFÈBVRE-NUÑEZ", "elodie", "élo lefebvre", "nunez", "o'brien lefe 87"],
)
def test_accents_case_and_order_do_not_matter(text: str, desk: Desk) -> None:
    with transaction() as session:
        make.make_patient(
            session,
            given="Élodie Anne",
            family="Lefebvre-Nuñez",
            used_name="O’Brien",
            folded_used="obrien",
            birth_on=date(1987, 1, 30),
        )
    assert "LEFEBVRE-NUÑEZ (O’BRIEN) Élodie Anne" in desk(text).text


WORDS = ["marchand", "bonnet", "bon", "marchand bonnet", "marchandbonnet", "bonnet marchand"]
WORDS += ["goff", "le goff", "legoff", "goff bon", "jeanne", "marie", "marie bonnet", "bon jea"]
BORN = ["", " 42", " 1942", " 1/5/42", " 01/05/1942"]


@pytest.mark.parametrize("is_expected", [True, False], ids=["today", "everybody"])
def test_any_word_of_a_name_is_found_by_its_beginning(
    is_expected: bool, desk: Desk, morning: Morning
) -> None:
    with transaction() as session:
        jeanne = make.make_patient(
            session,
            given="Jeanne Marie",
            family="Marchand-Bonnet",
            used_name="Le Goff",
            birth_on=date(1942, 5, 1),
        )
        if is_expected:
            course = session.get_one(Course, morning.course)
            make.make_appointment(session, jeanne, slot_at(session, morning.clinic, 8), course)
    for asked in (letters + born for letters in WORDS for born in BORN):
        assert "MARCHAND-BONNET (LE GOFF) Jeanne Marie" in desk(asked).text, asked
    for asked in ("onnet 42", "bonnet 43", "bonnet zoe", "bonnet 2/5/1942", "off"):
        assert word(desk(asked)) == "Introuvable", asked


def test_a_name_written_with_a_space_is_found_where_it_is_kept_without(desk: Desk) -> None:
    with transaction() as session:
        make.make_patient(session, given="Anne", family="Legoff", birth_on=date(1950, 1, 1))
    for asked in ("le goff", "le goff ann", "ann le goff", "le goff 50", "le goff ann 1/1/50"):
        assert "LEGOFF Anne" in desk(asked).text, asked


def test_somebody_booked_at_the_counter_is_found_by_any_word(desk: Desk) -> None:
    with transaction() as session:
        booker = Person("O’Brien", "Jean-Luc", date(1947, 2, 3))
        patient_for(session, booker, by_id=None, now=clock.now())
    assert "O’BRIEN Jean-Luc" in desk("brien 47").text
    assert "O’BRIEN Jean-Luc" in desk("luc").text


def test_todays_people_come_first_in_the_order_of_time(desk: Desk, morning: Morning) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        make.make_patient(session, given="Abel", birth_on=date(1948, 3, 14))
        early = make.make_patient(session, given="Zoé", birth_on=date(1948, 3, 14))
        make.make_appointment(session, early, slot_at(session, morning.clinic, 8), course)
    assert names(desk("mer 14/03/1948")) == ["MERCIER Zoé", "MERCIER Ada", "MERCIER Abel"]


PLANS = ["martin", "bonnet 42", "mar jea 42", "le goff", "42", "14/03/1942", "mar 14/03/1942"]


@pytest.mark.parametrize("text", PLANS)
def test_no_search_reads_every_patient(text: str, app: Flask, session: Session) -> None:
    """SQLite says of each statement how it would walk; PostgreSQL scans a table this small."""
    if db.engine.dialect.name != "sqlite":
        return
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, said: str, values: Any, *_rest: Any) -> None:
        if said.startswith("SELECT"):
            raw = connection.connection.driver_connection
            plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {said}", values))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        search.find(session, text, day=clock.today(PARIS), now=clock.now())
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    assert any("patient" in step for step in plans)
    assert not [step for step in plans if step.startswith(("SCAN patient", "SCAN name_word"))]


def test_a_name_that_looks_like_a_reference_is_found(desk: Desk) -> None:
    with transaction() as session:
        make.make_patient(session, given="Paul", family="Lefebvre", birth_on=date(1960, 2, 1))
    assert "LEFEBVRE Paul" in desk("Lefebvre").text


def test_several_people_are_a_list_with_todays_first(desk: Desk, morning: Morning) -> None:
    with transaction() as session:
        for given in ("Abel", "Zoé"):
            make.make_patient(session, given=given, birth_on=date(1942, 5, 1))
        course = session.get_one(Course, morning.course)
        late = make.make_patient(session, given="Yves", birth_on=date(1950, 1, 1))
        make.make_appointment(session, late, slot_at(session, morning.clinic, 8), course)
    shown = desk("mercier")
    assert names(shown)[:2] == ["MERCIER Yves", "MERCIER Ada"]
    assert sorted(names(shown)[2:]) == ["MERCIER Abel", "MERCIER Zoé"]
    first = shown.select(".found tbody a")[0]
    assert first.get("autofocus") is not None
    assert "/reception/?appointment=" in first.get("href")
    assert sorted(names(desk("mer 42"))) == ["MERCIER Abel", "MERCIER Zoé"]


def test_more_than_twenty_asks_for_more_letters(desk: Desk) -> None:
    with transaction() as session:
        for number in range(25):
            make.make_patient(session, given=f"Jean {number}", birth_on=date(1950, 1, 1))
    shown = desk("mer")
    assert len(names(shown)) == 20
    assert "ajoutez des lettres" in shown.text


def test_somebody_of_the_list_opens_by_number(page: Browser, desk: Desk) -> None:
    with transaction() as session:
        make.make_patient(session, given="Abel", birth_on=date(1942, 5, 1))
    desk("mercier")
    opened = page.follow("MERCIER Abel")
    assert word(opened) == "Sans rendez-vous"
    assert opened.response.request.query_string.decode().startswith("patient=")


def test_the_sheet_of_a_patient_finds_the_person(desk: Desk) -> None:
    with transaction() as session:
        make.make_patient(session, given="Jeanne", family="Sansonetti", birth_on=date(1948, 3, 14))
    number = "2480362160010"
    sheet = (
        f"IS01{'0' * 22}S1{number}{nir.calc_check_digits(number)}S21.2.250.1.213.1.4.8\x1d"
        "S3JEANNE MARIE\x1dS4SANSONETTI\x1dS5FS614-03-1948"
    )
    assert "SANSONETTI Jeanne" in desk(sheet).text


def test_a_torn_sheet_says_so(desk: Desk) -> None:
    shown = desk("IS01" + "0" * 22 + "S1123")
    assert shown.status == 422
    assert (
        "Scannez-la de nouveau" in shown.text or "incomplet" in shown.text or shown.select(".alert")
    )


def test_digits_that_are_no_date_are_explained(desk: Desk) -> None:
    shown = desk("123456789")
    assert shown.status == 422
    assert "27/03/1948" in shown.text


def test_an_empty_search_shows_the_day(desk: Desk) -> None:
    assert desk("   ").url == "/reception/"


def test_a_merged_record_is_not_found_and_leads_to_the_one_that_stays(
    page: Browser, desk: Desk, morning: Morning
) -> None:
    with transaction() as session:
        twin = make.make_patient(
            session, given="Adda", merged_into_id=morning.ada, birth_on=date(1948, 3, 14)
        )
        twin_id = twin.id
    assert word(desk("mercier adda")) == "Introuvable"
    assert "MERCIER Ada, 78 ans" in page.open(f"/reception/?patient={twin_id}").text


def test_who_opened_whose_record_is_noted(desk: Desk, morning: Morning, session: Session) -> None:
    desk(morning.reference)
    desk("zzz")
    (read,) = session.query(ReadEntry)
    assert (read.patient_id, read.page) == (morning.ada, "reception.today")


NAUGHTY = [
    "'; DROP TABLE patient;--",
    "%", "_", "\x00", "\ufeff", "🙂🙂", "<script>alert(1)</script>", "{{7*7}}", "٣٤",
    "A" * 400, "İstanbul", "ß", "\u202eabc", "1948-13-45", "--", "/", "\\", "\ud7ff", "Ω≈ç√",
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_are_only_letters(text: str, desk: Desk) -> None:
    shown = desk(text)
    assert shown.status in {200, 422}
    assert "<script>alert" not in shown.response.text


def test_what_is_too_long_is_refused(desk: Desk) -> None:
    assert desk("A" * 600).status == 422


def test_no_name_stands_in_an_address(desk: Desk, morning: Morning) -> None:
    shown = desk("mercier")
    assert shown.url == "/reception/"
    assert not shown.response.request.query_string
