"""The State's numbers: their form is checked, their key only warns."""

import pytest

from vaxcentre.rules.staff_numbers import RppsUnreadable, key_holds, read_rpps


def test_an_rpps_has_eleven_digits() -> None:
    assert read_rpps("1000 0000 009") == "10000000009"
    for text in ("1000000000", "100000000090", "1000000000A", ""):
        with pytest.raises(RppsUnreadable) as refusal:
            read_rpps(text)
        assert refusal.value.field == "rpps"


def test_a_wrong_luhn_key_only_warns() -> None:
    assert key_holds("10000000009")
    assert not key_holds("10000000000")
    assert read_rpps("10000000000") == "10000000000"
