"""The list of lots: what may be given today, and where each dose went."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.rules.vocabulary import DiscardReason, Role
from vaxcentre.stock import keeping_service

Write = Callable[[], Session]


@pytest.fixture(autouse=True)
def _monday(at: Callable[[str], object]) -> None:
    at("2026-11-23 10:00")


def rows(page: Browser) -> dict[str, str]:
    """Each row of the tables by its lot number."""
    found = page.open("/stock/").select("tbody tr")
    return {row.find("th").text_content(): " ".join(row.text_content().split()) for row in found}


def test_each_lot_says_its_doses_and_its_state(
    write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as session:
        flu = make.make_course(session)
        vaccine = make.make_vaccine(session, flu)
        good = make.make_lot(session, vaccine, number="GOOD", doses=30)
        make.make_lot(session, vaccine, number="OLD", doses=4, expires_on=date(2026, 11, 22))
        make.make_lot(session, vaccine, number="BAD", blocked_at=clock.now(), blocked_reason="x")
        make.make_lot(session, vaccine, number="NONE", doses=0)
        slot = make.make_slot(session, flu)
        visit = make.make_visit(
            session, make.make_appointment(session, make.make_patient(session), slot, flu)
        )
        make.make_injection(session, visit, flu, good)
        paul = make.make_staff(session, Role.STOCK)
        request = keeping_service.Discard(good.id, 3, DiscardReason.BROKEN)
        keeping_service.discard(session, request, by_id=paul.id, now=clock.now())
    signed_in_as(Role.STOCK)

    found = rows(page)

    assert found["GOOD"] == "GOODEFLUELDA30/06/2027utilisable263013"
    assert "périmé" in found["OLD"]
    assert "bloqué" in found["BAD"]
    assert "épuisé" in found["NONE"]
    assert page.last is not None
    assert "Grippe26" in page.last.text.replace(" ", "")


def test_a_reversed_movement_counts_nowhere(
    write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as session:
        paul = make.make_staff(session, Role.STOCK)
        lot = make.make_lot(session, make.make_vaccine(session), doses=30)
        request = keeping_service.Discard(lot.id, 3, DiscardReason.BROKEN)
        moved = keeping_service.discard(session, request, by_id=paul.id, now=clock.now())
        keeping_service.undo(session, moved.id, by_id=paul.id, now=clock.now())
    signed_in_as(Role.STOCK)
    assert rows(page)["U8A213B"].endswith("303000")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INSPECTOR, Role.NURSE, Role.DOCTOR])
def test_others_read_and_find_no_button(
    role: Role, write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as session:
        lot_id = make.make_lot(session, make.make_vaccine(session)).id
    signed_in_as(role)
    assert "Recevoir une livraison" not in page.open("/stock/").text
    assert not page.open(f"/stock/lots/{lot_id}").select("main form")


def test_the_phone_operator_does_not_read_the_stock(
    page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.OPERATOR)
    assert page.open("/stock/").status == 403


def test_an_empty_stock_says_what_to_do(page: Browser, signed_in_as: Callable[..., object]) -> None:
    signed_in_as(Role.STOCK)
    assert "Aucune dose en stock" in page.open("/stock/").text
    page.client.set_cookie("vaxcentre_language", "en")
    assert "No dose is in stock." in page.open("/stock/").text
