"""The day list and the blank questionnaire."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.certificates.vaccinated import read, text_of
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.models.audit import ReadEntry
from vaxcentre.rules.vocabulary import Role

Write = Callable[[], Session]
pytestmark = pytest.mark.usefixtures("printer")


@pytest.fixture(autouse=True)
def _monday(at: Callable[[str], object]) -> None:
    at("2026-11-23 08:00")


@pytest.fixture
def two_slots(write: Write) -> None:
    """Ben at 9:00, Ada at 9:10; Cléo has cancelled; Dan is expected tomorrow."""
    with write() as session:
        flu = make.make_course(session)
        clinic = make.make_clinic(session, flu, end="09:20")
        first, second = clinic.slots
        ada = make.make_patient(session, used_name="Duprez")
        make.make_appointment(session, ada, second, flu, reference="BCDEFGHJ")
        make.make_appointment(session, make.make_patient(session, "Ben", "Álvarez"), first, flu)
        cleo = make.make_patient(session, "Cléo", "Absente")
        make.make_appointment(session, cleo, first, flu, cancelled_at=clock.now())
        tomorrow = make.make_slot(session, flu, day=date(2026, 11, 24))
        make.make_appointment(session, make.make_patient(session, "Dan", "Demain"), tomorrow, flu)


def test_the_day_list_goes_slot_by_slot(
    two_slots: None, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.RECEPTION)
    page.open("/papers/")
    answer = page.submit("/day-list.pdf")
    text = text_of(answer.response.data)
    assert "Attendus le lundi 23 novembre 2026" in text
    assert text.index("09:00") < text.index("ÁLVAREZ Ben") < text.index("09:10")
    assert text.index("09:10") < text.index("MERCIER Ada (Duprez)") < text.index("BCDE-FGHJ")
    assert "Grippe, dose 1" in text
    assert "2 rendez-vous" in text
    assert "ABSENTE" not in text
    assert "DEMAIN" not in text
    assert len(session.scalars(select(ReadEntry)).all()) == 2
    assert "DEMAIN Dan" in text_of(page.open("/papers/day-list.pdf?day=2026-11-24").response.data)


def test_the_managers_list_does_not_say_what_for(
    two_slots: None, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.MANAGER)
    text = text_of(page.open("/papers/day-list.pdf").response.data)
    assert "MERCIER Ada" in text
    assert "Grippe" not in text


def test_an_empty_day_and_an_impossible_one(
    page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.RECEPTION)
    answer = page.open("/papers/day-list.pdf?day=2026-12-25")
    assert "Personne n’est attendu" in text_of(answer.response.data)
    for odd in ("2026-02-31", "demain", "99999-01-01", "\x00"):
        assert page.open("/papers/day-list.pdf", query_string={"day": odd}).status == 404


def test_a_long_day_numbers_its_sheets(
    write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as session:
        flu = make.make_course(session)
        slot = make.make_slot(session, flu, places=80)
        for number in range(80):
            make.make_appointment(session, make.make_patient(session, f"Ada{number}"), slot, flu)
    signed_in_as(Role.RECEPTION)
    pdf = page.open("/papers/day-list.pdf").response.data
    pages = len(read(pdf).pages)
    assert pages > 1
    assert f"Page 1 / {pages}" in text_of(pdf)
    assert text_of(pdf).count("Vaccination Référence") == pages


def test_the_blank_questionnaire_holds_the_questions_and_nobody(
    write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as session:
        zoster = make.make_course(session, "zoster", disease="zoster").id
    signed_in_as(Role.NURSE)
    page.open("/papers/")
    common = text_of(page.submit("/blank-interview.pdf", course="0").response.data)
    assert "Avez-vous déjà fait une allergie grave" in common
    assert "zona" not in common
    page.open("/papers/")
    own = text_of(page.submit("/blank-interview.pdf", course=str(zoster)).response.data)
    assert "Avez-vous un zona" in own
    page.client.set_cookie("vaxcentre_language", "en")
    english = page.open(f"/papers/blank-interview.pdf?course={zoster}").response.data
    assert "severe allergy" in text_of(english)
    assert page.open("/papers/blank-interview.pdf?course=x").status == 200


def test_the_same_questionnaire_has_the_same_bytes(
    page: Browser, signed_in_as: Callable[..., object], at: Callable[[str], object]
) -> None:
    signed_in_as(Role.DOCTOR)
    first = page.open("/papers/blank-interview.pdf").response.data
    at("2026-11-23 08:09")
    assert page.open("/papers/blank-interview.pdf").response.data == first


def test_each_finds_what_is_theirs(page: Browser, signed_in_as: Callable[..., object]) -> None:
    signed_in_as(Role.MANAGER)
    text = page.open("/papers/").text
    assert "Qui est attendu" in text
    assert "Toutes les attestations" not in text
    signed_in_as(Role.NURSE)
    text = page.open("/papers/").text
    assert "Qui est attendu" not in text
    assert "Toutes les attestations" in text
    signed_in_as(Role.STOCK)
    assert page.open("/papers/").status == 403
