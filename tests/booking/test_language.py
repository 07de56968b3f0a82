"""The language changes in the middle of a form: what was typed is there in the other language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.booking.conftest import Opening
from tests.booking.test_book import to_contact
from tests.page import Browser
from vaxcentre.web import typed

TYPED = {"family_name": "L’Hôpital-Ночь", "given_names": "Ada", "email": "ada@"}


def switch(page: Browser, path: str = "/book/contact", **fields: str) -> None:
    assert page.last is not None
    (token, *_others) = page.last.select("input[name=csrf_token]")
    values = {"csrf_token": token.get("value"), "language": "en", "next": path}
    page.send("/language", data=values | fields)


def shown(page: Browser, name: str) -> str | None:
    assert page.last is not None
    (field,) = page.last.select(f"input[name={name}]")
    value: str | None = field.get("value")
    return value


def test_what_was_typed_comes_along_and_nothing_is_refused_yet(
    page: Browser, opening: Opening
) -> None:
    to_contact(page, opening)
    switch(page, **TYPED)
    assert page.last is not None
    assert page.last.html.get("lang") == "en"
    assert [shown(page, name) for name in TYPED] == list(TYPED.values())
    assert not page.last.errors


def test_it_is_put_back_once(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    switch(page, **TYPED)
    page.open("/book/contact")
    assert shown(page, "family_name") in {None, ""}


def test_it_is_for_its_own_page(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    switch(page, "/find", **TYPED)
    page.open("/book/contact")
    assert shown(page, "family_name") in {None, ""}


@pytest.mark.parametrize("text", ["", "x", "gAAAAA"])
def test_a_cookie_of_somebody_elses_making_is_nothing(
    page: Browser, opening: Opening, text: str
) -> None:
    to_contact(page, opening)
    page.client.set_cookie(typed.COOKIE, text, path="/book/contact")
    assert page.open("/book/contact").status == 200


def test_too_much_is_not_kept(page: Browser, opening: Opening) -> None:
    to_contact(page, opening)
    switch(page, **(TYPED | {"family_name": "é" * 4000}))
    assert shown(page, "family_name") in {None, ""}


@pytest.mark.browser
def test_a_real_browser_takes_it_along(
    address: str, chromium: Any, opening: Opening, monday: datetime, at: Callable[[str], datetime]
) -> None:
    context = chromium.new_context(base_url=address, locale="fr-FR")
    page: Page = context.new_page()
    page.goto("/find")
    page.fill("input[name=reference]", "BCDE FGHJ")
    page.fill("input[name=year]", "1948")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("input[name=reference]")).to_have_value("BCDE FGHJ")
    expect(page.locator("input[name=year]")).to_have_value("1948")
    expect(page).to_have_url(re.compile("/find$"))
    context.close()
