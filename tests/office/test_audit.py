"""Who did what, and who looked at whom: for the inspector, and for the manager without names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.models.staff import StaffMember
from vaxcentre.office.audit_words import ACTIONS
from vaxcentre.rules.vocabulary import Role

ROOT = Path(__file__).parents[2]
SignedIn = Callable[..., StaffMember]
At = Callable[[str], datetime]


def check_in_ada(session: Session, by: StaffMember, now: datetime, **details: object) -> int:
    """One signed change about Ada, and one look at her record."""
    ada = make.make_patient(session)
    audit.sign(session, "check_in", ada, by_id=by.id, now=now, patient_id=ada.id, **details)
    audit.note_read(session, ada.id, "reception.today", by_id=by.id, now=now)
    return ada.id


def test_it_lists_the_changes_of_the_day_without_what_was_typed(
    page: Browser, signed_in_as: SignedIn, at: At
) -> None:
    at("2026-11-23 10:21")
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION)
        ada = check_in_ada(session, rosa, clock.now(), reason="fièvre depuis hier")
    signed_in_as(Role.INSPECTOR)
    shown = page.open("/office/audit")
    row = shown.select("tbody tr")[0].text_content()
    assert "10:21" in row and "Rosa Martin" in row and f"n°\u00a0{ada}" in row
    assert "accueilli" in row
    assert "fièvre" not in shown.response.text
    assert "Mercier" not in shown.response.text


def test_the_inspector_sees_who_was_looked_at_and_the_manager_a_number(
    page: Browser, signed_in_as: SignedIn
) -> None:
    with transaction() as session:
        ada = check_in_ada(session, make.make_staff(session, Role.RECEPTION), clock.now())
    signed_in_as(Role.INSPECTOR)
    assert "Ada Mercier" in page.open("/office/audit?show=looks").text
    signed_in_as(Role.MANAGER)
    shown = page.open("/office/audit?show=looks")
    assert "Mercier" not in shown.response.text
    assert f"n° {ada}" in shown.text


def test_it_keeps_to_the_local_day(page: Browser, signed_in_as: SignedIn, at: At) -> None:
    at("2026-11-23 23:30")  # 22:30 UTC
    with transaction() as session:
        check_in_ada(session, make.make_staff(session, Role.RECEPTION), clock.now())
    at("2026-11-24 00:30")
    signed_in_as(Role.INSPECTOR)
    assert not page.open("/office/audit").select("tbody tr")
    assert len(page.open("/office/audit?day=2026-11-23").select("tbody tr")) == 1


def test_it_filters_by_person(page: Browser, signed_in_as: SignedIn) -> None:
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION)
        noor = make.make_staff(session, Role.NURSE)
        for member in (rosa, noor):
            check_in_ada(session, member, clock.now())
        rosa_id = rosa.id
    signed_in_as(Role.INSPECTOR)
    page.open("/office/audit")
    page.submit("audit", agent=str(rosa_id))
    assert page.last and len(page.last.select("tbody tr")) == 1
    assert "Rosa" in page.last.select("tbody tr")[0].text_content()


@pytest.mark.parametrize("show", ["", "&show=looks"])
def test_fifty_a_page_and_none_is_missed(
    show: str, page: Browser, signed_in_as: SignedIn, at: At
) -> None:
    at("2026-11-23 18:00")
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION)
        for minutes in range(120):
            check_in_ada(session, rosa, clock.now() - timedelta(minutes=minutes))
    signed_in_as(Role.INSPECTOR)
    page.open(f"/office/audit?day=2026-11-23{show}")
    seen = []
    for _ in range(3):
        assert page.last
        seen += [row.text_content() for row in page.last.select("tbody tr")]
        if page.last.select("a[rel=next]"):
            page.open(page.last.select("a[rel=next]")[0].get("href"))
    assert len(seen) == len(set(seen)) == 120


def test_what_the_public_did_is_there_too(page: Browser, signed_in_as: SignedIn) -> None:
    with transaction() as session:
        ada = make.make_patient(session)
        audit.sign(session, "book", ada, by_id=None, now=clock.now(), patient_id=ada.id)
    signed_in_as(Role.INSPECTOR)
    assert "public" in page.open("/office/audit").select("tbody tr")[0].text_content()


def test_every_verb_of_the_program_has_its_words() -> None:
    signed = re.compile(r"sign(?:_row)?\(\s*(?:session|writing),\s*([^,]+),")
    kept = re.compile(r'\bkeep\(\s*session, "(\w+)"')
    verbs: set[str] = set()
    for file in (ROOT / "vaxcentre").rglob("*.py"):
        source = file.read_text()
        verbs |= {v for found in signed.findall(source) for v in re.findall(r'"(\w+)"', found)}
        verbs |= set(kept.findall(source))
    assert {"hold", "decide", "override_rule"} <= verbs
    assert verbs - set(ACTIONS) == set()


def test_a_verb_without_words_is_still_shown(page: Browser, signed_in_as: SignedIn) -> None:
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION)
        audit.sign(session, "invent_a_verb", rosa, by_id=rosa.id, now=clock.now())
    signed_in_as(Role.INSPECTOR)
    assert "invent a verb" in page.open("/office/audit").text


@pytest.mark.parametrize(
    "query",
    [
        "agent=99999999999999999999",
        "agent=9999999999",
        "page=99999999999",
        "day=x",
        "day=0001-01-01",
        "day=9999-12-31",
        "page=-1",
        "page=x",
        "agent=x",
        "page=²",
    ],
)
def test_an_address_that_was_changed_by_hand_breaks_nothing(
    query: str, page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(Role.INSPECTOR)
    assert page.open(f"/office/audit?{query}").status == 200


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.MANAGER, Role.INSPECTOR}])
def test_nobody_else_sees_it(role: Role, page: Browser, signed_in_as: SignedIn) -> None:
    signed_in_as(role)
    assert page.open("/office/audit").status == 403


def test_it_speaks_english(page: Browser, signed_in_as: SignedIn) -> None:
    with transaction() as session:
        check_in_ada(session, make.make_staff(session, Role.RECEPTION), clock.now())
    signed_in_as(Role.INSPECTOR)
    page.client.set_cookie("vaxcentre_language", "en")
    assert "checked in" in page.open("/office/audit").text
