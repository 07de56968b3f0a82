"""Where the doses of a period went: every lot explained, what was taken back counted nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind, Role
from vaxcentre.stock import keeping_service, period
from vaxcentre.stock.keeping_service import Discard
from vaxcentre.stock.ledger_service import Count, Sending, count, send

Clock = Callable[[str], datetime]


@pytest.fixture
def story(app: object, at: Clock) -> int:
    """October: 100 received. November: 8 broken, 5 discarded and undone, 20 sent, 3 missing."""
    at("2026-10-05 09:00")
    with transaction() as session:
        vaccine = make.make_vaccine(session, make.make_course(session))
        lot_id: int = make.make_lot(session, vaccine, doses=100, number="U8A213B").id
        paul = make.make_staff(session, Role.STOCK, family_name="Girard").id
    at("2026-11-23 09:00")
    now = clock.now()
    with transaction() as session:
        keeping_service.discard(
            session, Discard(lot_id, 8, DiscardReason.BROKEN), by_id=paul, now=now
        )
        undone = keeping_service.discard(
            session, Discard(lot_id, 5, DiscardReason.EXPIRED), by_id=paul, now=now
        )
        keeping_service.undo(session, undone.id, by_id=paul, now=now)
        sending = Sending(lot_id, MovementKind.TRANSFER_OUT, 20, "Centre de Calais")
        send(session, sending, by_id=paul, now=now)
        count(session, Count(lot_id, counted=69, expected=72), by_id=paul, now=now)
    return lot_id


def of(session: Session, first: datetime, last: datetime) -> period.PeriodLine:
    session.expire_all()
    (line,) = period.lines(session, first, last)
    return line


def test_each_dose_has_its_place(story: int, session: Session) -> None:
    now = clock.now()
    line = of(session, now - timedelta(days=30), now + timedelta(hours=1))
    assert (line.before, line.received, line.given, line.sent, line.left) == (100, 0, 0, 20, 69)
    assert line.discarded == {DiscardReason.BROKEN: 8, DiscardReason.MISSING_AT_COUNT: 3}
    assert line.is_explained
    whole = period.totals([line])
    assert (whole.left, whole.wasted_percent) == (69, 100.0)


def test_a_period_ends_where_it_is_said_to_end(story: int, session: Session) -> None:
    now = clock.now()
    line = of(session, now - timedelta(days=60), now - timedelta(days=1))
    assert (line.before, line.received, line.left) == (0, 100, 100)
    assert line.is_explained


def test_the_inspector_reads_and_prints_it(
    story: int, page: Browser, signed_in_as: Callable[..., Any], printer: object
) -> None:
    signed_in_as(Role.INSPECTOR)
    page.open("/stock/")
    page.follow("Où sont passées les doses")
    shown = page.open("/stock/period?from=2026-11-01&until=2026-11-30")
    assert "U8A213B" in shown.text
    assert [dd.text_content() for dd in shown.select(".counts dd")] == [
        "100",
        "0",
        "0",
        "11",
        "20",
        "69",
    ]
    answer = page.client.get("/stock/period.pdf?from=2026-11-01&until=2026-11-30")
    text = PdfReader(BytesIO(answer.data)).pages[0].extract_text()
    assert "Girard" in text
    assert "U8A213B" in text


@pytest.mark.parametrize(
    "typed", ["from=&until=", "from=demain", "from=0001-01-01&until=9999-12-31"]
)
def test_days_that_are_none_show_the_last_thirty(
    story: int, page: Browser, signed_in_as: Callable[..., Any], typed: str
) -> None:
    signed_in_as(Role.STOCK)
    assert "du 24/10/2026 au 23/11/2026" in page.open(f"/stock/period?{typed}").text


def test_days_the_wrong_way_round_are_turned(
    story: int, page: Browser, signed_in_as: Callable[..., Any]
) -> None:
    signed_in_as(Role.STOCK)
    shown = page.open("/stock/period?from=2026-11-30&until=2026-11-01")
    assert "du 01/11/2026 au 30/11/2026" in shown.text


def test_a_period_in_which_nothing_moved_says_so(
    app: object, page: Browser, signed_in_as: Callable[..., Any]
) -> None:
    signed_in_as(Role.MANAGER)
    assert "Aucune dose n’a bougé" in page.open("/stock/period").text
