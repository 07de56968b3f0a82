"""How many times one address may keep at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.booking.conftest import Opening, open_morning
from tests.booking.test_book import to_check, to_contact, to_days
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.booking import service, visitors
from vaxcentre.booking.refusals import TooManyHolds
from vaxcentre.booking.service import HoldRequest, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment

ADDRESS = "90.12.34.56"
HERE, THERE = "the mark of a library", "the mark of a home"


@pytest.fixture
def crowd(app: object, monday: datetime) -> Opening:
    """A morning with more places than one address may keep."""
    return open_morning(date(2026, 11, 24), places=20)


def keep(opening: Opening, number: int = visitors.MOST_HOLDS, held_from: str | None = HERE) -> None:
    """Hold so many places from one address."""
    with transaction() as session:
        for at in range(number):
            slot = opening.slot_ids[at % len(opening.slot_ids)]
            request = HoldRequest(slot, (PlannedFor(opening.course_id),), held_from=held_from)
            service.hold(session, request, by_id=None, now=clock.now())


def outside(page: Browser) -> Browser:
    """The browser of somebody on the Internet."""
    page.client.environ_base["REMOTE_ADDR"] = ADDRESS
    return page


def live(session: Session) -> int:
    """How many times are kept now."""
    session.expire_all()
    statement = select(func.count(Appointment.id)).where(Appointment.lapsed_at.is_(None))
    return int(session.scalar(statement) or 0)


def test_fifteen_pairs_from_a_library_pass_and_no_more(crowd: Opening) -> None:
    keep(crowd)
    with pytest.raises(TooManyHolds):
        keep(crowd, 1)


def test_another_address_and_the_desk_are_not_kept_waiting(crowd: Opening) -> None:
    keep(crowd)
    keep(crowd, 1, THERE)
    keep(crowd, 1, None)


def test_holds_that_ran_out_count_no_more(crowd: Opening, at: Callable[[str], datetime]) -> None:
    keep(crowd)
    at("2026-11-23 08:10")
    keep(crowd, 1)


def test_the_page_says_so_calmly_and_keeps_what_was_typed(
    page: Browser, crowd: Opening, session: Session
) -> None:
    for number in range(visitors.MOST_HOLDS):
        assert to_contact(outside(Browser(page.app)), crowd, number % 2).url == "/book/contact"
    to_days(outside(page), crowd)
    page.follow("premier jour libre")
    here = page.submit("/book/time", button=f"slot={crowd.slot_ids[2]}")
    assert here.status == 409
    assert "Patientez dix minutes" in here.text
    assert live(session) == visitors.MOST_HOLDS
    assert page.open("/book/person").select("#year")[0].get("value") == "1948"


def test_who_chooses_another_time_gives_the_first_one_back(
    page: Browser, crowd: Opening, session: Session
) -> None:
    to_contact(outside(page), crowd)
    kept = session.scalars(select(Appointment)).one().held_from
    assert kept
    keep(crowd, visitors.MOST_HOLDS - 1, kept)
    assert choose(page, crowd.slot_ids[1]).url == "/book/contact"
    assert live(session) == visitors.MOST_HOLDS


def choose(page: Browser, slot_id: int) -> Page:
    """Choose another time of that day."""
    page.open("/book/time/2026-11-24")
    return page.submit("/book/time", button=f"slot={slot_id}")


def test_the_address_is_kept_as_a_mark_and_only_while_the_time_is_held(
    page: Browser, crowd: Opening, session: Session
) -> None:
    to_check(outside(page), crowd)
    choose(page, crowd.slot_ids[1])
    marks = session.scalars(select(Appointment.held_from).order_by(Appointment.id)).all()
    assert marks[0] is None
    assert marks[1]
    assert len(marks[1]) == 64
    assert ADDRESS not in marks[1]
    page.open("/book/check")
    page.submit("/book/check")
    assert session.scalars(select(Appointment.held_from)).all() == [None, None]


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.20", "::1", "not an address"])
def test_an_address_of_the_house_is_no_one_visitor(
    page: Browser, crowd: Opening, session: Session, address: str
) -> None:
    page.client.environ_base["REMOTE_ADDR"] = address
    to_contact(page, crowd)
    assert session.scalars(select(Appointment.held_from)).all() == [None]
