"""What is declared on honour: each vaccination has its own tick, and keeps its own answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Slot
from vaxcentre.models.vaccine import Course

ILL = "J’ai une maladie chronique."
WEAK = "Mes défenses sont affaiblies."


@pytest.fixture
def courses(app: object, monday: datetime) -> tuple[int, int]:
    """Flu and zoster, each for adults in a situation of its own, given on Tuesday."""
    with transaction() as session:
        adults: dict[str, Any] = {
            "min_age_months": 18 * 12,
            "condition": "weak",
        }  # the same code on purpose
        flu = make.make_course(
            session, condition_fr=ILL, condition_en="I am ill.", short_fr="Grippe", **adults
        )
        zoster = make.make_course(
            session, "zoster", condition_fr=WEAK, condition_en="I am weak.", **adults
        )
        make.make_clinic(session, flu, zoster, day=date(2026, 11, 24), end="09:30")
        return flu.id, zoster.id


def to_person(page: Browser, *courses: int) -> Page:
    """Choose these vaccinations."""
    page.open("/book/vaccine")
    return page.submit("/book/vaccine", courses=[str(key) for key in courses])


def declare(page: Browser, *courses: int) -> Page:
    """Born in 1990, with the ticks of these vaccinations and no other."""
    ticks = {f"declared_{key}": "y" for key in courses}
    return page.submit("/book/person", day="1", month="1", year="1990", **ticks)


def book(page: Browser) -> Page:
    """The first time of Tuesday, for Ada."""
    page.follow("premier jour libre")
    assert page.last is not None
    slot = page.last.select(".times button")[0].get("value")
    page.submit("/book/time", button=f"slot={slot}")
    page.submit("/book/contact", family_name="Mercier", given_names="Ada", no_contact="y")
    return page.submit("/book/check")


def declared(session: Session) -> dict[int, bool]:
    """Of each planned dose of the booked appointment, whether its condition was declared."""
    session.expire_all()
    return {p.course_id: p.declared_at is not None for p in session.scalars(select(PlannedDose))}


def test_each_vaccination_is_declared_in_its_own_words(
    page: Browser, courses: tuple[int, int]
) -> None:
    here = to_person(page, *courses)
    labels = [" ".join(label.text_content().split()) for label in here.select(".choices label")]
    assert len(labels) == 2
    assert labels[0].startswith(f"Je déclare sur l’honneur : {ILL}")
    assert labels[1].startswith(f"Je déclare sur l’honneur : {WEAK}")


def test_one_tick_does_not_speak_for_the_other(page: Browser, courses: tuple[int, int]) -> None:
    flu, zoster = courses
    to_person(page, flu, zoster)
    here = declare(page)
    assert len(here.select("#error-summary li")) == 2  # both at once
    here = declare(page, flu)
    assert here.status == 422
    assert here.select(f"#declared_{zoster}-error")
    assert not here.select(f"#declared_{flu}-error")
    assert here.select(f"#declared_{flu}")[0].get("checked") is not None
    assert "cochez la case" in here.text
    assert declare(page, flu, zoster).url == "/book/day"


def test_each_answer_is_kept_with_its_dose(
    page: Browser, courses: tuple[int, int], session: Session
) -> None:
    flu, zoster = courses
    with transaction() as writing:
        make.make_rule(writing, writing.get_one(Course, zoster), schedule="tous")
    to_person(page, flu, zoster)
    declare(page, flu)
    assert book(page).url == "/book/done"
    assert declared(session) == {flu: True, zoster: False}
    booked = session.scalars(select(Appointment)).one()
    assert booked.conditions_for(session.get_one(Course, flu)) == {"weak"}
    assert not booked.conditions_for(session.get_one(Course, zoster))


def test_the_ticks_are_still_there_when_coming_back(
    page: Browser, courses: tuple[int, int]
) -> None:
    to_person(page, *courses)
    declare(page, *courses)
    here = page.open("/book/person")
    assert len(here.select("input[type=checkbox][checked]")) == 2
    here = to_person(page, courses[0])
    assert len(here.select("input[type=checkbox][checked]")) == 1


def test_who_moves_keeps_what_was_declared(
    page: Browser, courses: tuple[int, int], session: Session
) -> None:
    to_person(page, *courses)
    declare(page, *courses)
    book(page)
    page.open("/rv/move/1/2026-11-24")
    last = session.scalars(select(Slot.id).order_by(Slot.starts_at.desc())).first()
    assert "a été déplacé" in page.submit("/rv/move", button=f"slot={last}").text
    assert declared(session) == dict.fromkeys(courses, True)


def test_a_refusal_says_which_vaccination_it_is_about(
    page: Browser, courses: tuple[int, int]
) -> None:
    to_person(page, *courses)
    here = page.submit("/book/person", day="1", month="1", year="2021")
    assert any(error.startswith("Grippe : Trop jeune") for error in here.errors)
