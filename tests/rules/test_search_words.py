"""Reception's single field understands what is typed or scanned into it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.search_words import SearchKind, SearchUnreadable, SearchWords, read_search

TODAY = date(2026, 11, 21)


def read(text: str) -> SearchWords:
    return read_search(text, today=TODAY)


@pytest.mark.parametrize("text", ["VXKL-BNTR", "vxklbntr", " vxkl bntr\n", "VXKL\u2011BNTR"])
def test_it_reads_a_reference(text: str) -> None:
    assert (read(text).kind, read(text).reference) == (SearchKind.REFERENCE, "VXKLBNTR")


@pytest.mark.parametrize(
    "text",
    [
        "https://centre.example/r/VXKL-BNTR",
        "https://centre.example/rendez-vous/2?ref=vxklbntr",
        "httpsM!!centre:exqmple!r!VXKL)BNTR",
    ],
)
def test_it_reads_the_address_in_the_confirmation(text: str) -> None:
    assert read(text) == SearchWords(SearchKind.REFERENCE, reference="VXKLBNTR")


@pytest.mark.parametrize(
    ("text", "letters"), [("Lefebvre", ("lefebvre",)), ("lucy beck", ("lucy", "beck"))]
)
def test_a_name_that_could_be_a_reference_is_both(text: str, letters: tuple[str, ...]) -> None:
    assert read(text).kind is SearchKind.REFERENCE
    assert read(text).letters == letters


def test_it_reads_letters_of_a_name_in_any_order() -> None:
    assert read("d'Alembert  Hélène") == SearchWords(
        SearchKind.NAME, letters=("dalembert", "helene")
    )


@pytest.mark.parametrize("text", ["mar 42", "42 mar", "mar42", "Mar 1942"])
def test_it_reads_a_name_and_a_birth_year(text: str) -> None:
    assert read(text) == SearchWords(
        SearchKind.NAME_AND_YEAR, birth_years=(1942,), letters=("mar",)
    )


@pytest.mark.parametrize(
    "text", ["mar 14/03/1948", "14 3 48 mar", "mar 14031948", "1948-03-14 mar"]
)
def test_it_reads_a_name_and_a_birth_date(text: str) -> None:
    assert read(text) == SearchWords(
        SearchKind.NAME_AND_DATE, birth_on=date(1948, 3, 14), letters=("mar",)
    )


def test_it_reads_a_birth_date_or_a_year_alone() -> None:
    assert read("140348") == SearchWords(SearchKind.BIRTH_DATE, birth_on=date(1948, 3, 14))
    assert read("1948") == SearchWords(SearchKind.BIRTH_YEAR, birth_years=(1948,))


def test_nothing_is_nothing() -> None:
    assert read("  ' - ") == SearchWords(SearchKind.EMPTY)


@pytest.mark.parametrize("text", ["mar 31/02/1948", "1403", "mar 7", "0199001234", "01/01/2050"])
def test_it_refuses_other_digits(text: str) -> None:
    with pytest.raises(SearchUnreadable) as refusal:
        read(text)

    assert refusal.value.field == "search"


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        words = read(text)
    except SearchUnreadable:
        return
    assert (words.kind is SearchKind.EMPTY) == (words == SearchWords(SearchKind.EMPTY))
