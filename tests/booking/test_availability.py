"""What is free: read at most once a second, from memory in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.booking.conftest import Opening
from vaxcentre import clock
from vaxcentre.booking import availability, service
from vaxcentre.booking.service import HoldRequest, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.clinic import Clinic

DAY = date(2026, 11, 24)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def left(session: Session, opening: Opening) -> list[int]:
    """The places left in each time of the day."""
    courses = frozenset({opening.course_id})
    found = availability.times_of_day(session, courses, DAY, now=clock.now())
    return [time.left for time in found]


def test_a_second_look_within_a_second_asks_nothing(
    opening: Opening, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "KEPT_SECONDS", 1.0)
    left(session, opening)
    with counted() as statements:
        assert left(session, opening) == [2, 2, 2]
    assert statements == []


def test_after_a_second_it_is_read_anew(
    opening: Opening,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    at: Callable[[str], datetime],
) -> None:
    monkeypatch.setattr(availability, "KEPT_SECONDS", 1.0)
    moment = [100.0]
    monkeypatch.setattr("vaxcentre.booking.availability.time.monotonic", lambda: moment[0])
    left(session, opening)
    hold(opening)
    assert left(session, opening) == [2, 2, 2]
    moment[0] += 1.0
    assert left(session, opening) == [1, 2, 2]


def test_a_hold_counts_until_it_runs_out(
    opening: Opening, session: Session, at: Callable[[str], datetime]
) -> None:
    hold(opening)
    assert left(session, opening) == [1, 2, 2]
    assert availability.places_left_in(session, opening.slot_ids[0], now=clock.now()) == 1
    session.rollback()
    at("2026-11-23 08:10")
    assert left(session, opening) == [2, 2, 2]
    assert availability.places_left_in(session, opening.slot_ids[0], now=clock.now()) == 2


def test_a_full_time_is_left_out(opening: Opening, session: Session) -> None:
    hold(opening)
    hold(opening)
    assert left(session, opening) == [2, 2]


def test_staff_see_what_is_not_yet_open_to_the_public(opening: Opening, session: Session) -> None:
    with transaction() as writing:
        clinic = writing.scalars(select(Clinic)).one()
        clinic.opens_at = clock.now() + timedelta(hours=1)
    courses, now = frozenset({opening.course_id}), clock.now()
    assert left(session, opening) == []
    (day,) = availability.days_with_places(session, courses, now=now)
    assert day.opens_at == now + timedelta(hours=1)
    found = availability.times_of_day(session, courses, DAY, now=now, for_staff=True)
    assert len(found) == 3


def test_only_a_clinic_that_gives_all_the_courses_counts(
    opening: Opening, session: Session
) -> None:
    courses = frozenset({opening.course_id, 99})
    assert availability.days_with_places(session, courses, now=clock.now()) == ()


def hold(opening: Opening) -> None:
    """Hold a place of the first time."""
    with transaction() as session:
        request = HoldRequest(opening.slot_ids[0], (PlannedFor(opening.course_id),))
        service.hold(session, request, by_id=None, now=clock.now())
