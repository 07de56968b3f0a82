"""Keys are counted where a queue stands at the door; in a real browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.reception.conftest import Morning, slot_at
from vaxcentre.database import transaction
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import Role

pytestmark = pytest.mark.browser
FINGER = 90  # milliseconds between two keys: quicker passes for a scanner


@pytest.fixture
def desk(chromium: Browser, address: str, morning: Morning) -> Iterator[Page]:
    """Rosa at the day's page; three people born in 1942 have a name with these letters."""
    with transaction() as session:
        make.make_staff(session, Role.RECEPTION)
        course = session.get_one(Course, morning.course)
        for place, family in ((9, "Marchand"), (10, "Le Marec"), (11, "Dumas-Martin")):
            person = make.make_patient(session, "Zoé", family, birth_on=date(1942, 5, place))
            make.make_appointment(session, person, slot_at(session, morning.clinic, place), course)
    context = chromium.new_context(base_url=address, locale="fr-FR")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#login", "rosa")
    page.fill("#password", make.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto("/reception/")
    yield page
    context.close()


def press(page: Page, keys: Sequence[str]) -> int:
    """Press these keys as a finger does; how many there were."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(FINGER)
    return len(keys)


def test_letters_an_arrow_and_enter_open_a_person_with_eight_keys(desk: Page) -> None:
    count = press(desk, list("mar 42"))
    expect(desk.locator("[data-arrows] a")).to_have_count(3)
    count += press(desk, ["ArrowDown", "Enter"])
    expect(desk.locator(".found .name")).to_have_text("MARCHAND Zoé, 84 ans")
    assert count == 8
    press(desk, ["Enter"])
    expect(desk.locator(".found.go")).to_contain_text("Arrivée notée à 10:21, numéro 1")


def test_one_more_letter_leaves_one_person_and_enter_opens_them(desk: Page) -> None:
    press(desk, list("marec"))
    expect(desk.locator("[data-arrows] a")).to_have_count(1)
    press(desk, ["Enter"])
    expect(desk.locator(".found .name")).to_have_text("LE MAREC Zoé, 84 ans")


def test_the_list_follows_the_letters_and_goes_with_them(desk: Page) -> None:
    press(desk, list("mar"))
    expect(desk.locator("[data-arrows] a").first).to_be_visible()
    press(desk, list("tin"))
    expect(desk.locator("[data-arrows] a")).to_have_text(["DUMAS-MARTIN Zoé"])
    press(desk, ["x"])
    expect(desk.locator("[data-arrows] a")).to_have_count(0)
    assert desk.locator("#scan").input_value() == "martinx"


def test_a_walk_in_from_not_found_takes_thirty_keys(desk: Page) -> None:
    keys = list("vasseur zoe 27 3 60")
    press(desk, [*keys, "Enter"])
    expect(desk.locator(".found.stop")).to_contain_text("Introuvable")
    assert press(desk, ["F2"]) == 1
    expect(desk.locator("#family_name")).to_have_value("Vasseur")
    expect(desk.locator("#birth_on")).to_have_value("27/03/1960")
    count = len(keys) + 2 + press(desk, ["Enter"])
    expect(desk.locator(".found.go")).to_contain_text("Arrivée notée")
    assert count <= 30


SHEET = (
    f"IS01{'0' * 22}S1248036216001036S21.2.250.1.213.1.4.8\x1d"
    "S3JEANNE MARIE\x1dS4SANSONETTI\x1dS5FS614-03-1948"
)
SCANNER = """text => {
  const press = (key) => document.activeElement
    .dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true }));
  const separator = { key: "]", code: "BracketRight", ctrlKey: true };
  for (const key of text) press(key === "\\x1d" ? separator : { key });
  press({ key: "Enter" });
}"""


def test_a_patients_sheet_scanned_at_the_walk_in_fills_it_and_loses_nothing(desk: Page) -> None:
    desk.goto("/reception/walk-in")
    desk.fill("#phone", "0199001234")
    desk.focus("#family_name")
    desk.evaluate(SCANNER, SHEET)
    expect(desk.locator("#family_name")).to_have_value("Sansonetti")
    expect(desk.locator("#given_names")).to_have_value("Jeanne Marie")
    expect(desk.locator("#nir")).to_have_value("248036216001036")
    expect(desk.locator("#phone")).to_have_value("0199001234")
