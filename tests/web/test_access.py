"""Deny by default: who is not entitled does not even learn that there is a page."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import make
from tests.page import Browser
from vaxcentre import create_app
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import public, staff


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Pages are added to it."""
    return own_app


def add_pages(app: Flask) -> None:
    """Three pages: one nobody marked, one for everybody, one for nurses."""
    app.add_url_rule("/unmarked", "unmarked", lambda: "secret")
    app.add_url_rule("/open", "open", public(lambda: "open"))
    app.add_url_rule("/nurses", "nurses", staff(Role.NURSE)(lambda: "nurses"))


def test_an_unmarked_view_does_not_answer(app: Flask, page: Browser) -> None:
    add_pages(app)
    assert page.open("/unmarked").status == 404
    make.sign_in(page, *Role)
    shown = page.open("/unmarked")
    assert shown.status == 404
    assert "secret" not in shown.response.text


def test_a_public_view_answers_everybody(app: Flask, page: Browser) -> None:
    add_pages(app)
    assert page.open("/open").text == "open"


def test_a_stranger_goes_through_the_sign_in_page_and_arrives(app: Flask, page: Browser) -> None:
    add_pages(app)
    shown = page.open("/nurses")
    assert shown.url == "/sign-in"
    assert shown.select("input[name=next]")[0].get("value") == "/nurses"


@pytest.mark.parametrize("role", Role)
def test_only_the_role_gets_in(role: Role, app: Flask, page: Browser) -> None:
    add_pages(app)
    make.sign_in(page, role)
    assert page.open("/nurses").status == (200 if role == Role.NURSE else 403)


def test_one_role_of_several_is_enough(app: Flask, page: Browser) -> None:
    add_pages(app)
    make.sign_in(page, Role.MANAGER, Role.NURSE)
    assert page.open("/nurses").status == 200


def test_a_guessed_token_opens_nothing(app: Flask, page: Browser) -> None:
    add_pages(app)
    make.sign_in(page, Role.NURSE)
    for guess in ("", "x", "é" * 300, "' OR 1=1 --"):
        page.client.set_cookie("vaxcentre_seat", guess)
        assert page.open("/nurses").url == "/sign-in"


def test_the_public_pool_has_no_staff_pages(app: Flask) -> None:
    public_pool = create_app(
        INSTANCE=app.instance_path,
        SQLALCHEMY_DATABASE_URI=app.config["SQLALCHEMY_DATABASE_URI"],
        SECRET_KEY=app.config["SECRET_KEY"],
        SERVES="public",
    )
    found = {rule.endpoint.split(".")[0] for rule in public_pool.url_map.iter_rules()}
    assert not {"signin", "office", "office_staff", "reception", "vaccination", "stock"} & found


def test_the_front_door_of_the_staff_pool_is_the_sign_in_page(app: Flask) -> None:
    staff_pool = create_app(
        INSTANCE=app.instance_path,
        SQLALCHEMY_DATABASE_URI=app.config["SQLALCHEMY_DATABASE_URI"],
        SECRET_KEY=app.config["SECRET_KEY"],
        SERVES="staff",
    )
    answer = staff_pool.test_client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


def test_a_wrong_method_is_a_wrong_door(page: Browser) -> None:
    assert page.open("/sign-out").status == 404
