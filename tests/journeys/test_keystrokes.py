"""How many keys, taps and pages the work takes: each counted in a real browser.

The operator's are counted in phone/test_keys.py, the switch of a desk in signin/test_keys.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browsing import Keyboard
from tests.databases import once
from tests.page import Browser
from tests.stock.boxes import GTIN, code
from tests.vaccination.story import make_scene
from vaxcentre import clock
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Observation, Visit
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import signin

pytestmark = [pytest.mark.browser, pytest.mark.slow, once]
Write = Callable[[], Any]
AtDesk = Callable[..., Keyboard]
MONDAY = "2026-11-23 10:21"
DAY = date(2026, 11, 23)


@pytest.fixture
def at_desk(
    someone: Callable[..., Page], address: str, at: Callable[[str], datetime], app: Any
) -> AtDesk:
    """`at_desk(Role.NURSE, "/vaccination/box", box=3)`: the role's usual person works there."""

    def sit_down(role: Role, path: str, **where: Any) -> Keyboard:
        hidden = Browser(app)
        make.sign_in(hidden, role, **where)
        page = someone()
        for name in (signin.COOKIE, signin.DESK_COOKIE):
            cookie = hidden.client.get_cookie(name)
            assert cookie is not None
            page.context.add_cookies([{"name": name, "value": cookie.value, "url": address}])
        page.goto(path)
        return Keyboard(page)

    at(MONDAY)
    return sit_down


@pytest.fixture
def morning(write: Write, at_desk: AtDesk) -> str:
    """Flu all day and doses for all; Zoé Martin, born in 1942, is expected at 10:30."""
    with write() as session:
        flu = make.make_course(session, short_fr="Grippe")
        make.make_lot(session, make.make_vaccine(session, flu))
        make.make_clinic(session, flu, end="17:00")
        slot = make.make_slot(session, flu, start="10:30", end="10:40")
        zoe = make.make_patient(session, "Zoé", "Martin", birth_on=date(1942, 5, 1))
        return str(make.make_appointment(session, zoe, slot, flu).reference)


def test_reception_receives_a_code_with_one_scan_and_one_key(morning: str, at_desk: AtDesk) -> None:
    rosa = at_desk(Role.RECEPTION, "/reception/")
    rosa.scan(morning)
    expect(rosa.page.locator(".found.go")).to_contain_text("MARTIN Zoé")
    assert rosa.counted() == 0
    rosa.press_and_wait("Enter")
    expect(rosa.page.locator(".found")).to_contain_text("numéro 1")
    assert rosa.counted() == 1


def test_reception_receives_by_three_letters_and_the_year_with_eight_keys(
    morning: str, at_desk: AtDesk
) -> None:
    rosa = at_desk(Role.RECEPTION, "/reception/")
    rosa.type("mar 42")
    rosa.press_and_wait("Enter")
    expect(rosa.page.locator(".found")).to_contain_text("MARTIN Zoé")
    rosa.press_and_wait("Enter")
    expect(rosa.page.locator(".found")).to_contain_text("numéro 1")
    assert rosa.counted() == 8


def test_the_second_of_a_list_is_shown_with_eight_keys(
    morning: str, at_desk: AtDesk, write: Write
) -> None:
    with write() as session:
        make.make_patient(session, "Abel", "Marchand", birth_on=date(1942, 8, 1))
    rosa = at_desk(Role.RECEPTION, "/reception/")
    rosa.type("mar42")
    rosa.press_and_wait("Enter")
    rosa.press("ArrowDown")
    rosa.press_and_wait("Enter")
    expect(rosa.page.locator(".found")).to_contain_text("MARCHAND Abel")
    assert rosa.counted() == 8


def test_a_walk_in_takes_thirty_keys(morning: str, at_desk: AtDesk) -> None:
    rosa = at_desk(Role.RECEPTION, "/reception/")
    rosa.type("petitjean")
    rosa.press_and_wait("Enter")
    rosa.counted()
    rosa.press_and_wait("F2")
    expect(rosa.page.locator(".counts")).to_contain_text("dose")
    rosa.type("Petitjean")
    rosa.press("Tab")
    rosa.type("Luc")
    rosa.press("Tab")
    rosa.type("01021950")
    rosa.press_and_wait("Enter")
    expect(rosa.page.locator(".found")).to_contain_text("PETITJEAN Luc")
    assert rosa.counted() <= 30


