"""The whole visit, from the booking on a phone to the certificate in hand, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests import make
from vaxcentre import clock
from vaxcentre.rules.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PARIS = ZoneInfo("Europe/Paris")
Someone = Callable[..., Page]
SAID = {
    "fr": {
        "doses": "Peut être injecté",
        "arrived": "numéro 1",
        "genuine": "authentique",
        "left": "Deltoïde gauche",
        "key": "g",
    },
    "en": {
        "doses": "May be injected",
        "arrived": "number 1",
        "genuine": "genuine",
        "left": "Left deltoid",
        "key": "l",
    },
}


@pytest.fixture
def centre(write: Callable[[], Any]) -> str:
    """Flu doses in stock, a clinic that is open now, Rosa and Noor at work; gives the lot."""
    with write() as session:
        course = make.make_course(session, short_fr="Grippe", short_en="Flu")
        lot = make.make_lot(session, make.make_vaccine(session, course))
        local = clock.now().astimezone(PARIS)
        start = local.replace(minute=0, second=0, microsecond=0)
        make.make_clinic(
            session, course, day=start.date(), starts_at=start, ends_at=start + timedelta(hours=4)
        )
        for role in (Role.RECEPTION, Role.NURSE):
            make.make_staff(session, role)
        return str(lot.number)


def _book(page: Page) -> str:
    """A patient of 78 books on a phone; gives the reference."""
    page.goto("/")
    page.locator("main a.button").first.click()
    page.locator("input[name=courses]").first.check()
    page.locator("main button").last.click()
    for name, value in (("day", "14"), ("month", "3"), ("year", "1948")):
        page.fill(f"input[name={name}]", value)
    page.locator("main button").last.click()
    page.locator("ul.days li.first a").click()
    page.locator("ul.times button").first.click()
    page.fill("input[name=family_name]", "Mercier")
    page.fill("input[name=given_names]", "Ada Jeanne")
    page.fill("input[name=phone]", "01 99 00 12 34")
    page.locator("main button").last.click()
    page.locator("main button").last.click()
    page.wait_for_url("**/book/done")
    found = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", page.inner_text("main"))
    assert found is not None
    return found[0]


def _answer_at_home(page: Page) -> None:
    """Every question answered "no" on the questionnaire, from the appointment's own page."""
    page.goto("/questionnaire/")
    for radio in page.locator("input[type=radio][value=no]").all():
        radio.check()
    page.locator("main button").last.click()
    expect(page.locator("main")).not_to_contain_text("error")


def _sign_in(page: Page, name: str, box: str | None = None) -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/station"))
    if box:
        page.select_option("select[name=box]", box)
    page.locator("main button").first.click()


def _scan(page: Page, code: str) -> None:
    """As a scanner types: the whole code at once, then Enter."""
    page.locator("[data-scan]").first.fill(code)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_visit(language: str, centre: str, someone: Someone, address: str) -> None:
    said = SAID[language]
    ada = someone(390, language)
    reference = _book(ada)
    _answer_at_home(ada)

    rosa = someone(1280, language)
    _sign_in(rosa, "rosa")
    _scan(rosa, reference)
    expect(rosa.locator(".found")).to_contain_text("MERCIER")
    rosa.keyboard.press("Enter")
    expect(rosa.locator(".found")).to_contain_text(said["arrived"])

    noor = someone(1280, language)
    _sign_in(noor, "noor", box="3")
    noor.goto("/vaccination/box")
    noor.keyboard.press("Enter")
    expect(noor.locator(".needle")).to_contain_text(said["doses"])
    expect(noor.locator(".needle")).to_contain_text(centre)
    noor.keyboard.press(said["key"])
    expect(noor.get_by_label(said["left"])).to_be_checked()
    noor.keyboard.press("Enter")
    expect(noor.locator("main")).to_contain_text(re.compile("U8A213B.*" + said["left"], re.I))

    noor.goto("/vaccination/board")
    expect(noor.locator("main")).to_contain_text("MERCIER")
    noor.get_by_role("button").filter(has_text=re.compile("Parti|Gone", re.I)).first.click()
    noor.fill("input[name=early_reason]", "Son taxi attend")
    noor.locator("main button").first.click()
    expect(noor.locator("tbody tr", has_text="MERCIER")).to_have_count(0)

    certificate = _print_certificate(ada, reference)
    number, target = _read_qr(certificate)
    assert centre in "".join(p.extract_text() for p in PdfReader(BytesIO(certificate)).pages)
    stranger = someone(390, language)
    stranger.goto(f"/verifier/{target.rsplit('/', 1)[1]}")
    assert number
    expect(stranger.locator("main")).to_contain_text(re.compile(said["genuine"], re.I))
    expect(stranger.locator("main")).to_contain_text(centre)
    expect(stranger.locator("main")).not_to_contain_text(re.compile("mercier", re.I))


def _print_certificate(page: Page, reference: str) -> bytes:
    """Ada prints her own certificate, with her reference and birth date."""
    page.goto("/mon-attestation")
    values = page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('main form')))"
    )
    form = {**values, "reference": reference, "day": "14", "month": "3", "year": "1948"}
    answer = page.request.post("/mon-attestation", form=form)
    assert answer.headers["content-type"] == "application/pdf", answer.text()[:500]
    return answer.body()


def _read_qr(pdf: bytes) -> tuple[str, str]:
    """The address that the certificate's QR code holds, read off its picture."""
    for page in PdfReader(BytesIO(pdf)).pages:
        for image in page.images:
            picture = image.image
            assert isinstance(picture, Image.Image)
            for code in zxingcpp.read_barcodes(picture.convert("L")):
                return str(code.format), code.text
    raise AssertionError("no QR code on the certificate")
