"""Doses that leave for another house, and doses that are counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind, Role
from vaxcentre.stock import service

CALAIS = {"kind": "transfer_out", "counterpart": "Centre de Calais"}


@pytest.fixture
def lot_id(write: Callable[[], Session], page: Browser, signed_in_as: Callable[..., object]) -> int:
    """Paul opens the page of a lot of ten doses."""
    with write() as session:
        flu = make.make_course(session)
        found = make.make_lot(session, make.make_vaccine(session, flu), doses=10).id
    signed_in_as(Role.STOCK)
    page.open(f"/stock/lots/{found}/move")
    return found


def on_hand(session: Session, lot_id: int) -> int:
    session.expire_all()
    return service.doses_on_hand(session, lot_id)


def last(session: Session) -> StockMovement:
    session.expire_all()
    return session.scalars(select(StockMovement).order_by(StockMovement.id.desc())).first()  # type: ignore[return-value]


def send(page: Browser, **typed: str) -> Page:
    return page.submit("/send", **(CALAIS | typed))


def test_it_sends_doses_to_another_centre(lot_id: int, page: Browser, session: Session) -> None:
    shown = send(page, sent="4", document_number="BT 12")
    assert "4 doses envoyées." in shown.text
    row = " ".join(shown.select("tbody tr")[0].text_content().split())
    assert "envoyé à un autre centre" in row
    assert "Centre de Calais · bon de livraison BT 12" in row
    assert on_hand(session, lot_id) == 6
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "send_doses")).one()
    assert entry.details == {"doses": 4}


def test_it_gives_doses_back_to_the_supplier_even_of_a_blocked_lot(
    lot_id: int, page: Browser, session: Session
) -> None:
    with transaction() as work:
        work.get_one(Lot, lot_id).blocked_at = clock.now()
    send(page, kind="return", sent="10", counterpart="Grossiste")
    assert last(session).kind is MovementKind.RETURN
    assert on_hand(session, lot_id) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"sent": "11"}, "Il ne reste que 10 doses"),
        ({"sent": "0"}, "1 ou plus"),
        ({"sent": ""}, "Saisissez le nombre"),
        ({"sent": "1", "counterpart": ""}, "Saisissez qui reçoit les doses."),
        ({"sent": "1", "counterpart": "é" * 121}, "120 caractères"),
    ],
)
def test_it_refuses_a_wrong_sending_at_its_field(
    lot_id: int, page: Browser, session: Session, typed: dict[str, str], sentence: str
) -> None:
    shown = send(page, **typed)
    assert shown.status == 422
    assert any(sentence in error for error in shown.errors)
    assert on_hand(session, lot_id) == 10


def test_sent_by_mistake_it_is_taken_back(lot_id: int, page: Browser, session: Session) -> None:
    send(page, sent="4")
    page.submit("/undo")
    assert on_hand(session, lot_id) == 10


def test_a_count_that_is_right_is_signed_and_moves_nothing(
    lot_id: int, page: Browser, session: Session
) -> None:
    shown = page.submit("/count", counted="10")
    assert "Le compte est juste." in shown.text
    assert last(session).kind is MovementKind.RECEIVE
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "count_doses")).one()
    assert entry.details == {"counted": 10, "expected": 10}


def test_missing_doses_are_discarded_as_missing(
    lot_id: int, page: Browser, session: Session
) -> None:
    shown = page.submit("/count", counted="7")
    assert "Il manque 3 doses" in shown.text
    assert last(session).discard_reason is DiscardReason.MISSING_AT_COUNT
    assert on_hand(session, lot_id) == 7


def test_more_doses_need_an_explanation(lot_id: int, page: Browser, session: Session) -> None:
    shown = page.submit("/count", counted="12")
    assert any("2 de plus" in error for error in shown.errors)
    assert on_hand(session, lot_id) == 10
    shown = page.submit("/count", count_note="une boîte derrière les autres")
    assert "2 doses de plus." in shown.text
    assert last(session).kind is MovementKind.ADJUST
    assert on_hand(session, lot_id) == 12


def test_what_was_given_while_somebody_counts_is_not_counted_away(
    lot_id: int, page: Browser, session: Session
) -> None:
    with transaction() as work:
        lot = service.lock_lot(work, lot_id)
        facts = {"discard_reason": DiscardReason.BROKEN}
        service.add_movement(work, lot, MovementKind.DISCARD, -1, by_id=1, now=clock.now(), **facts)
    shown = page.submit("/count", counted="10")
    assert any("il en reste 9" in error for error in shown.errors)
    assert on_hand(session, lot_id) == 9
    page.submit("/count", counted="9")
    assert on_hand(session, lot_id) == 9


def test_doses_of_another_centre_come_in_as_such(
    lot_id: int, page: Browser, session: Session
) -> None:
    lot = session.get_one(Lot, lot_id)
    page.open("/stock/receive")
    shown = page.submit(
        "/receive",
        vaccine_id=str(lot.vaccine_id),
        lot_number=lot.number,
        expires_on=lot.expires_on.strftime("%d/%m/%Y"),
        box_count="1",
        counterpart="Centre de Calais",
    )
    assert "Centre de Calais" in shown.text
    page.submit("/receive", confirmed="yes")
    movement = last(session)
    assert (movement.kind, movement.counterpart) == (MovementKind.TRANSFER_IN, "Centre de Calais")