def test_the_nurse_injects_with_three_keys(write: Write, at_desk: AtDesk) -> None:
    with write() as session:
        make_scene(session)
    noor = at_desk(Role.NURSE, "/vaccination/box", box=3)
    noor.press_and_wait("Enter")
    expect(noor.page.locator(".needle")).to_contain_text("U8A213B")
    noor.press("g")
    noor.press_and_wait("Enter")
    expect(noor.page.locator("main .alert.go")).to_contain_text("deltoïde gauche")
    assert noor.counted() == 3


def test_the_end_of_the_watch_is_one_tap(write: Write, at_desk: AtDesk) -> None:
    with write() as session:
        scene = make_scene(session)
        begun = clock.now() - timedelta(minutes=16)
        visit, lot = session.get_one(Visit, scene.visit_id), session.get_one(Lot, scene.lot_id)
        course = session.get_one(Course, scene.course_id)
        make.make_injection(session, visit, course, lot, given_at=begun)
        session.add(Observation(visit_id=scene.visit_id, started_at=begun, minutes=15))
    noor = at_desk(Role.NURSE, "/vaccination/board", box=3)
    expect(noor.page.locator("main")).to_contain_text("MERCIER")
    noor.page.get_by_role("button", name="Parti").first.click()
    expect(noor.page.locator("main .alert.go")).to_be_visible()


def test_a_delivery_is_a_scan_and_four_keys(write: Write, at_desk: AtDesk) -> None:
    with write() as session:
        make.make_vaccine(session, make.make_course(session), gtin14=GTIN, cip13=GTIN[1:])
    paul = at_desk(Role.STOCK, "/stock/receive")
    paul.scan(code())
    paul.type("12")
    paul.press_and_wait("Enter")
    expect(paul.page.locator("main")).to_contain_text("120 doses")
    paul.press_and_wait("Enter")
    expect(paul.page.locator("main .alert.go")).to_contain_text("120 doses")
    assert paul.counted() == 4


@dataclass
class Finger:
    """Somebody's phone; counts taps, and the pages that were opened."""

    page: Page
    taps: int = 0
    pages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("framenavigated", lambda frame: self.pages.add(frame.url))

    def tap(self, what: str) -> None:
        self.taps += 1
        self.page.locator(what).first.click()

    def type(self, **values: str) -> None:
        """Into a field that has to be tapped first, unless the cursor is there."""
        for name, value in values.items():
            box = self.page.locator(f"[name={name}]")
            self.taps += not box.evaluate("one => one === document.activeElement")
            box.fill(value)


def test_a_stranger_books_in_seven_pages_and_fourteen_taps(
    write: Write, someone: Callable[..., Page], at: Callable[[str], datetime]
) -> None:
    at(MONDAY)
    with write() as session:
        course = make.make_course(session, "zoster-life", doses=2)
        course_id = course.id
        for days in (1, 36):
            flu = make.make_course(session, f"influenza-{days}")
            make.make_clinic(session, course, flu, day=DAY + timedelta(days=days))
    ada = Finger(someone(390))
    ada.page.goto("/")
    ada.pages.clear()
    ada.tap("main a.button")
    ada.tap(f"input[name=courses][value='{course_id}']")
    ada.tap("main button")
    ada.type(day="14", month="3", year="1948")
    ada.tap("main button")
    ada.tap("ul.days li.first a")
    ada.tap("ul.times button")
    ada.type(family_name="Mercier", given_names="Ada", phone="0199000001")
    ada.tap("main form:not([action='/language']) button:last-of-type")
    ada.tap("main button.wide")
    expect(ada.page.locator("main .code")).to_have_count(2)
    assert ada.taps <= 14
    assert len(ada.pages) <= 7


def test_cancelling_is_one_tap_once_the_appointment_is_found(
    morning: str, someone: Callable[..., Page]
) -> None:
    zoe = Finger(someone(390))
    zoe.page.goto("/find")
    zoe.type(reference=morning, day="1", month="5", year="1942")
    zoe.tap("main button")
    found = zoe.taps
    zoe.tap("main button.danger")
    expect(zoe.page.locator("main .state.stop")).to_be_visible()
    assert zoe.taps - found == 1
