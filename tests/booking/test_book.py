"""The seven pages of booking, over HTTP and without script."""

from __future__ import annotations

from tests.booking.conftest import Opening
from tests.page import Browser, Page


def to_person(page: Browser, opening: Opening) -> Page:
    """Open the front page and choose the vaccination."""
    page.open("/")
    page.follow("Prendre rendez-vous")
    return page.submit("/book/vaccine", courses=[str(opening.course_id)])


def to_days(page: Browser, opening: Opening, birth: str = "14 3 1948", **fields: str) -> Page:
    """Say who it is for."""
    to_person(page, opening)
    day, month, year = birth.split()
    return page.submit("/book/person", day=day, month=month, year=year, **fields)


def to_contact(page: Browser, opening: Opening, slot: int = 0, **fields: str) -> Page:
    """Choose the first free day and a time."""
    to_days(page, opening, **fields)
    page.follow("premier jour libre")
    return page.submit("/book/time", button=f"slot={opening.slot_ids[slot]}")


def to_check(page: Browser, opening: Opening, slot: int = 0, **fields: str) -> Page:
    """Type a name and an address."""
    to_contact(page, opening, slot)
    who = {"family_name": "Mercier", "given_names": "Ada", "email": "ada@example.org"}
    return page.submit("/book/contact", **(who | fields))


def test_somebody_books_in_seven_pages(page: Browser, opening: Opening) -> None:
    assert "Étape 2 sur 6" in to_person(page, opening).text
    assert page.submit("/book/person", day="14", month="3", year="1948").url == "/book/day"
    assert page.follow("premier jour libre").url == "/book/time/2026-11-24"
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[1]}")
    assert here.url == "/book/contact"
    assert "mardi 24 novembre à 09:10" in here.text
    here = page.submit(
        "/book/contact", family_name="Mercier", given_names="Ada", phone="0199000001"
    )
    assert here.url == "/book/check"
    here = page.submit("/book/check")
    assert here.url == "/book/done"
    assert len(here.select(".code")[0].text.strip()) == 9
