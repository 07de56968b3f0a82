"""What a keyboard did to a scan is undone, and nothing else is touched."""

import pytest

from vaxcentre.rules.scan_text import GS, as_scanned, from_azerty

# The same keys, without and with shift, on the two keyboards.
US = "1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./"
FRENCH = "&é\"'(-è_çà)=azertyuiop^$qsdfghjklmù*wxcvbn,;:!"


def test_every_key_of_a_french_keyboard_is_translated_back() -> None:
    assert from_azerty(FRENCH) == US
    assert from_azerty("àQZERTYMWAPWLKJ?%") == '0AWERTY:ZQPZLKJM"'


@pytest.mark.parametrize("text", ["0103400930275573", "LOT-A1", "(-LOT", "é1", ""])
def test_what_was_not_swapped_stays(text: str) -> None:
    assert from_azerty(text) == text


def test_the_prefix_tells_the_kind_of_code() -> None:
    assert as_scanned("]d2010340\r\n").symbology == "]d2"
    assert as_scanned("]d2010340\r\n").text == "010340"
    assert as_scanned("010340").symbology is None


def test_a_swapped_prefix_is_read_too() -> None:
    scan = as_scanned("$déà&à\"'")

    assert (scan.symbology, scan.text) == ("]d2", "01034")


@pytest.mark.parametrize("typed", ["A<GS>B", "A{GS}B", "A<gs>B", f"A{GS}B"])
def test_a_spelt_separator_is_a_separator(typed: str) -> None:
    assert as_scanned(typed).text == f"A{GS}B"


def test_the_substitute_of_the_station_is_a_separator_there_only() -> None:
    assert as_scanned("A~B", gs_substitute="~").text == f"A{GS}B"
    assert as_scanned("A~B").text == "A~B"


def test_a_separator_at_the_end_is_kept() -> None:
    assert as_scanned(f"10AB{GS}\r").text == f"10AB{GS}"
