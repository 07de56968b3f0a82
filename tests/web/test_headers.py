"""What each answer says to the browser: nothing inline, nothing kept."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.rules.vocabulary import Role


def policy_of(client: FlaskClient, path: str) -> dict[str, str]:
    """The content policy of a page, directive by directive."""
    header = client.get(path).headers["Content-Security-Policy"]
    return {
        name: values
        for name, _, values in (part.strip().partition(" ") for part in header.split(";"))
    }


def test_nothing_inline_and_nothing_from_elsewhere(page: Browser) -> None:
    policy = policy_of(page.client, "/sign-in")
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in str(policy)
    assert "http" not in str(policy)


def test_a_page_is_not_kept_by_any_cache(page: Browser) -> None:
    make.sign_in(page, Role.MANAGER)
    for path in ("/office", "/office/staff", "/sign-in", "/nowhere"):
        assert page.client.get(path).headers["Cache-Control"] == "no-store", path


def test_styles_and_fonts_are_kept(page: Browser) -> None:
    answer = page.client.get("/static/css/app.css")
    assert "max-age" in answer.headers["Cache-Control"]
    assert "no-store" not in answer.headers["Cache-Control"]
    answer.close()


def test_errors_carry_the_headers_too(page: Browser) -> None:
    for path, method in (("/nowhere", "GET"), ("/sign-in", "POST")):
        answer = page.client.open(path, method=method)
        assert answer.status_code >= 400
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_out_of_reach_of_scripts(app: Flask, page: Browser) -> None:
    with transaction() as session:
        make.make_staff(session, Role.RECEPTION)
    page.open("/sign-in")
    page.submit("sign-in", login="rosa", password=make.PASSWORD)
    for name in ("vaxcentre_seat", "vaxcentre_desk", "vaxcentre_all"):
        cookie = page.client.get_cookie(name)
        assert cookie and cookie.http_only, name
        assert cookie.same_site in {"Strict", "Lax"}, name
