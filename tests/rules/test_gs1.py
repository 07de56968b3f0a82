"""What is read on a box is what stands on it, or nothing."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import ean

from vaxcentre.rules.gs1 import (
    BoxUnreadable,
    ExpiryInvalid,
    GtinCheckWrong,
    LotTooLong,
    RepeatedField,
    UnknownCode,
    read_box,
)
from vaxcentre.rules.scan_text import GS

TODAY = date(2026, 11, 21)
BOX = "0103400930275573"
CHARSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

lots = st.text(CHARSET_82, min_size=1, max_size=20).filter(lambda lot: "<gs>" not in lot.lower())
gtins = st.text("0123456789", min_size=13, max_size=13).map(
    lambda digits: digits + ean.calc_check_digit(digits)
)
expiries = st.dates(date(1977, 1, 1), date(2076, 12, 31))


@given(gtin=gtins, expires_on=expiries, lot=lots, serial=lots, order=st.permutations(range(4)))
def test_it_reads_back_what_was_printed(
    gtin: str, expires_on: date, lot: str, serial: str, order: list[int]
) -> None:
    fields = [f"01{gtin}", f"17{expires_on:%y%m%d}", f"10{lot}{GS}", f"21{serial}{GS}"]

    box = read_box("]d2" + "".join(fields[place] for place in order), today=TODAY)

    assert (box.gtin, box.expires_on, box.lot, box.serial) == (gtin, expires_on, lot, serial)
    assert not box.is_ambiguous


@given(lot=lots, serial=lots)
def test_a_lost_separator_is_never_silent(lot: str, serial: str) -> None:
    assume(GS not in lot)
    raw = f"]d2{BOX}1726093010{lot}21{serial}"

    try:
        box = read_box(raw, today=TODAY)
    except BoxUnreadable:
        return

    assert box.is_ambiguous
    assert (lot, serial) in {(reading.lot, reading.serial) for reading in box.readings}


@given(st.text() | st.text(CHARSET_82 + GS + "]").map(lambda text: "]d2" + BOX + text))
def test_no_text_breaks_it(text: str) -> None:
    try:
        box = read_box(text, today=TODAY)
    except BoxUnreadable as refusal:
        assert refusal.code
    else:
        assert ean.is_valid(box.gtin)


@given(st.text("01721", min_size=1, max_size=480))
def test_a_long_row_of_digits_is_answered_at_once(digits: str) -> None:
    try:
        read_box(BOX + "10" + digits, today=TODAY)
    except BoxUnreadable as refusal:
        assert refusal.code


def test_an_expiry_swallowed_by_a_serial_is_offered() -> None:
    box = read_box(f"{BOX}21SER1917260930" + "10AB7", today=TODAY)

    assert box.is_ambiguous
    assert (box.expires_on, box.lot, box.serial) == (None, None, None)
    assert ("SER19", date(2026, 9, 30), "AB7") in {
        (reading.serial, reading.expires_on, reading.lot) for reading in box.readings
    }


def test_two_lost_separators_are_both_found() -> None:
    box = read_box(f"{BOX}21SER910AB717260930", today=TODAY)

    assert ("SER9", "AB7", date(2026, 9, 30)) in {
        (reading.serial, reading.lot, reading.expires_on) for reading in box.readings
    }


def test_a_swallowed_serial_is_asked_even_where_only_one_reading_is_left() -> None:
    box = read_box(f"{BOX}1726093010AB3K5M7X21PQRSTUVWXYZKLM", today=TODAY)

    assert [(reading.lot, reading.serial) for reading in box.readings] == [
        ("AB3K5M7X", "PQRSTUVWXYZKLM")
    ]


def test_a_lot_that_ends_in_21_is_plain() -> None:
    assert read_box(f"{BOX}1726093010AB21", today=TODAY).lot == "AB21"


def test_a_lot_is_not_cut_at_what_was_read_already() -> None:
    assert not read_box(f"{BOX}1726093010AB17270101", today=TODAY).is_ambiguous


def test_the_century_is_the_nearest() -> None:
    far = read_box(f"{BOX}17260930", today=date(2098, 1, 1))

    assert far.expires_on == date(2126, 9, 30)


def test_the_29th_of_february_needs_a_leap_year() -> None:
    assert read_box(f"{BOX}17280229", today=TODAY).expires_on == date(2028, 2, 29)
    with pytest.raises(ExpiryInvalid):
        read_box(f"{BOX}17270229", today=TODAY)


def test_the_same_value_twice_is_harmless() -> None:
    assert read_box(f"{BOX}10AB{GS}10AB", today=TODAY).lot == "AB"


@pytest.mark.parametrize("symbology", ["]d1", "]Q1", "]A0"])
def test_a_code_of_another_kind_is_refused(symbology: str) -> None:
    with pytest.raises(UnknownCode):
        read_box(symbology + BOX, today=TODAY)


@pytest.mark.parametrize("raw", ["]E03400930275573", "]C03400930275573", "03400930275573"])
def test_a_plain_bar_code_gives_the_product(raw: str) -> None:
    box = read_box(raw, today=TODAY)

    assert (box.gtin, box.cip13, box.lot) == ("03400930275573", "3400930275573", None)


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ("3400930275574", GtinCheckWrong),
        ("(01)03400930275573(10)AB(10)CD", RepeatedField),
        ("(01)03400930275573(99", UnknownCode),
        ("(98765)1", UnknownCode),
        ("10AB123", UnknownCode),
        (f"{BOX}17ABCDEF", ExpiryInvalid),
        (f"{BOX}11261301", ExpiryInvalid),
        (f"{BOX}10{'A' * 21}{GS}", LotTooLong),
        ("01\u0660" + "3400930275573", UnknownCode),
        ("", UnknownCode),
        ("1" * 501, UnknownCode),
    ],
)
def test_it_says_why_not(raw: str, refusal: type[BoxUnreadable]) -> None:
    with pytest.raises(refusal):
        read_box(raw, today=TODAY)
