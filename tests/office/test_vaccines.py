"""Vaccines: chosen from the national list, confirmed by a person, withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.office.rooms import the_entry
from tests.page import Browser
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.vaccine import CourseVaccine, Vaccine
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.rules.national_list import find
from vaxcentre.rules.vocabulary import Role, Route

EFLUELDA = find("efluelda")[0]


@pytest.fixture
def manager(signed_in_as: Callable[..., object]) -> object:
    return signed_in_as(Role.MANAGER)


def _add_efluelda(page: Browser, **typed: Any) -> Any:
    page.open(f"/office/vaccines/add/{EFLUELDA.cip13}")
    return page.submit("/office/vaccines/add/", **typed)


def test_an_empty_list_says_what_to_do(page: Browser, manager: object) -> None:
    shown = page.open("/office/vaccines/")
    assert "Le centre n’a pas encore de vaccin." in shown.text
    assert page.follow("Ajouter un vaccin").status == 200


def test_it_finds_a_box_by_name(page: Browser, manager: object) -> None:
    page.open("/office/vaccines/add")
    found = page.submit("/office/vaccines/add", q="eflu")
    assert EFLUELDA.cip13 in found.text


def test_a_cip_leads_to_the_box(page: Browser, manager: object) -> None:
    page.open("/office/vaccines/add")
    box = page.submit("/office/vaccines/add", q=EFLUELDA.cip13)
    assert box.h1 == EFLUELDA.brand


def test_a_scanned_box_leads_to_its_page(page: Browser, manager: object) -> None:
    page.open("/office/vaccines/add")
    scan = f"]d201{EFLUELDA.gtin14}1728063010U8A213B\x1d21XYZ"
    assert page.submit("/office/vaccines/add", q=scan).h1 == EFLUELDA.brand


def test_a_scan_with_a_wrong_check_digit_says_so(page: Browser, manager: object) -> None:
    page.open("/office/vaccines/add")
    wrong = EFLUELDA.gtin14[:-1] + str((int(EFLUELDA.gtin14[-1]) + 1) % 10)
    answer = page.submit("/office/vaccines/add", q=f"]d201{wrong}172806301 0ABC")
    assert answer.status == 200
    assert answer.select(".alert.stop")


def test_words_that_find_nothing_are_answered(page: Browser, manager: object) -> None:
    page.open("/office/vaccines/add")
    assert "rien" in page.submit("/office/vaccines/add", q="zzzz").text


def test_it_proposes_what_the_label_says_and_the_courses_of_the_family(
    page: Browser, manager: object, write: Callable[[], Any], at: Callable[[str], Any]
) -> None:
    with write() as session:
        plant_courses(session, now=at("2026-11-02 09:00"))
    shown = page.open(f"/office/vaccines/add/{EFLUELDA.cip13}")
    ticked = [box.get("value") for box in shown.select("input[name=courses][checked]")]
    assert len(ticked) == 1
    label = shown.select(f"input[name=courses][value='{ticked[0]}']")[0].getparent()
    assert "Grippe" in label.text_content()


def test_it_adds_the_vaccine_with_a_volume_typed_with_a_comma(
    page: Browser, manager: object, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course_id = make.make_course(writing).id
    _add_efluelda(
        page,
        dose_volume="0,7",
        doses_per_container="1",
        containers_per_box="10",
        min_age="50",
        min_age_unit="years",
        courses=[str(course_id)],
    )
    vaccine = session.scalars(select(Vaccine)).one()
    assert vaccine.dose_volume_ul == 700
    assert vaccine.route is Route.IM
    assert (vaccine.min_age_months, vaccine.max_age_months) == (600, None)
    assert vaccine.gtin14 == EFLUELDA.gtin14
    assert session.scalars(select(CourseVaccine.course_id)).all() == [course_id]
    entry = the_entry(session, "add_vaccine")
    assert entry.details["dose_volume_ul"] == 700
    assert page.last is not None
    assert "0,7\u00a0ml" in page.last.response.text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("dose_volume", ""),
        ("dose_volume", "0"),
        ("dose_volume", "demi"),
        ("doses_per_container", "0"),
        ("containers_per_box", "-3"),
        ("containers_per_box", "99999999999999999999"),
        ("min_age", "dix"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_at_its_field(
    page: Browser, manager: object, session: Session, field: str, typed: str
) -> None:
    good = {"dose_volume": "0,7", "doses_per_container": "1", "containers_per_box": "10"}
    answer = _add_efluelda(page, **(good | {field: typed}))
    assert answer.status == 422
    assert answer.select(f"#{field}[aria-invalid]")
    assert answer.select(f"#{field}")[0].get("value") == typed
    assert session.scalar(select(Vaccine)) is None


def test_an_upper_age_below_the_lower_one_is_refused(page: Browser, manager: object) -> None:
    answer = _add_efluelda(
        page, dose_volume="0,7", min_age="18", max_age="24", max_age_unit="months"
    )
    assert answer.status == 422
    assert answer.select("#max_age[aria-invalid]")


@pytest.mark.parametrize(
    ("left_out", "doses"),
    [
        pytest.param("minutes_after_opening", "6", id="a vial of six doses without its end"),
        pytest.param("min_age", "1", id="no lowest age"),
    ],
)
def test_what_nobody_may_guess_must_be_typed(
    page: Browser, manager: object, session: Session, left_out: str, doses: str
) -> None:
    figures = {"min_age": "50", "minutes_after_opening": "360", "doses_per_container": doses}
    answer = _add_efluelda(page, dose_volume="0,7", **(figures | {left_out: ""}))
    assert answer.status == 422
    assert "notice, section" in answer.select(f"#{left_out}-error")[0].text_content()
    assert session.scalar(select(Vaccine)) is None
    _add_efluelda(page, dose_volume="0,7", **figures)
    assert session.scalar(select(Vaccine)) is not None


def test_the_same_cip_twice_is_refused(page: Browser, manager: object, session: Session) -> None:
    shown = page.open(f"/office/vaccines/add/{EFLUELDA.cip13}")
    figures = {"dose_volume": "0,7", "doses_per_container": "1", "containers_per_box": "10"}
    figures |= {"min_age": "50"}
    page.submit("/office/vaccines/add/", **figures)
    page.last = shown
    again = page.submit("/office/vaccines/add/", **figures)
    assert "fait déjà partie" in again.text
    assert len(session.scalars(select(Vaccine)).all()) == 1


def test_a_code_outside_the_national_list_has_no_page(page: Browser, manager: object) -> None:
    assert page.open("/office/vaccines/add/3400900000000").status == 404


def test_it_corrects_a_vaccine(
    page: Browser, manager: object, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = make.make_course(writing)
        vaccine_id = make.make_vaccine(writing, course).id
    page.open(f"/office/vaccines/{vaccine_id}/change")
    assert page.last is not None
    assert page.last.select("#min_age")[0].get("value") == "6"
    page.submit("/change", dose_volume="0.25", max_age="3")
    vaccine = session.get_one(Vaccine, vaccine_id)
    assert vaccine.dose_volume_ul == 250
    assert (vaccine.min_age_months, vaccine.max_age_months) == (6, 36)
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action == "change_vaccine")).one()
        is not None
    )


def test_a_course_for_which_it_was_given_cannot_be_taken_away(
    page: Browser, manager: object, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = make.make_course(writing)
        vaccine = make.make_vaccine(writing, course)
        lot = make.make_lot(writing, vaccine)
        slot = make.make_slot(writing, course)
        appointment = make.make_appointment(writing, make.make_patient(writing), slot, course)
        make.make_injection(writing, make.make_visit(writing, appointment), course, lot)
        vaccine_id = vaccine.id
    page.open(f"/office/vaccines/{vaccine_id}/change")
    answer = page.submit("/change", courses=None)
    assert answer.status == 422
    assert "continue" in answer.text
    assert session.scalar(select(CourseVaccine)) is not None


def test_it_withdraws_and_takes_back(
    page: Browser, manager: object, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        vaccine_id = make.make_vaccine(writing).id
    page.open(f"/office/vaccines/{vaccine_id}")
    page.submit("/withdraw")
    assert session.get_one(Vaccine, vaccine_id).withdrawn_at is not None
    page.submit("/take-back")
    session.expire_all()
    assert session.get_one(Vaccine, vaccine_id).withdrawn_at is None
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["withdraw_vaccine", "take_back_vaccine"]


def test_withdrawing_twice_is_harmless(
    page: Browser, manager: object, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        vaccine_id = make.make_vaccine(writing).id
    page.open(f"/office/vaccines/{vaccine_id}")
    first = page.last
    page.submit("/withdraw")
    page.last = first
    page.submit("/withdraw")
    entries = select(AuditEntry).where(AuditEntry.action == "withdraw_vaccine")
    assert len(session.scalars(entries).all()) == 1


def test_a_vaccine_with_usable_doses_is_not_withdrawn(
    page: Browser, manager: object, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        vaccine = make.make_vaccine(writing)
        make.make_lot(writing, vaccine, doses=12)
        make.make_lot(writing, vaccine, doses=5, number="OLD", expires_on=date(2020, 1, 1))
        vaccine_id = vaccine.id
    page.open(f"/office/vaccines/{vaccine_id}")
    answer = page.submit("/withdraw")
    assert "12 doses" in answer.text
    assert session.get_one(Vaccine, vaccine_id).withdrawn_at is None


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.INSPECTOR])
def test_readers_may_look_but_not_change(
    page: Browser, signed_in_as: Callable[..., object], write: Callable[[], Any], role: Role
) -> None:
    with write() as writing:
        vaccine_id = make.make_vaccine(writing).id
    signed_in_as(role)
    shown = page.open(f"/office/vaccines/{vaccine_id}")
    assert shown.status == 200
    assert not [f for f in shown.select("main form") if "withdraw" in f.get("action")]
    assert page.open("/office/vaccines/add").status == 403
    assert page.open(f"/office/vaccines/{vaccine_id}/change").status == 403


@pytest.mark.parametrize("role", [Role.NURSE, Role.RECEPTION, Role.OPERATOR])
def test_others_have_no_business_here(
    page: Browser, signed_in_as: Callable[..., object], role: Role
) -> None:
    signed_in_as(role)
    assert page.open("/office/vaccines/").status == 403


def test_the_pages_speak_english(page: Browser, manager: object, write: Callable[[], Any]) -> None:
    with write() as writing:
        vaccine_id = make.make_vaccine(writing, make.make_course(writing)).id
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/office/vaccines/").h1 == "Vaccines of the centre"
    assert "Counts for" in page.open(f"/office/vaccines/{vaccine_id}").text
    assert "Volume of one dose" in page.open(f"/office/vaccines/add/{EFLUELDA.cip13}").text
