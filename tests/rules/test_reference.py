"""A reference survives a phone call, a scanner and a hurried hand."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.reference import ALPHABET, new_reference, read_reference, show_reference


class Rigged(Random):
    """A source that deals the letters it was given."""

    def __init__(self, letters: str) -> None:
        super().__init__()
        self.letters = list(letters)

    def choice(self, seq: object) -> str:  # type: ignore[override]
        return self.letters.pop(0)


@given(st.integers())
def test_a_new_reference_is_eight_letters_of_the_alphabet(seed: int) -> None:
    reference = new_reference(Random(seed))

    assert len(reference) == 8
    assert set(reference) <= set(ALPHABET)


def test_nobody_is_handed_an_ugly_word() -> None:
    assert new_reference(Rigged("BPUTEVXK" + "VXKLBNTR")) == "VXKLBNTR"


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_it_is_read_as_shown_and_as_typed(reference: str) -> None:
    shown = show_reference(reference)

    assert (len(shown), shown[4]) == (9, "-")
    for text in (reference, shown, shown.lower(), f" {shown}\r", f"https://x.example/r/{shown}"):
        assert read_reference(text) == reference


@pytest.mark.parametrize(
    "text",
    ["", "VXKL", "VXKLBNTA", "VXKL-BNTRS", "VXKL--BNTR", "MVXKLBNTR", "VXKLBNTR 42", "ſXKLBNTR"],
)
def test_anything_else_is_no_reference(text: str) -> None:
    assert read_reference(text) is None


def test_a_us_scanner_on_a_french_keyboard_is_read() -> None:
    assert read_reference("httpsM!!x:exqmple!r!vxkl)bntr") == "VXKLBNTR"
