"""Numbers that say who a person is are checked by their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.identity import (
    NirUnreadable,
    nir_key_ok,
    read_nir,
)


def test_corsica_and_the_mainland_pass() -> None:
    assert nir_key_ok("277010115400329")
    assert nir_key_ok("185052A00401270")
    assert nir_key_ok(f"185052B004012{97 - 1850518004012 % 97:02d}")


@pytest.mark.parametrize(
    "nir", ["277010115400330", "185052C00401270", "27701011540032", "", "É" * 15]
)
def test_a_wrong_key_is_wrong(nir: str) -> None:
    assert not nir_key_ok(nir)


def test_a_nir_is_read_as_printed_on_the_card() -> None:
    assert read_nir(" 1 85 05 2a 004 012 70 ") == "185052A00401270"


def test_a_wrong_nir_is_refused_at_its_field() -> None:
    with pytest.raises(NirUnreadable) as refusal:
        read_nir("277010115400330")

    assert refusal.value.field == "nir"


@given(st.integers(0, 10**13 - 1), st.integers(1, 99))
def test_only_one_key_is_right(number: int, off: int) -> None:
    key = 97 - number % 97

    assert nir_key_ok(f"{number:013d}{key:02d}")
    assert not nir_key_ok(f"{number:013d}{(key + off) % 100:02d}")
