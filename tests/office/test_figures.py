"""The day and the week in figures: counts, by hour, in a file, and nobody's name."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import select

from tests import make
from tests.office.rooms import book_people, slots_of
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import CourseVaccine, Vaccine
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.vocabulary import NextStep, NoInjectionReason, Role
from vaxcentre.web.words import label

DAY = date(2026, 3, 10)


@pytest.fixture
def manager(at: Callable[[str], Any], signed_in_as: Callable[..., Any]) -> Any:
    at("2026-03-10 07:00")
    return signed_in_as(Role.MANAGER)


@pytest.fixture
def busy_day(
    manager: Any, write: Callable[[], Any], at: Callable[[str], Any], page: Browser
) -> date:
    """Seven booked: two vaccinated, one unwell, one arrived, one missed, one cancelled, one later.

    It is 10:30 on the day.
    """
    with write() as session:
        course = make.make_course(session, name_fr="=Grippe")
        vaccine = make.make_vaccine(session, course)
        lot = make.make_lot(session, vaccine, doses=20, number="+33A")
        clinic = make.make_clinic(session, course, day=DAY)
        people = book_people(session, course, clinic, 6)
        later = make.make_appointment(
            session, make.make_patient(session, "Zoe"), slots_of(session, clinic)[-1], course
        )
        assert later.place.slot.starts_at > people[0].place.slot.starts_at
        people[5].cancelled_at = clock.now()
        for n, (hour, appointment) in enumerate(
            (("09:05", people[0]), ("10:10", people[1]), ("09:20", people[2]), ("10:20", people[3]))
        ):
            at(f"2026-03-10 {hour}")
            visit = make.make_visit(session, appointment)
            if n < 2:
                make.make_injection(session, visit, course, lot)
            if n == 2:
                session.add(
                    NoInjection(
                        visit_id=visit.id,
                        course_id=course.id,
                        reason=NoInjectionReason.UNWELL,
                        next_step=NextStep.REBOOK,
                        recorded_at=clock.now(),
                        recorded_by_id=make.make_staff(session, Role.NURSE).id,
                    )
                )
    at("2026-03-10 10:30")
    make.sign_in(page, Role.MANAGER)
    return DAY


def _counts(shown: Any) -> dict[str, str]:
    return {
        " ".join(pair.find("dt").text_content().split()): pair.findtext("dd")
        for pair in shown.select("dl.counts div")
    }


def _rows(answer: Any) -> list[list[str]]:
    text = answer.response.data.decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_it_counts_the_day(page: Browser, busy_day: date) -> None:
    assert _counts(page.open("/office/figures/")) == {
        "Places": "36",
        "Réservés": "6",
        "Arrivés": "4",
        "Vaccinés": "2",
        "Non vaccinés": "1",
        "Manqués": "1",
        "Annulés": "1",
    }


def test_it_says_why_people_were_not_vaccinated(page: Browser, busy_day: date) -> None:
    shown = page.open("/office/figures/")

    (reason,) = shown.select("ul.rows li")
    assert " ".join(reason.text_content().split()) == f"{label(NoInjectionReason.UNWELL)}1"


def test_the_hours_stand_in_a_chart_and_its_table(page: Browser, busy_day: date) -> None:
    shown = page.open("/office/figures/")
    assert shown.select("figure.chart svg[role=img]")
    rows = [
        [cell.text_content().strip() for cell in row.iter("th", "td")]
        for row in shown.select("figure.chart tbody tr")
    ]
    assert rows == [["9 h", "5", "1"], ["10 h", "0", "1"], ["11 h", "1", "0"]]


def test_doses_left_follow_the_movements_of_that_day(
    page: Browser, busy_day: date, at: Callable[[str], Any]
) -> None:
    rows = _rows(page.open("/office/figures/doses.csv"))
    assert rows[1][-1] == "18"
    yesterday = busy_day - timedelta(days=1)
    assert len(_rows(page.open(f"/office/figures/doses.csv?day={yesterday}"))) == 1


def test_a_lot_that_counts_for_two_courses_is_counted_once(
    page: Browser, busy_day: date, write: Callable[[], Any]
) -> None:
    with write() as session:
        vaccine = session.scalars(select(Vaccine)).first()
        last_season = make.make_course(session, "flu-2025")
        session.add(CourseVaccine(course_id=last_season.id, vaccine_id=vaccine.id))
    assert [row[-1] for row in _rows(page.open("/office/figures/doses.csv"))[1:]] == ["18"]


def test_an_undone_check_in_and_a_replaced_injection_do_not_count(
    page: Browser, busy_day: date, write: Callable[[], Any]
) -> None:
    with write() as session:
        newest = session.scalars(select(Visit).order_by(Visit.id.desc())).first()
        injection = session.scalars(select(Injection)).first()
        assert newest is not None
        assert injection is not None
        newest.undone_at = injection.replaced_at = clock.now()
    counts = _counts(page.open("/office/figures/"))
    assert (counts["Arrivés"], counts["Vaccinés"], counts["Manqués"]) == ("3", "1", "2")


def test_no_name_no_birth_date_and_no_phone_is_shown(page: Browser, busy_day: date) -> None:
    for path in ("", "week", "day.csv", "week.csv", "doses.csv"):
        body = page.open(f"/office/figures/{path}").response.text
        assert "Mercier" not in body
        assert "1950" not in body
        assert "01 99 00" not in body


def test_the_week_sets_done_against_places(page: Browser, busy_day: date) -> None:
    shown = page.open("/office/figures/week?day=2026-03-12")
    rows = [
        [cell.text_content().strip() for cell in row.iter("th", "td")]
        for row in shown.select("figure.chart tbody tr")
    ]
    assert [row[1:] for row in rows] == [["0", "0"], ["36", "2"], *([["0", "0"]] * 5)]
    assert "5,6" in shown.text


def test_the_file_of_the_week_is_one_that_a_french_spreadsheet_opens(
    page: Browser, busy_day: date
) -> None:
    answer = page.open("/office/figures/week.csv?day=2026-03-10")
    raw = answer.response.data
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 8
    assert raw.count(b"\n") == 8
    rows = _rows(answer)
    assert rows[0][0] == "jour (JJ/MM/AAAA)"
    assert rows[2][:9] == ["10/03/2026", "36", "6", "4", "2", "2", "1", "1", "5,6"]
    assert sum(int(cell) for cell in rows[2][9:]) == 1
    assert rows[1][8] == ""
    assert 'filename="' in answer.response.headers["Content-Disposition"]


def test_the_file_of_the_day_has_its_hours(page: Browser, busy_day: date) -> None:
    rows = _rows(page.open("/office/figures/day.csv"))
    assert rows[1:] == [
        ["10/03/2026", "09:00", "5", "2", "1"],
        ["10/03/2026", "10:00", "0", "2", "1"],
        ["10/03/2026", "11:00", "1", "0", "0"],
    ]


def test_what_ends_after_midnight_stands_at_the_end_of_its_day(
    manager: Any, write: Callable[[], Any], at: Callable[[str], Any], page: Browser
) -> None:
    with write() as session:
        course = make.make_course(session)
        lot = make.make_lot(session, make.make_vaccine(session, course))
        clinic = make.make_clinic(session, course, day=DAY, start="22:00", end="23:50")
        booked = make.make_appointment(
            session, make.make_patient(session), slots_of(session, clinic)[-1], course
        )
        at("2026-03-10 23:45")
        visit = make.make_visit(session, booked)
        at("2026-03-11 00:05")
        make.make_injection(session, visit, course, lot)
    make.sign_in(page, Role.MANAGER)
    shown = page.open("/office/figures/?day=2026-03-10")
    rows = [
        [cell.text_content().strip() for cell in row.iter("th", "td")]
        for row in shown.select("figure.chart tbody tr")
    ]
    assert rows == [["23 h", "1", "0"], ["0 h", "0", "1"]]
    assert _counts(shown)["Vaccinés"] == "1"
    assert _rows(page.open("/office/figures/day.csv?day=2026-03-10"))[1:] == [
        ["10/03/2026", "23:00", "1", "1", "0"],
        ["11/03/2026", "00:00", "0", "0", "1"],
    ]
    assert _counts(page.open("/office/figures/?day=2026-03-11"))["Vaccinés"] == "0"


def test_a_week_asks_no_more_of_the_database_than_a_day(
    page: Browser, busy_day: date, asked: Callable[[Callable[[], Any]], int]
) -> None:
    week = asked(lambda: page.open("/office/figures/week"))
    assert week <= asked(lambda: page.open("/office/figures/"))


def test_a_cell_that_looks_like_a_formula_is_quoted(page: Browser, busy_day: date) -> None:
    _head, row = _rows(page.open("/office/figures/doses.csv"))
    assert row == ["10/03/2026", "'=Grippe", "EFLUELDA", "'+33A", "30/06/2027", "18"]


def test_it_goes_to_the_day_before_and_after(page: Browser, busy_day: date) -> None:
    page.open("/office/figures/")
    assert "lundi 9 mars 2026" in page.follow("Jour précédent").h1.lower()
    assert "mardi 10 mars 2026" in page.follow("Jour suivant").h1.lower()
    page.open("/office/figures/?day=2026-03-10")
    assert "Rien n’a été réservé" in page.submit("/office/figures/", day="2026-01-01").text


@pytest.mark.parametrize("typed", ["", "demain", "2026-13-45", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_shows_today(page: Browser, manager: Any, typed: str) -> None:
    for path in ("", "week", "week.csv", "day.csv", "doses.csv"):
        assert page.open(f"/office/figures/{path}", query_string={"day": typed}).status == 200


def test_the_nights_of_the_clock_change_belong_to_one_day(
    page: Browser, manager: Any, write: Callable[[], Any], at: Callable[[str], Any]
) -> None:
    with write() as session:
        course = make.make_course(session)
        for day in (date(2026, 3, 29), date(2026, 10, 25)):
            clinic = make.make_clinic(session, course, day=day, start="00:00", end="23:50")
            slots = slots_of(session, clinic)
            for slot in (slots[0], slots[-1]):
                patient = make.make_patient(session, "Ada", f"Nuit{slot.id}")
                make.make_appointment(session, patient, slot, course)
    for asked in ("2026-03-29", "2026-10-25"):
        counts = _counts(page.open(f"/office/figures/?day={asked}"))
        assert counts["Réservés"] == "2"


def test_the_inspector_reads_the_figures(
    page: Browser, busy_day: date, signed_in_as: Callable[..., Any]
) -> None:
    signed_in_as(Role.INSPECTOR)
    assert page.open("/office/figures/").status == 200
    assert page.open("/office/figures/week.csv").status == 200


@pytest.mark.parametrize("role", [Role.NURSE, Role.DOCTOR, Role.RECEPTION, Role.STOCK])
def test_others_do_not(page: Browser, signed_in_as: Callable[..., Any], role: Role) -> None:
    signed_in_as(role)
    assert page.open("/office/figures/").status == 403
    assert page.open("/office/figures/week.csv").status == 403


def test_the_pages_speak_english(page: Browser, busy_day: date) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert "Tuesday 10 March 2026 in figures" in page.open("/office/figures/").h1
    assert "5.6" in page.open("/office/figures/week").text
    assert _rows(page.open("/office/figures/day.csv"))[0][0] == "day (DD/MM/YYYY)"
