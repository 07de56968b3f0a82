"""One lot: discard, undo, block, and who received it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.injection import Injection
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind, Role
from vaxcentre.stock import service

Write = Callable[[], Session]


@pytest.fixture
def lot_id(write: Write, page: Browser, signed_in_as: Callable[..., object]) -> int:
    """Paul looks at a lot of ten doses, one of them given to Ada."""
    with write() as session:
        flu = make.make_course(session)
        lot = make.make_lot(session, make.make_vaccine(session, flu))
        ada = make.make_patient(session, phone="+33199001234")
        slot = make.make_slot(session, flu)
        visit = make.make_visit(session, make.make_appointment(session, ada, slot, flu))
        make.make_injection(session, visit, flu, lot)
        found = lot.id
    signed_in_as(Role.STOCK)
    page.open(f"/stock/lots/{found}")
    return found


def on_hand(session: Session, lot_id: int) -> int:
    session.expire_all()
    return service.doses_on_hand(session, lot_id)


def test_it_discards_with_a_reason(lot_id: int, page: Browser, session: Session) -> None:
    answer = page.submit("/discard", doses="2", reason="broken", note="tombées")
    assert on_hand(session, lot_id) == 7
    assert "2 doses jetées." in answer.text
    row = " ".join(answer.select("tbody tr")[0].text_content().split())
    assert "jeté" in row
    assert "−2" in row
    assert "cassé" in row
    assert "tombées" in row
    assert "Paul Girard" in row
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "discard")).one()
    assert entry.details == {"doses": 2, "reason": "broken"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"doses": "10", "reason": "broken"}, "Il ne reste que 9 doses"),
        ({"doses": "0", "reason": "broken"}, "1 ou plus"),
        ({"doses": "-1", "reason": "broken"}, "1 ou plus"),
        ({"doses": "", "reason": "broken"}, "Saisissez le nombre"),
        ({"doses": "99999999999999999999", "reason": "broken"}, "1 ou plus"),
        ({"doses": "1", "reason": ""}, "Choisissez la raison"),
        ({"doses": "1", "reason": "because"}, "Choisissez la raison"),
        ({"doses": "1", "reason": "broken", "note": "é" * 301}, "300 caractères"),
    ],
)
def test_it_refuses_a_wrong_discard_at_its_field(
    lot_id: int, page: Browser, session: Session, typed: dict[str, str], sentence: str
) -> None:
    answer = page.submit("/discard", **typed)
    assert answer.status == 422
    assert any(sentence in error for error in answer.errors)
    assert on_hand(session, lot_id) == 9


def test_a_discard_sent_twice_counts_once(lot_id: int, page: Browser, session: Session) -> None:
    form = page.last.form("/discard")  # type: ignore[union-attr]
    data = {e.get("name"): e.get("value") or "" for e in form.iter("input")}
    for _ in range(2):
        page.send(form.get("action"), data=data | {"doses": "1", "reason": "broken"})
    assert on_hand(session, lot_id) == 8


def test_a_discard_is_undone_within_ten_minutes(
    lot_id: int, page: Browser, session: Session
) -> None:
    page.submit("/discard", doses="2", reason="broken")
    page.submit("/undo")
    assert on_hand(session, lot_id) == 9
    assert len(page.last.select("form[action$=undo]")) == 1  # type: ignore[union-attr]
    kinds = [
        m.kind.value for m in session.scalars(select(StockMovement).order_by(StockMovement.id))
    ]
    assert kinds == ["receive", "give", "discard", "reversal"]


def test_after_ten_minutes_it_is_too_late(lot_id: int, page: Browser, session: Session) -> None:
    page.submit("/discard", doses="2", reason="broken")
    with time_machine.travel(clock.now() + timedelta(minutes=9)):
        assert page.open(f"/stock/lots/{lot_id}").select("form[action$=undo]")
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        answer = page.submit("/undo")
    assert answer.status == 409
    assert on_hand(session, lot_id) == 7


def test_an_injection_is_not_undone_from_the_stock(
    lot_id: int, page: Browser, session: Session
) -> None:
    given = session.scalars(select(StockMovement).where(StockMovement.doses == -1)).one()
    answer = page.submit("/discard", doses="1", reason="broken")
    token = answer.select("input[name=csrf_token]")[0].get("value")
    refused = page.send(f"/stock/movements/{given.id}/undo", data={"csrf_token": token})
    assert refused.status == 409
    assert on_hand(session, lot_id) == 8


def test_it_blocks_from_that_second_on(lot_id: int, page: Browser, session: Session) -> None:
    answer = page.submit("/block", block_reason="rappel du fabricant")
    assert "plus personne ne peut le choisir" in answer.text
    assert "rappel du fabricant" in answer.text
    session.expire_all()
    lot = session.get_one(Lot, lot_id)
    with pytest.raises(service.LotBlocked):
        service.check_usable(session, lot, clock.now().date())
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "block")).one().details
    again = page.submit("/unblock", block_reason="vérifié")
    assert "de nouveau utilisable" in again.text
    session.expire_all()
    assert session.get_one(Lot, lot_id).blocked_at is None
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "unblock")).one().details


def test_blocking_needs_a_reason_and_twice_is_said(
    lot_id: int, page: Browser, session: Session
) -> None:
    assert page.submit("/block", block_reason=" ").status == 422
    page.submit("/block", block_reason="rappel")
    token = page.last.select("input[name=csrf_token]")[0].get("value")  # type: ignore[union-attr]
    data = {"csrf_token": token, "block_reason": "encore"}
    assert page.send(f"/stock/lots/{lot_id}/block", data=data).status == 409
    assert page.send(f"/stock/lots/{lot_id}/unblock", data=data).status == 200
    assert page.send(f"/stock/lots/{lot_id}/unblock", data=data).status == 409


def test_the_doctor_sees_who_received_the_lot_with_phones(
    lot_id: int, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.DOCTOR)
    page.open(f"/stock/lots/{lot_id}")
    answer = page.follow("Qui a reçu ce lot")
    assert "MERCIER Ada" in answer.text
    assert "01 99 00 12 34" in answer.text
    session.expire_all()
    assert session.scalars(select(ReadEntry)).one().page == "stock.recipients"


def test_a_corrected_injection_is_not_among_those_who_received_it(
    lot_id: int, page: Browser, write: Write
) -> None:
    with write() as session:
        session.scalars(select(Injection)).one().replaced_at = clock.now()
    assert "Personne n’a reçu ce lot" in page.open(f"/stock/lots/{lot_id}/recipients").text


@pytest.mark.parametrize("role", [Role.NURSE, Role.MANAGER, Role.INSPECTOR, Role.RECEPTION])
def test_nobody_else_sees_names(
    role: Role, lot_id: int, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(role)
    assert page.open(f"/stock/lots/{lot_id}/recipients").status == 403


def test_an_unknown_lot_is_not_found(lot_id: int, page: Browser) -> None:
    assert page.open("/stock/lots/999").status == 404
    assert page.open(f"/stock/lots/{lot_id}?page=7").status == 200


def test_reasons_are_one_word_for_each(lot_id: int, page: Browser) -> None:
    options = page.last.select("select[name=reason] option")  # type: ignore[union-attr]
    assert len(options) == len(DiscardReason) + 1
    assert len({o.text for o in options}) == len(options)
    page.client.set_cookie("vaxcentre_language", "en")
    assert "Discard doses" in page.open(f"/stock/lots/{lot_id}").text


def test_why_doses_moved_is_said_without_a_gap(
    lot_id: int, page: Browser, session: Session
) -> None:
    with transaction() as writing:
        lot = service.lock_lot(writing, lot_id)
        facts = {"document_number": "BL 4417", "note": "deux cartons"}
        kind = MovementKind.RECEIVE
        service.add_movement(writing, lot, kind, 5, by_id=1, now=clock.now(), **facts)
    shown = page.open(f"/stock/lots/{lot_id}")
    said = [
        " ".join(cell.text_content().split()) for cell in shown.select("td[data-label=Pourquoi]")
    ]
    assert "bon de livraison BL 4417 · deux cartons" in said
