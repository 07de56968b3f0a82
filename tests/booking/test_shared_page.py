"""The page of days is drawn once for all who see the same; what is each one's own is not shared."""

from __future__ import annotations

from datetime import date

from flask import Flask

from tests.booking.conftest import Opening, open_morning
from tests.booking.test_book import to_days
from tests.page import Browser


def test_each_visitor_sees_the_birth_date_they_typed(
    app: Flask, page: Browser, opening: Opening
) -> None:
    here = to_days(page, opening, birth="14 3 1948")
    other = to_days(Browser(app), opening, birth="2 1 1950")
    assert "14/03/1948" in here.text
    assert "02/01/1950" in other.text
    assert "14/03/1948" not in other.text


def test_each_visitor_gets_a_form_that_works(app: Flask, page: Browser, opening: Opening) -> None:
    other = Browser(app)
    pages = [to_days(page, opening), to_days(other, opening, birth="2 1 1950")]
    assert len({here.select("[name=csrf_token]")[0].get("value") for here in pages}) == 2
    there = other.submit("/language", button="language=en")
    assert there.url == "/book/day"
    assert "Which day?" in there.text
    assert "Quel jour" in page.open("/book/day").text


def test_a_page_drawn_before_shows_the_place_that_has_gone_since(
    app: Flask, page: Browser, opening: Opening
) -> None:
    assert "6 places" in to_days(page, opening).text
    other = Browser(app)
    to_days(other, opening)
    other.follow("premier jour libre")
    other.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    assert "5 places" in page.open("/book/day").text


def test_the_address_may_hold_anything(page: Browser, opening: Opening) -> None:
    to_days(page, opening)
    open_morning(date(2026, 11, 25), code="other")
    for tail in ("?page=1", "?x=%00who%00", "?x={{who}}", '?x="><b>who</b>'):
        assert "14/03/1948" in page.open(f"/book/day{tail}").text
