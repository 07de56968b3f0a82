"""No page of the stock scrolls sideways, however long a lot's number is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import make
from vaxcentre.rules.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_lots_fit(write: Callable[[], Any], someone: Callable[..., Page]) -> None:
    with write() as session:
        vaccine = make.make_vaccine(session, make.make_course(session), name="COMIRNATY LP.8.1")
        make.make_lot(session, vaccine, number="ABCDEFGHIJ0123456789", doses=12000)
        make.make_lot(session, vaccine, number="U8A0H858")
        make.make_staff(session, Role.STOCK)
    page = someone()
    page.goto("/sign-in")
    page.fill("input[name=login]", "paul")
    page.fill("input[name=password]", make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/stock/")
    for width in (320, 641, 700, 759, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
