"""The letters our papers promise to print are in the fonts they are set in."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from vaxcentre.rules import letters
from vaxcentre.rules.letters import printable

FONTS = Path(__file__).parents[2] / "static/fonts"
BEHIND = Path("/usr/share/fonts/truetype/dejavu")  # fonts-dejavu-core, asked for by the set-up


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_every_letter_promised_is_in_a_font(weight: str) -> None:
    behind = BEHIND / ("DejaVuSans.ttf" if weight == "Regular" else "DejaVuSans-Bold.ttf")
    known = set(TTFont(FONTS / f"Luciole-{weight}.woff2").getBestCmap())
    known |= set(TTFont(behind).getBestCmap())
    promised = {c for span in letters._PRINTABLE for c in span if letters._is_printable(chr(c))}
    missing = sorted(hex(code) for code in promised - known)
    assert not missing


@pytest.mark.parametrize("name", ["Élodie", "Șahin", "Nguyễn", "Ковалёва", "Γιώργος", "d’Œuvre"])
def test_a_name_in_letters_we_have_is_left_alone(name: str) -> None:
    assert printable(name) == (name, False)


def test_an_accent_set_apart_is_joined_and_nothing_has_changed() -> None:
    assert printable("E\u0301lodie") == ("Élodie", False)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "???"), ("Ａda", "Ada"), ("Ada\U0001f489", "Ada?"), ("ﬁ", "fi"), ("", "")],
)
def test_a_letter_we_lack_is_plain_or_a_question_mark(name: str, shown: str) -> None:
    assert printable(name) == (shown, name != "")
