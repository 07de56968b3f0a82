"""A form that is half typed when the screen locks is there again when its writer comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from vaxcentre.models.staff import Attempt
from vaxcentre.rules.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Someone = Callable[..., Page]
BACK = "de nouveau dans son formulaire"


@pytest.fixture
def desk(write: Callable[[], Any], someone: Someone) -> Page:
    """A desk where Rosa, then Max have signed in; Max has it."""
    with write() as session:
        for role in (Role.RECEPTION, Role.MANAGER):
            make.make_staff(session, role)
    page = someone()
    for name in ("rosa", "max"):
        page.goto("/sign-in")
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", make.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def come_back(page: Page, name: str) -> None:
    """Six digits, as everybody types them: with an Enter that nobody needs."""
    page.get_by_label(name).check()
    page.locator("#code").press_sequentially(make.CODE, delay=90)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/locked" not in url and "/sign-in" not in url)


def type_half(page: Page) -> None:
    page.goto("/office/staff/new")
    page.locator("input[name=family_name]").fill("L’Hôpital & “fils”")
    page.locator("input[value=nurse]").check()


def expect_half_typed(page: Page) -> None:
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("input[name=family_name]")).to_have_value("L’Hôpital & “fils”")
    expect(page.locator("input[value=nurse]")).to_be_checked()
    expect(page.locator("input[value=doctor]")).not_to_be_checked()


def test_after_f9_it_stands_in_its_form_again(desk: Page) -> None:
    type_half(desk)
    desk.keyboard.press("F9")
    desk.wait_for_url("**/locked**")
    assert "Hôpital &" not in desk.content()
    come_back(desk, "Max Renard")
    expect_half_typed(desk)
    desk.keyboard.press("F9")  # nothing was typed since: it is still unsent
    desk.wait_for_url("**/locked**")
    come_back(desk, "Max Renard")
    expect_half_typed(desk)


def test_a_colleague_finds_nothing_of_it_and_the_writer_all(desk: Page) -> None:
    type_half(desk)
    desk.keyboard.press("F9")
    come_back(desk, "Rosa Martin")
    expect(desk).to_have_url(re.compile("/reception/$"))
    assert desk.get_by_text(BACK).count() == 0
    desk.keyboard.press("F9")
    come_back(desk, "Max Renard")
    expect_half_typed(desk)


def test_ten_quiet_minutes_keep_it_too_and_lock_every_tab(desk: Page) -> None:
    other = desk.context.new_page()
    other.goto("/office/staff")
    desk.bring_to_front()  # a browser draws the pages behind seldom, and slowly
    desk.route("**/office/staff/new", lambda route: _impatient(route, desk))
    type_half(desk)
    desk.wait_for_url("**/locked**")
    other.wait_for_url("**/locked**")
    desk.unroute("**/office/staff/new")
    come_back(desk, "Max Renard")
    expect_half_typed(desk)


def _impatient(route: Any, page: Page) -> None:
    """The same page, but four seconds are its ten minutes."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('data-idle="600"', 'data-idle="4"'))


def test_a_form_with_errors_is_kept_as_it_was_refused(desk: Page) -> None:
    type_half(desk)
    desk.keyboard.press("Enter")
    expect(desk.locator("#error-summary")).to_be_visible()
    desk.keyboard.press("F9")
    come_back(desk, "Max Renard")
    expect_half_typed(desk)


def test_an_empty_search_field_is_nothing_typed(desk: Page) -> None:
    desk.keyboard.press("F9")
    come_back(desk, "Rosa Martin")
    desk.locator("[data-scan]").press_sequentially("mar", delay=90)
    desk.keyboard.press("Escape")
    desk.keyboard.press("F9")
    come_back(desk, "Rosa Martin")
    assert desk.get_by_text(BACK).count() == 0


def test_wrong_digits_with_an_enter_count_once(desk: Page, session: Session) -> None:
    desk.keyboard.press("F9")
    desk.get_by_label("Rosa Martin").check()
    desk.locator("#code").press_sequentially("999999", delay=90)
    desk.keyboard.press("Enter")
    expect(desk.locator("#code-error")).to_be_visible()
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_an_enter_too_many_presses_nothing_on_the_page_behind(desk: Page) -> None:
    desk.goto("/office/staff/new")
    desk.keyboard.press("F9")
    come_back(desk, "Max Renard")
    desk.keyboard.press("Enter")
    desk.wait_for_timeout(300)
    assert desk.locator("#error-summary").count() == 0


def test_nor_does_one_that_comes_before_the_page_is_whole(desk: Page) -> None:
    type_half(desk)
    desk.keyboard.press("F9")
    desk.get_by_label("Max Renard").check()
    desk.route(
        "**/js/keys.js", lambda route: route.abort()
    )  # it never comes, as when the line is slow
    desk.locator("#code").press_sequentially(make.CODE, delay=90)
    desk.wait_for_url("**/office/staff/new")
    desk.locator("input[name=family_name]").press("Enter")
    desk.wait_for_timeout(300)
    assert desk.locator("#error-summary").count() == 0


def test_without_script_the_lock_still_locks(desk: Page, someone: Someone) -> None:
    page = someone(script=False)
    page.context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    page.goto("/office/staff/new")
    page.get_by_role("button", name="F9").click()
    expect(page.locator("h1")).to_have_text("Ce poste est verrouillé")
    page.get_by_label("Max Renard").check()
    page.locator("#code").fill(make.CODE)
    page.get_by_role("button", name="Prendre le poste").click()
    expect(page).to_have_url(re.compile("/office/staff/new$"))
