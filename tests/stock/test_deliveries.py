"""What the supplier has confirmed, held against what came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.stock import ExpectedDelivery
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import deliveries
from vaxcentre.stock.receive_service import Delivery, receive

SignIn = Callable[..., Any]


@pytest.fixture
def efluelda(app: object) -> int:
    with transaction() as session:
        return make.make_vaccine(session, make.make_course(session)).id


def today() -> date:
    return clock.today(make.PARIS)


def expected(session: Session) -> list[tuple[int, int, bool]]:
    session.expire_all()
    rows = session.scalars(select(ExpectedDelivery).order_by(ExpectedDelivery.id))
    return [(row.doses, row.received_doses, row.settled_at is not None) for row in rows]


def come(vaccine_id: int, boxes: int, lot: str) -> None:
    """So many boxes of ten arrive."""
    with transaction() as session:
        delivery = Delivery(vaccine_id, lot, date(2027, 6, 30), boxes)
        paul = make.make_staff(session, Role.STOCK)
        receive(session, delivery, by_id=paul.id, day=today(), now=clock.now())


def test_the_stock_keeper_announces_one(
    page: Browser, efluelda: int, signed_in_as: SignIn, session: Session
) -> None:
    paul = signed_in_as(Role.STOCK)
    page.open("/stock/deliveries")
    day = (today() + timedelta(days=3)).strftime("%d/%m/%Y")
    shown = page.submit(
        "announce", vaccine_id=str(efluelda), day=day, confirmed="120", document_number="BC 77"
    )
    assert "Livraison annoncée" in shown.text
    assert "BC 77" in shown.text
    assert expected(session) == [(120, 0, False)]
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "announce_delivery")
    ).one()
    assert entry.by_id == paul.id


def test_what_comes_is_held_against_it_until_all_of_it_is_there(
    page: Browser, efluelda: int, signed_in_as: SignIn, session: Session
) -> None:
    with transaction() as writing:
        paul = make.make_staff(writing, Role.STOCK)
        asked = deliveries.Announced(efluelda, today() + timedelta(days=1), 50)
        deliveries.announce(writing, asked, by_id=paul.id, day=today(), now=clock.now())
    come(efluelda, 2, "LOT1")
    assert expected(session) == [(50, 20, False)]
    signed_in_as(Role.STOCK)
    assert "20 déjà reçues" in page.open("/stock/receive").text
    come(efluelda, 3, "LOT2")
    assert expected(session) == [(50, 50, True)]
    assert "tout est arrivé" in page.open("/stock/deliveries").text


def test_a_delivery_for_next_week_is_not_the_one_of_today(efluelda: int, session: Session) -> None:
    with transaction() as writing:
        paul = make.make_staff(writing, Role.STOCK)
        asked = deliveries.Announced(efluelda, today() + timedelta(days=7), 50)
        deliveries.announce(writing, asked, by_id=paul.id, day=today(), now=clock.now())
    come(efluelda, 2, "LOT1")
    assert expected(session) == [(50, 0, False)]


def test_a_cut_is_written_down_with_its_reason(
    page: Browser, efluelda: int, signed_in_as: SignIn, session: Session
) -> None:
    with transaction() as writing:
        paul = make.make_staff(writing, Role.STOCK)
        asked = deliveries.Announced(efluelda, today() + timedelta(days=7), 50)
        deliveries.announce(writing, asked, by_id=paul.id, day=today(), now=clock.now())
    signed_in_as(Role.STOCK)
    page.open("/stock/deliveries")
    refused = page.submit("settle")
    assert refused.status == 422
    assert "Écrivez pourquoi" in refused.text
    field = refused.select("input[name$=settle_reason]")[0].get("name")
    shown = page.submit("settle", **{str(field): "réduite par le fournisseur"})
    assert "réduite par le fournisseur" in shown.text
    assert expected(session) == [(50, 0, True)]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"vaccine_id": "0"}, "Choisissez le vaccin"),
        ({"day": "01/01/2020"}, "Ce jour est passé"),
        ({"day": "01/01/2099"}, "plus d’un an"),
        ({"day": "31/02/2027"}, "Saisissez le jour de la livraison"),
        ({"day": ""}, "Saisissez le jour de la livraison"),
        ({"confirmed": "0"}, "1 ou plus"),
        ({"confirmed": "beaucoup"}, "doses"),
        ({"document_number": "x" * 61}, "60"),
    ],
)
def test_bad_input_is_said_at_its_field(
    page: Browser, efluelda: int, signed_in_as: SignIn, session: Session, typed: Any, sentence: str
) -> None:
    signed_in_as(Role.STOCK)
    page.open("/stock/deliveries")
    good = {"vaccine_id": str(efluelda), "day": "01/01/2027", "confirmed": "50"}
    shown = page.submit("announce", **(good | typed))
    assert shown.status == 422
    assert sentence in " ".join(shown.errors)
    assert expected(session) == []


def test_readers_change_nothing(page: Browser, efluelda: int, signed_in_as: SignIn) -> None:
    signed_in_as(Role.INSPECTOR)
    assert not page.open("/stock/deliveries").select("form[action*=announce]")
