"""A patient's sheet fills the form when it was read whole, and only then."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.ins import (
    InsBirthDateInvalid,
    InsIncomplete,
    InsIsInvented,
    InsSexInvalid,
    InsUnreadable,
    InsVersionUnknown,
    is_ins,
    read_ins,
)
from vaxcentre.rules.scan_text import GS

TODAY = date(2026, 11, 21)
HEADER = "IS01" + "0" * 22
NUMBER = "S1277010115400329"
REAL = "S21.2.250.1.213.1.4.8"
NAMES = f"S3SARAH-LOU ANNA{GS}S4GARCIA-HAMMADI{GS}"
SHEET = f"{HEADER}{NUMBER}{REAL}{GS}{NAMES}S5FS621-01-1977S701154"


@pytest.mark.parametrize("oid", ["1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"])
def test_an_invented_person_is_for_the_demonstration(oid: str) -> None:
    sheet = SHEET.replace("1.2.250.1.213.1.4.8", oid)

    with pytest.raises(InsIsInvented):
        read_ins(sheet, today=TODAY)
    assert read_ins(sheet, today=TODAY, demo=True).oid == oid


def test_a_nia_is_told_from_a_nir() -> None:
    sheet = SHEET.replace("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9")

    assert read_ins(sheet, today=TODAY).id_type == "INS-NIA"


def test_a_french_keyboard_is_undone() -> None:
    typed = SHEET.translate(str.maketrans("0123456789.-AQM", "à&é\"'(-è_ç:)QA?"))

    assert is_ins(typed)
    assert read_ins(typed, today=TODAY) == read_ins(SHEET, today=TODAY)


def test_a_name_of_a_hundred_letters_needs_no_separator() -> None:
    sheet = SHEET.replace(f"SARAH-LOU ANNA{GS}", "A" * 100)

    assert read_ins(sheet, today=TODAY).given == ("A" * 100,)


def test_the_number_is_not_printed() -> None:
    assert "277010115400329" not in repr(read_ins(SHEET, today=TODAY))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (("S5F", "S5X"), InsSexInvalid),
        (("S621-01-1977", "S631-02-1977"), InsBirthDateInvalid),
        (("S621-01-1977", "S622-11-2026"), InsBirthDateInvalid),
        ((f"ANNA{GS}", "ANNA"), InsIncomplete),
        (("SARAH-LOU ANNA", ""), InsIncomplete),
        (("SARAH-LOU ANNA", "- '"), InsIncomplete),
        (("S701154", "S701154S701154"), InsIncomplete),
        (("S701154", "S7011"), InsIncomplete),
        (("S701154", "S8X"), InsIncomplete),
        (("4.8", "4.7"), InsIncomplete),
        (("IS01000", "IS02000"), InsVersionUnknown),
        (("IS01000", "IT01000"), InsVersionUnknown),
    ],
)
def test_it_says_why_not(change: tuple[str, str], refusal: type[InsUnreadable]) -> None:
    with pytest.raises(refusal):
        read_ins(SHEET.replace(*change), today=TODAY)


def test_a_sheet_is_told_from_a_box() -> None:
    assert is_ins(SHEET)
    assert is_ins(SHEET.replace("IS01", "IS09"))
    assert not is_ins("0103400930275573")
    assert not is_ins("ISABELLE")


@given(st.text() | st.text("S1234567-. GS" + GS).map(lambda text: HEADER + text))
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(InsUnreadable):
        read_ins(text, today=TODAY)


@given(st.integers(0, len(SHEET) - len("S701154") - 1))
def test_a_sheet_cut_short_is_never_taken(length: int) -> None:
    with pytest.raises(InsUnreadable):
        read_ins(SHEET[:length], today=TODAY)
