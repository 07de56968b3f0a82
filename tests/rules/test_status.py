"""Status is read off the facts: every combination has one answer, and the latest station wins."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.status import (
    AppointmentFacts,
    VisitFacts,
    appointment_status,
    lot_status,
    visit_status,
)
from vaxcentre.rules.vocabulary import AppointmentStatus, LotStatus, Verdict, VisitStatus

NINE = datetime(2026, 3, 2, 8, tzinfo=UTC)
SLOT = {"slot_starts_at": NINE, "slot_ends_at": NINE + timedelta(minutes=10)}
MINUTE = timedelta(minutes=1)
BEFORE = NINE - timedelta(days=2)


@pytest.mark.parametrize(
    ("facts", "now", "expected"),
    [
        ({"held_until": NINE}, NINE - MINUTE, AppointmentStatus.HELD),
        ({"held_until": NINE}, NINE, AppointmentStatus.LAPSED),
        ({"held_until": NINE, "lapsed_at": BEFORE}, BEFORE, AppointmentStatus.LAPSED),
        ({"booked_at": BEFORE}, NINE, AppointmentStatus.BOOKED),
        ({"booked_at": BEFORE}, NINE + MINUTE, AppointmentStatus.LATE),
        ({"booked_at": BEFORE}, NINE + 10 * MINUTE, AppointmentStatus.MISSED),
        ({"booked_at": BEFORE, "cancelled_at": BEFORE}, NINE, AppointmentStatus.CANCELLED),
        (
            {"booked_at": BEFORE, "checked_in_at": NINE},
            NINE + 60 * MINUTE,
            AppointmentStatus.CHECKED_IN,
        ),
        (
            {"booked_at": BEFORE, "checked_in_at": NINE, "all_given": True},
            NINE,
            AppointmentStatus.VACCINATED,
        ),
        (
            {"booked_at": BEFORE, "checked_in_at": NINE, "none_given_recorded": True},
            NINE,
            AppointmentStatus.NOT_VACCINATED,
        ),
    ],
)
def test_the_status_of_an_appointment(
    facts: dict[str, datetime], now: datetime, expected: AppointmentStatus
) -> None:
    assert appointment_status(AppointmentFacts(**SLOT, **facts), now) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, VisitStatus.TO_INTERVIEW),
        ({"has_interview": True, "interview_is_clear": True}, VisitStatus.READY),
        ({"has_interview": True}, VisitStatus.FOR_DOCTOR),
        ({"has_interview": True, "verdict": Verdict.GO}, VisitStatus.READY),
        ({"has_interview": True, "verdict": Verdict.GO_LONGER_WATCH}, VisitStatus.READY),
        ({"has_interview": True, "verdict": Verdict.LATER}, VisitStatus.REFUSED),
        ({"has_interview": True, "verdict": Verdict.NO, "called_at": NINE}, VisitStatus.REFUSED),
        ({"has_interview": True, "verdict": Verdict.GO, "called_at": NINE}, VisitStatus.CALLED),
        ({"all_settled": True}, VisitStatus.NOT_VACCINATED),
        ({"undone_at": NINE, "all_settled": True}, VisitStatus.UNDONE),
        ({"left_at": NINE, "all_settled": True, "any_given": True}, VisitStatus.LEFT),
    ],
)
def test_the_status_of_a_visit(facts: dict[str, object], expected: VisitStatus) -> None:
    assert visit_status(VisitFacts(**facts), NINE) is expected  # type: ignore[arg-type]


def test_a_watched_person_may_leave_when_the_minutes_are_over() -> None:
    facts = VisitFacts(
        all_settled=True, any_given=True, observation_started_at=NINE, observation_minutes=15
    )
    assert visit_status(facts, NINE + 15 * MINUTE - timedelta(seconds=1)) is VisitStatus.WATCHED
    assert visit_status(facts, NINE + 15 * MINUTE) is VisitStatus.WATCH_OVER


@given(
    held=st.booleans(),
    booked=st.booleans(),
    cancelled=st.booleans(),
    checked_in=st.booleans(),
    given_all=st.booleans(),
    minutes=st.integers(-30, 60),
)
def test_a_cancelled_appointment_is_never_expected(
    held: bool, booked: bool, cancelled: bool, checked_in: bool, given_all: bool, minutes: int
) -> None:
    status = appointment_status(
        AppointmentFacts(
            **SLOT,  # type: ignore[arg-type]
            held_until=NINE if held else None,
            booked_at=BEFORE if booked else None,
            cancelled_at=BEFORE if cancelled else None,
            checked_in_at=NINE if checked_in else None,
            all_given=given_all,
        ),
        NINE + minutes * MINUTE,
    )
    waiting = {AppointmentStatus.BOOKED, AppointmentStatus.LATE, AppointmentStatus.HELD}
    if cancelled or given_all:
        assert status not in waiting


def test_the_day_named_on_the_box_is_the_last_day_of_use() -> None:
    expires_on = date(2026, 9, 30)
    facts = {"expires_on": expires_on, "is_blocked": False, "doses": 1}
    assert lot_status(**facts, day=expires_on) is LotStatus.USABLE  # type: ignore[arg-type]
    assert lot_status(**facts, day=date(2026, 10, 1)) is LotStatus.EXPIRED  # type: ignore[arg-type]
    assert lot_status(**{**facts, "doses": 0}, day=expires_on) is LotStatus.EMPTY  # type: ignore[arg-type]
    assert lot_status(**{**facts, "is_blocked": True}, day=expires_on) is LotStatus.BLOCKED  # type: ignore[arg-type]
