"""What the tests of booking begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from sqlalchemy import select

from tests import make
from vaxcentre.booking import availability
from vaxcentre.database import transaction
from vaxcentre.models.clinic import Slot


@dataclass(frozen=True)
class Opening:
    """A course, and the slots of one morning, by number."""

    course_id: int
    slot_ids: tuple[int, ...]


@pytest.fixture
def monday(at: Callable[[str], datetime]) -> datetime:
    """Monday 23 November 2026, eight in the morning."""
    return at("2026-11-23 08:00")


@pytest.fixture
def opening(app: object, monday: datetime) -> Opening:
    """Flu on Tuesday from nine to half past, three slots of two places."""
    return open_morning(date(2026, 11, 24))


def open_morning(day: date, *, places: int = 2, code: str = "influenza-2026") -> Opening:
    """A clinic from nine to half past for a course of its own."""
    with transaction() as session:
        course = make.make_course(session, code)
        clinic = make.make_clinic(session, course, day=day, end="09:30", places=places)
        slots = session.scalars(
            select(Slot.id).where(Slot.clinic_id == clinic.id).order_by(Slot.starts_at)
        )
        return Opening(course.id, tuple(slots))


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still in tests, so what is kept in memory would never age."""
    monkeypatch.setattr(availability, "KEPT_SECONDS", 0.0)
