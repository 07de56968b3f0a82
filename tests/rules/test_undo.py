"""Ten minutes, everywhere alike."""

from datetime import UTC, datetime, timedelta

import pytest

from vaxcentre.rules.undo import may_undo

DONE = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "may"), [(0, True), (599, True), (600, False), (86_400, False)]
)
def test_it_can_be_taken_back_for_ten_minutes(seconds: int, may: bool) -> None:
    assert may_undo(DONE, DONE + timedelta(seconds=seconds)) is may
