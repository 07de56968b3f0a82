"""The one-time link sets the password and the six digits, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import StaffMember
from vaxcentre.office import staff_service
from vaxcentre.rules.vocabulary import Role

At = Callable[[str], datetime]
GOOD = {"password": "trois chevaux bleus", "again": "trois chevaux bleus", "code": "271828"}


def invite(role: Role = Role.RECEPTION) -> str:
    """Rosa gets a new link."""
    with transaction() as session:
        member = make.make_staff(session, role, email="rosa.martin@centre.example")
        return staff_service.invite(session, member.id, by_id=None, now=clock.now())


def test_it_sets_both_secrets_and_opens_the_desk(page: Browser, session: Session) -> None:
    page.open(f"/welcome/{invite()}")
    assert page.last and "Rosa" in page.last.h1
    page.submit("welcome", **GOOD)
    assert page.last.url == "/station"
    rosa = session.scalars(select(StaffMember)).one()
    assert rosa.password_hash and check_password_hash(rosa.password_hash, GOOD["password"])
    assert rosa.code_hash and check_password_hash(rosa.code_hash, GOOD["code"])
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-2:]
    assert [entry.action for entry in entries] == ["accept_invitation", "sign_in"]
    assert {entry.by_id for entry in entries} == {rosa.id}


def test_the_token_leaves_the_address_at_once(page: Browser) -> None:
    token = invite()
    answer = page.client.get(f"/welcome/{token}")
    assert answer.status_code == 302
    assert token not in answer.headers["Location"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert page.open("/welcome").response.headers["Referrer-Policy"] == "no-referrer"


def test_it_works_once(page: Browser) -> None:
    token = invite()
    page.open(f"/welcome/{token}")
    page.submit("welcome", **GOOD)
    page.open(f"/welcome/{token}")
    assert page.last and page.last.status == 410
    assert "déjà servi" in page.last.text


def test_two_tabs_with_the_same_link_set_it_once(page: Browser, session: Session) -> None:
    token = invite()
    page.open(f"/welcome/{token}")
    other = Browser(page.app)
    other.open(f"/welcome/{token}")
    page.submit("welcome", **GOOD)
    other.submit(
        "welcome", password="quatre chats verts", again="quatre chats verts", code="161803"
    )
    assert other.last and other.last.status == 410
    rosa = session.scalars(select(StaffMember)).one()
    assert rosa.password_hash and check_password_hash(rosa.password_hash, GOOD["password"])


def test_it_expires_after_a_week(page: Browser, at: At) -> None:
    at("2026-11-16 09:00")
    token = invite()
    at("2026-11-23 08:59")
    assert page.open(f"/welcome/{token}").status == 200
    at("2026-11-23 09:00")
    expired = page.open(f"/welcome/{token}")
    assert expired.status == 410
    assert "01 99 00 12 34" in expired.text


def test_a_newer_link_ends_the_older(page: Browser) -> None:
    old, new = invite(), invite()
    assert page.open(f"/welcome/{old}").status == 410
    assert page.open(f"/welcome/{new}").status == 200


def test_a_closed_account_takes_no_link(page: Browser) -> None:
    token = invite()
    with transaction() as session:
        session.scalars(select(StaffMember)).one().disabled_at = clock.now()
    assert page.open(f"/welcome/{token}").status == 410


def test_an_unknown_or_cut_link_is_told_kindly(page: Browser) -> None:
    for token in ("x", "é" * 400, "a.b"):
        assert page.open(f"/welcome/{token}").status == 410
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/welcome/x").h1 == "This link no longer opens"


def test_it_ends_seats_that_were_open_elsewhere(page: Browser, app: object) -> None:
    make.sign_in(page, Role.RECEPTION)
    assert page.open("/station").url == "/station"
    invite()
    assert page.open("/station").url == "/sign-in"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "courtcourt1"),
        ("password", "motdepasse2026"),
        ("password", "azertyuiop12"),
        ("password", "123456789012"),
        ("password", "aaaaaaaaaaaaaa"),
        ("password", "Rosa.Martin2026"),
        ("password", "rosamartincentre"),
        ("code", "000000"),
        ("code", "123456"),
        ("code", "987654"),
        ("code", "121212"),
        ("code", "12345"),
        ("code", "12345a"),
        ("code", "١٢٣٤٥٧"),
    ],
)
def test_it_refuses_what_anybody_would_guess(field: str, value: str, page: Browser) -> None:
    token = invite()
    page.open(f"/welcome/{token}")
    chosen = {**GOOD, field: value}
    if field == "password":
        chosen["again"] = value
    page.submit("welcome", **chosen)
    assert page.last and page.last.status == 422
    assert page.last.errors
    assert page.open(f"/welcome/{token}").status == 200


@pytest.mark.parametrize(
    "password",
    ["trois chevaux bleus", "Été à Wissant, 1987", "пароль из слов", "rosa préfère les pivoines"],
)
def test_it_takes_any_words_that_are_long_enough(password: str, page: Browser) -> None:
    page.open(f"/welcome/{invite()}")
    page.submit("welcome", password=password, again=password, code="271828")
    page.submit("sign-out")
    assert page.last and page.last.url == "/sign-in"
    page.submit("sign-in", login="rosa", password=password)
    assert page.last.url == "/station"


def test_a_slip_in_the_second_password_is_told(page: Browser) -> None:
    page.open(f"/welcome/{invite()}")
    page.submit("welcome", **{**GOOD, "again": "trois chevaux bleux"})
    assert page.last and page.last.status == 422


def test_the_first_managers_link_is_good_for_a_day(session: Session, app: object) -> None:
    assert timedelta(hours=24) == staff_service.FOR_A_DAY
