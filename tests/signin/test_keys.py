"""Eight keys hand a desk to a colleague: F9, an arrow, six digits; in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests import make
from tests.databases import once
from vaxcentre.database import transaction
from vaxcentre.rules.vocabulary import Role


def sign_in(page: Page, name: str) -> None:
    """With the password: filled in, since keys as quick as a test's would pass for a scanner."""
    page.goto("/sign-in")
    page.fill("#login", name)
    page.fill("#password", make.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


@once
@pytest.mark.browser
def test_f9_an_arrow_and_six_digits_switch_the_desk(chromium: Browser, address: str) -> None:
    with transaction() as session:
        for role in (Role.RECEPTION, Role.MANAGER):
            make.make_staff(session, role)
    context = chromium.new_context(base_url=address, locale="fr-FR")
    page = context.new_page()
    for name in ("rosa", "max"):
        sign_in(page, name)
    page.goto("/office")
    keys = ["F9", "ArrowDown", *make.CODE]
    for key in keys:
        page.keyboard.press(key)
        if key == "F9":
            page.wait_for_url("**/locked**")
        page.wait_for_timeout(90)  # a finger, not a scanner
    page.wait_for_url(lambda url: "locked" not in url)
    assert len(keys) == 8
    assert "Rosa" in page.inner_text("header")
    context.close()
