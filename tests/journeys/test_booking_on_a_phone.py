"""Booking on a small phone, in a real browser: both languages, script or none, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests import make
from vaxcentre import clock

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PARIS = ZoneInfo("Europe/Paris")
Someone = Callable[..., Page]
SMALL = 320


@pytest.fixture(autouse=True)
def two_doses(write: Callable[[], Any]) -> None:
    """Zoster in two doses for those who declare a condition; tomorrow and five weeks later."""
    today = clock.today(PARIS)
    with write() as session:
        course = make.make_course(
            session,
            "zoster-life",
            doses=2,
            condition="weak",
            condition_fr="Mes défenses sont affaiblies par une maladie ou un traitement.",
            condition_en="My defences are weakened by an illness or a treatment.",
        )
        for days in (1, 2, 36, 40):
            make.make_clinic(session, course, day=today + timedelta(days=days), places=1)


def press(page: Page) -> None:
    """The main button of the page."""
    page.locator("main button").last.click()
    fits(page)


def fits(page: Page) -> None:
    """The whole page is there, and nothing in it is wider than the phone."""
    page.wait_for_load_state()
    page.locator("footer").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL


def say_who(page: Page, year: str = "1948") -> None:
    """Open the first page, go to the person and fill it in."""
    page.goto("/")
    page.locator("main a.button").first.click()
    press(page)
    for name, value in (("day", "14"), ("month", "3"), ("year", year)):
        page.fill(f"[name={name}]", value)
    page.locator("main input[type=checkbox]").check()
    press(page)


def choose(page: Page, time: int = 0) -> None:
    """The first free day, and one of its times."""
    page.locator("ul.days li.first a").click()
    fits(page)
    page.locator("ul.times button").nth(time).click()
    fits(page)


def give_name(page: Page, given: str = "Ada") -> None:
    """A name and a phone number."""
    page.fill("[name=family_name]", "Mercier")
    page.fill("[name=given_names]", given)
    page.fill("[name=phone]", "01 99 00 12 34")
    press(page)


@pytest.mark.parametrize(("language", "script"), [("fr", False), ("en", True)])
def test_a_pair_is_booked_moved_and_cancelled(
    language: str, script: bool, someone: Someone
) -> None:
    page = someone(SMALL, language, script=script)
    say_who(page)
    choose(page)
    give_name(page)
    press(page)
    expect(page.locator("main .code")).to_have_count(2)
    page.goto("/rv")
    fits(page)
    page.goto("/rv/move/1")
    page.locator("ul.days a").nth(1).click()
    fits(page)
    page.locator("ul.times button").first.click()
    expect(page.locator("main .alert.go")).to_be_visible()
    page.locator("main section").nth(1).get_by_role("button").click()
    expect(page.locator("main section").nth(1).locator(".state.stop")).to_be_visible()
    fits(page)
    for paper in ("/rv/confirmation.pdf", "/rv/appointment.ics"):
        assert page.request.get(paper).status == 200


def test_the_way_back_after_an_error_shows_the_page_as_it_was_filled_in(someone: Someone) -> None:
    page = someone(SMALL)
    say_who(page, "48")
    expect(page.locator("#year-error, #day-error")).to_contain_text("1948")
    page.fill("[name=year]", "1948")
    press(page)
    page.wait_for_url("**/book/day")
    page.go_back()
    expect(page.locator("[name=year]")).to_have_value("1948")
    page.go_forward()
    choose(page)
    page.go_back()
    page.go_forward()
    expect(page.locator("main .chosen")).to_have_count(2)


def test_a_second_tab_and_a_second_press_book_once(someone: Someone) -> None:
    page = someone(SMALL)
    say_who(page)
    choose(page)
    give_name(page)
    other = page.context.new_page()
    other.goto("/book/contact")
    give_name(other, "Jeanne")
    press(page)
    expect(page.locator("main .alert.stop")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Jeanne")
    page.locator("main button").last.dblclick()
    expect(page).to_have_url(re.compile("/book/done$"))  # the second press stops the first's answer
    press(other)
    other.wait_for_url("**/book/done")
    expect(other.locator("main .code")).to_have_count(2)
    page.go_back()
    expect(page.locator("main .code")).to_have_count(2)
