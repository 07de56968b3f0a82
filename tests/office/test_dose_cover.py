"""No place is opened without a dose behind it, unless a manager says why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.office.rooms import book_people, the_entry
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.models.clinic import Clinic, Place
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import deliveries

Write = Callable[[], AbstractContextManager[Session]]
# Nine to noon, every ten minutes, two places: 36 places.
MORNING = {
    "first_day": "2026-03-23",
    "starts_at": "09:00",
    "ends_at": "12:00",
    "minutes": "10",
    "places": "2",
}


@pytest.fixture
def course_id(at: Callable[[str], Any], signed_in_as: Callable[..., Any], write: Write) -> int:
    at("2026-03-02 09:00")
    signed_in_as(Role.MANAGER)
    with write() as session:
        made: int = make.make_course(session).id
        make.make_vaccine(session, session.get_one(Course, made))
    return made


def stock(write: Write, doses: int, **lot: Any) -> None:
    with write() as session:
        make.make_lot(session, session.scalars(select(Vaccine)).one(), doses=doses, **lot)


def announce(write: Write, doses: int, day: date) -> None:
    with write() as session:
        vaccine = session.scalars(select(Vaccine)).one()
        paul = make.make_staff(session, Role.STOCK)
        deliveries.announce(
            session,
            deliveries.Announced(vaccine.id, day, doses),
            by_id=paul.id,
            day=date(2026, 3, 2),
            now=clock.now(),
        )


def preview(page: Browser, course_id: int, **typed: Any) -> Page:
    page.open("/office/clinics/new")
    return page.submit("/new/preview", courses=[str(course_id)], **(MORNING | typed))


def opened(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count(Clinic.id))) or 0


def test_enough_doses_open_without_a_word(
    page: Browser, course_id: int, write: Write, session: Session
) -> None:
    stock(write, 36)
    assert "une dose derrière chaque place" in preview(page, course_id).text
    page.submit("/new/create")
    assert session.scalars(select(Clinic)).one().beyond_doses_reason is None


def test_one_dose_less_is_refused_with_the_figures_and_what_was_typed_is_kept(
    page: Browser, course_id: int, write: Write, session: Session
) -> None:
    stock(write, 35)
    shown = preview(page, course_id)
    assert "1 place n’aurait pas de dose derrière elle" in shown.text
    assert "Utilisables aujourd’hui 35" in shown.text
    refused = page.submit("/new/create")
    assert refused.status == 422
    assert refused.select("#beyond_reason[aria-invalid]")
    assert opened(session) == 0
    assert refused.select("#starts_at")[0].get("value") == "09:00"


def test_a_manager_may_open_beyond_with_a_reason_and_the_clinic_stays_marked(
    page: Browser, course_id: int, session: Session
) -> None:
    preview(page, course_id)
    page.submit("/new/create", beyond_reason="livraison confirmée par téléphone")
    clinic = session.scalars(select(Clinic)).one()
    assert clinic.beyond_doses_reason == "livraison confirmée par téléphone"
    assert the_entry(session, "open_clinics").details["beyond_doses"] == clinic.beyond_doses_reason
    shown = page.open(f"/office/clinics/{clinic.id}")
    assert shown.select(".alert.wait")
    assert "livraison confirmée par téléphone" in shown.text


def test_the_same_doses_do_not_stand_behind_two_clinics(
    page: Browser, course_id: int, write: Write, session: Session
) -> None:
    stock(write, 40)
    preview(page, course_id)
    page.submit("/new/create")
    shown = preview(page, course_id, first_day="2026-03-24")
    assert "32 places n’auraient pas de dose" in shown.text
    assert "places libres déjà ouvertes 36" in shown.text
    assert page.submit("/new/create").status == 422
    assert opened(session) == 1


def test_a_confirmed_delivery_counts_from_its_day(
    page: Browser, course_id: int, write: Write
) -> None:
    announce(write, 36, date(2026, 3, 24))
    assert "36 places n’auraient pas de dose" in preview(page, course_id).text
    assert "chaque place" in preview(page, course_id, first_day="2026-03-24").text


def test_doses_that_expire_before_the_clinic_do_not_count(
    page: Browser, course_id: int, write: Write
) -> None:
    stock(write, 36, expires_on=date(2026, 3, 22))
    assert "36 places n’auraient pas de dose" in preview(page, course_id).text


def test_a_second_dose_that_is_booked_keeps_its_dose(
    page: Browser, course_id: int, write: Write
) -> None:
    stock(write, 40)
    with write() as session:
        course = session.get_one(Course, course_id)
        later = make.make_clinic(session, course, day=date(2026, 5, 4), end="09:10")
        slot = later.slots[0]
        for number in range(2):
            patient = make.make_patient(session, f"Ada {number}")
            make.make_appointment(session, patient, slot, course, dose_number=2)
    shown = preview(page, course_id)
    assert "deuxièmes doses dues 2" in shown.text
    assert "une dose derrière chaque place" in shown.text
    assert "2 places n’auraient pas de dose" in preview(page, course_id, ends_at="12:20").text


def test_places_are_added_only_with_doses_behind_them_or_a_reason(
    page: Browser, course_id: int, write: Write, session: Session
) -> None:
    stock(write, 36)
    preview(page, course_id)
    page.submit("/new/create")
    clinic_id = session.scalars(select(Clinic.id)).one()
    page.open(f"/office/clinics/{clinic_id}")
    refused = page.submit("/add-places", **{"add-places": "1"})
    assert refused.status == 422
    assert "18 places n’auraient pas de dose" in " ".join(refused.errors)
    assert session.scalar(select(func.count(Place.id))) == 36
    page.submit("/add-places", **{"add-places": "1", "add-beyond_reason": "doses de Calais"})
    session.expire_all()
    assert session.get_one(Clinic, clinic_id).beyond_doses_reason == "doses de Calais"
    assert session.scalar(select(func.count(Place.id))) == 54


def test_who_is_booked_already_needs_no_second_dose_in_the_count(
    page: Browser, course_id: int, write: Write
) -> None:
    stock(write, 50)
    with write() as session:
        course = session.get_one(Course, course_id)
        clinic = make.make_clinic(session, course, day=date(2026, 3, 10), end="09:30")
        book_people(session, course, clinic, 3)
        places = sum(len(slot.places) for slot in clinic.slots)
    shown = preview(page, course_id)
    assert f"réservées 3, places libres déjà ouvertes {places - 3}" in shown.text
