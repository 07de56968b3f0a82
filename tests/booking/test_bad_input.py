"""Whatever is typed: a clear sentence at its field, nothing lost, and never an error of ours."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.booking.conftest import Opening
from tests.booking.test_book import to_check, to_contact, to_person
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.models.clinic import Place
from vaxcentre.models.patient import Patient

NAUGHTY = (
    "Иван Петров",
    "O’Brien-d'Arcy",
    "Ñandú Łukasz Œuvré",
    "Ada\x00Mercier",
    "Ada 😀",
    "ﷺ" * 40,
    "Robert'); DROP TABLE patient;--",
    "<script>alert(1)</script>",
    "{{7*7}}%(day)s%s",
    "\u202eneB\u200b",
)


def test_names_of_all_kinds_are_taken(page: Browser, opening: Opening, session: Session) -> None:
    with transaction() as writing:
        for number in range(3, 3 + len(NAUGHTY)):
            writing.add(Place(slot_id=opening.slot_ids[0], number=number))
    for name in NAUGHTY:
        here = to_check(page, opening, family_name=name, given_names=name)
        assert here.url == "/book/check", name
        assert page.submit("/book/check").url == "/book/done", name
        page.submit("/book/start-again")
    assert all(session.scalars(select(Patient.folded_family)))


def test_a_name_that_is_none_is_refused_at_its_field(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    for name in ("", "   ", "\x00", "!!!", "😀", "123", "x" * 300, "é" * 101):
        here = page.submit(
            "/book/contact", family_name=name, given_names="Ada", email="ada@example.org"
        )
        assert here.status == 422
        assert here.select("#family_name-error"), name
        assert here.select("#given_names")[0].get("value") == "Ada"


def test_birth_dates_that_cannot_be_are_refused(page: Browser, opening: Opening) -> None:
    to_person(page, opening)
    for birth, sentence in (
        (("31", "2", "1948"), "n’existe pas"),
        (("", "", ""), "Saisissez le jour"),
        (("٣", "3", "1948"), "Saisissez le jour"),
        (("1", "1", "99999"), "Saisissez le jour"),
        (("1", "1", "2030"), "futur"),
        (("1", "1", "1890"), "120 ans"),
        (("14\x00", "3", "1948x"), "Saisissez le jour"),
        (("14", "3", "48"), "quatre chiffres, par exemple 1948"),
    ):
        day, month, year = birth
        here = page.submit("/book/person", day=day, month=month, year=year)
        assert here.status == 422
        assert any(sentence in error for error in here.errors), birth


def test_a_short_year_is_asked_at_its_own_box(page: Browser, opening: Opening) -> None:
    to_person(page, opening)
    here = page.submit("/book/person", day="14", month="3", year="48")
    assert here.select("#error-summary a")[0].get("href") == "#year"
    assert here.select("#year")[0].get("aria-invalid") == "true"
    assert here.select("#year")[0].get("value") == "48"
    here = page.submit("/book/person", year="1948")
    assert here.url == "/book/day"


def test_a_phone_that_rings_nowhere_is_refused(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    for phone in ("01990012", "abc", "0000000000", "01 99 00 12 34 poste 5"):
        here = page.submit("/book/contact", family_name="Mercier", given_names="Ada", phone=phone)
        assert here.status == 422
        assert here.select("#phone-error"), phone
        assert here.select("#phone")[0].get("value") == phone


def test_overseas_phones_pass(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    for phone in ("0590 27 12 34", "+262 262 12 34 56", "+1 212 555 2368"):
        page.open("/book/contact")
        here = page.submit("/book/contact", family_name="Mercier", given_names="Ada", phone=phone)
        assert here.url == "/book/check", phone


def test_an_address_that_is_none_is_refused(page: Browser, opening: Opening) -> None:
    here = to_check(page, opening, email="ada(at)example.org")
    assert here.select("#email-error")


def test_who_gives_no_contact_says_so(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    here = page.submit("/book/contact", family_name="Mercier", given_names="Ada")
    assert here.status == 422
    assert page.submit("/book/contact", no_contact="y").url == "/book/check"


def test_no_address_breaks_a_page(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    for url in (
        "/book/day?page=0",
        "/book/day?page=-1",
        "/book/day?page=99999999999",
        "/book/day?page=²",
        "/book/time/2026-13-45",
        "/book/time/9999-12-31",
        "/book/time/x",
        "/book/second/x",
        "/rv/%00",
        "/rv/%F0%9F%98%80",
        "/rv/move/0",
        "/rv/move/1/2026-11-24",
        "/rv/cancel/99999999999999999999",
    ):
        assert page.open(url).status in {200, 404}, url


def test_no_slot_number_breaks_the_page(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    for slot in ("", "x", "-1", "²", "9" * 30, "999999"):
        page.open("/book/time/2026-11-24")
        assert page.submit("/book/time", button=f"slot={slot}").status in {404, 409}, slot


def test_no_course_number_breaks_the_page(page: Browser, opening: Opening) -> None:
    page.open("/book/vaccine")
    wrong: tuple[list[str], ...] = ([], ["x"], ["999"], ["1", "999"], ["9" * 30])
    for courses in wrong:
        here = page.submit("/book/vaccine", courses=courses)
        assert here.status == 422
        assert here.select(".error"), courses


def test_no_reference_breaks_the_page(page: Browser, opening: Opening) -> None:
    page.open("/find")
    for reference in ("", "x", "😀", "VXKL-BNT", "a" * 5000, "\x00"):
        here = page.submit("/find", reference=reference, day="1", month="1", year="1950")
        assert here.status == 422
        assert here.errors, reference
