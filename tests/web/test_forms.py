"""A form needs its proof; the language is a choice, and no way to another site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests import make
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.paths import safe_path

At = Callable[[str], datetime]


def test_without_its_proof_a_form_changes_nothing_and_shows_a_way_on(page: Browser) -> None:
    make.sign_in(page, Role.MANAGER)
    shown = page.send("/office/centre", data={"name": "Forged"})
    assert shown.status == 400
    assert shown.links()
    assert "Forged" not in page.open("/office/centre").response.text


def test_the_proof_of_another_browser_is_worth_nothing(page: Browser) -> None:
    other = Browser(page.app)
    token = other.open("/sign-in").select("input[name=csrf_token]")[0].get("value")
    make.sign_in(page, Role.MANAGER)
    assert page.send("/office/centre", data={"csrf_token": token, "name": "x"}).status == 400


def test_a_page_left_open_over_lunch_still_works(page: Browser, at: At) -> None:
    at("2026-11-23 08:00")
    with transaction() as session:
        make.make_staff(session, Role.RECEPTION)
    page.open("/sign-in")
    at("2026-11-23 18:00")
    page.submit("sign-in", login="rosa", password=make.PASSWORD)
    assert page.last and page.last.url == "/station"


def test_the_language_is_changed_on_the_page_where_one_is(page: Browser) -> None:
    page.open("/sign-in")
    page.submit("language", button="language=en")
    assert page.last and (page.last.url, page.last.h1) == ("/sign-in", "Sign in")
    assert page.last.html.get("lang") == "en"
    page.submit("language", button="language=fr")
    assert page.last.html.get("lang") == "fr"


def test_a_language_that_we_do_not_speak_is_not_kept(page: Browser) -> None:
    token = page.open("/sign-in").select("input[name=csrf_token]")[0].get("value")
    page.send("/language", data={"csrf_token": token, "language": "xx", "next": "/sign-in"})
    assert page.client.get_cookie("vaxcentre_language") is None


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "///elsewhere.example",
        "javascript:alert(1)",
        "elsewhere",
        "",
        "http:///x",
    ],
)
def test_no_way_leads_to_another_site(target: str, page: Browser) -> None:
    assert safe_path(target) == "/"
    token = page.open("/sign-in").select("input[name=csrf_token]")[0].get("value")
    answer = page.client.post(
        "/language", data={"csrf_token": token, "language": "en", "next": target}
    )
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/", "/office/staff", "/office/audit?day=2026-11-23&page=2"])
def test_our_own_pages_are_found_again(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "typed", ["\x00", "\u202e", "😀" * 80, "<script>", "%00%0a", "'; DROP TABLE"]
)
def test_no_naughty_text_breaks_the_door(typed: str, page: Browser) -> None:
    page.open("/sign-in")
    shown = page.submit("sign-in", login=typed, password=typed)
    assert shown.status == 422
    assert "<script>" not in shown.response.text.replace("<script type", "")


def test_a_huge_form_is_told_so(page: Browser) -> None:
    page.open("/sign-in")
    shown = page.submit("sign-in", login="a" * 3_000_000, password="x")
    assert shown.status == 413


@pytest.mark.parametrize("number", ["999999", "2147483648", "9" * 30])
@pytest.mark.parametrize(
    "address",
    [
        "/reception/patients/{}",
        "/reception/appointments/{}/move",
        "/reception/?appointment={}",
        "/reception/?visit={}",
        "/reception/walk-in?patient={}",
        "/phone/?same={}",
        "/papers/patients/{}",
        "/vaccination/injections/{}",
        "/interviews/{}/questions",
    ],
)
def test_a_row_that_no_table_has_is_not_found(
    address: str, number: str, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.RECEPTION, Role.NURSE, Role.OPERATOR)
    assert page.open(address.format(number)).status in {200, 404, 409}


def test_acting_on_a_row_that_is_not_there_is_not_found(
    page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.RECEPTION)
    token = page.open("/reception/").select("input[name=csrf_token]")[0].get("value")
    sent = {"csrf_token": token, "reason": "x", "slot": "1"}
    for address in ("/reception/appointments/999/cancel", "/reception/appointments/999/move"):
        assert page.send(address, data=sent).status == 404
