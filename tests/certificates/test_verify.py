"""Anybody checks a paper: genuine, replaced, unknown; never who, and never for ever."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.certificates.test_issue import correct, issue
from tests.certificates.vaccinated import make_vaccinated
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.staff import Attempt
from vaxcentre.rules.reference import show_reference

Write = Callable[[], Session]


@pytest.fixture
def number(write: Write, at: Callable[[str], object]) -> str:
    at("2026-11-23 10:41")
    with write() as session:
        patient, _injection = make_vaccinated(session, used_name="Duprez", phone="+33199001234")
        return show_reference(issue(session, patient.id).number)


def test_a_genuine_paper_shows_initials_vaccine_day_and_lot_only(
    number: str, page: Browser
) -> None:
    answer = page.open(f"/verifier/{number}")
    assert answer.status == 200
    for words in ("Authentique", number, "A. M.", "EFLUELDA", "23/11/2026", "U8A213B"):
        assert words in answer.text
    for secret in ("Mercier", "MERCIER", "Ada", "Duprez", "1948", "Noor", "01 99 00 12 34 05"):
        assert secret not in answer.text


@pytest.mark.parametrize("written", ["{}", "{lower}", "{plain}"])
def test_a_number_is_read_however_it_is_written(number: str, page: Browser, written: str) -> None:
    text = written.format(number, lower=number.lower(), plain=number.replace("-", ""))
    page.open("/verifier")
    answer = page.submit("/verifier", number=text)
    assert "Authentique" in answer.text


@pytest.mark.parametrize("typed", ["", "   ", "123", "BCDEFGH", "é" * 300, "<script>", "\x00"])
def test_what_is_no_number_is_said_at_the_field(page: Browser, typed: str) -> None:
    page.open("/verifier")
    answer = page.submit("/verifier", number=typed)
    assert answer.status == 422
    assert answer.errors


def test_a_corrected_injection_makes_it_replaced_and_shows_nothing(
    number: str, page: Browser, write: Write
) -> None:
    with write() as session:
        correct(session, session.scalars(select(Patient.id)).one())
    answer = page.open(f"/verifier/{number}")
    assert "Remplacée" in answer.text
    assert "EFLUELDA" not in answer.text
    assert "A. M." not in answer.text


@pytest.mark.parametrize("change", ["name", "birth", "declared", "used"])
def test_it_is_replaced_when_what_it_says_is_no_longer_so(
    number: str, page: Browser, write: Write, change: str
) -> None:
    from tests import make  # noqa: PLC0415

    with write() as session:
        patient = session.scalars(select(Patient)).one()
        if change == "name":
            patient.given_names = "Adda"
        elif change == "birth":
            patient.birth_on += timedelta(days=1)
        elif change == "used":
            patient.used_name = "Autre"
        else:
            dose = make.make_declared_dose(session, patient, make.make_course(session, "x"))
            number = show_reference(issue(session, patient.id, seed=9).number)
            session.get_one(DeclaredDose, dose.id).withdrawn_at = clock.now()
    word = "Authentique" if change == "used" else "Remplacée"
    assert word in page.open(f"/verifier/{number}").text


def test_an_unknown_number_is_said_and_counted(
    number: str, page: Browser, session: Session
) -> None:
    for _ in range(10):
        answer = page.open("/verifier/BCDE-FGHJ")
        assert answer.status == 404
        assert "Inconnue" in answer.text
    assert page.open("/verifier/BCDE-FGHJ").status == 429
    assert page.open(f"/verifier/{number}").status == 429
    assert len(session.scalars(select(Attempt)).all()) == 10
    assert all(len(row.address) == 64 for row in session.scalars(select(Attempt)))
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert "Authentique" in page.open(f"/verifier/{number}").text


def test_good_tries_are_not_counted(number: str, page: Browser, session: Session) -> None:
    for _ in range(12):
        assert page.open(f"/verifier/{number}").status == 200
    assert not session.scalars(select(Attempt)).all()


def test_it_speaks_english_and_is_not_kept(number: str, page: Browser) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    answer = page.open(f"/verifier/{number}")
    assert "Genuine" in answer.text
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.response.text
    assert "Check a vaccination certificate" in page.open("/verifier").text


def test_an_odd_address_is_just_unknown(page: Browser) -> None:
    for odd in ("x", "%F0%9F%92%89", "BCDE-FGHJ-BCDE", "%00", "a" * 2000):
        assert page.open(f"/verifier/{odd}").status == 404


def test_the_number_says_nothing_about_its_row(number: str, session: Session) -> None:
    certificate = session.scalars(select(Certificate)).one()
    assert str(certificate.id) not in number
