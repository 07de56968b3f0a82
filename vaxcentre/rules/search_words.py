"""What reception's single field was given: a scan, a reference, letters of a name, a birth date."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vaxcentre.rules.birth import (
    OLDEST_YEARS,
    BirthInFuture,
    BirthTooLongAgo,
    ImpossibleDate,
    possible_birth_years,
    read_birth_date,
)
from vaxcentre.rules.names import fold
from vaxcentre.rules.reference import read_reference
from vaxcentre.rules.refusal import N_, Refusal

# Longer than any name a person types at a desk.
MOST_WORDS = 8


class SearchUnreadable(Refusal):
    sentence = N_(
        "These digits are not a birth date. Type it as 27/03/1948, or letters of the name "
        "and the year: mar 42."
    )
    field = "search"


class SearchKind(StrEnum):
    """What the words are, and so where to look."""

    EMPTY = "empty"
    REFERENCE = "reference"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    NAME = "name"
    NAME_AND_DATE = "name_and_date"
    NAME_AND_YEAR = "name_and_year"


@dataclass(frozen=True)
class SearchWords:
    """The words of one search.

    `letters` are folded beginnings of names, in any order. `birth_years` are the years meant by
    `mar 42`, the latest first. A `reference` that was typed may be a name (Lefebvre, Lucy Beck):
    `letters` holds it too, for when no appointment has that reference.
    """

    kind: SearchKind
    reference: str | None = None
    birth_on: date | None = None
    birth_years: tuple[int, ...] = ()
    letters: tuple[str, ...] = ()


def read_search(text: str, *, today: date) -> SearchWords:
    """Tell what was typed or scanned into the search field.

    Raises:
        SearchUnreadable: the digits are no birth date and no birth year.
    """
    letters = _letters(text)
    if reference := read_reference(text):
        is_address = re.search(r"[/!=]", text) is not None
        return SearchWords(
            SearchKind.REFERENCE, reference=reference, letters=() if is_address else letters
        )
    digits = re.findall(r"[0-9]+", text)
    if not digits:
        return SearchWords(SearchKind.NAME if letters else SearchKind.EMPTY, letters=letters)
    if len(digits) == 1 and len(digits[0]) in (2, 4):
        kind = SearchKind.NAME_AND_YEAR if letters else SearchKind.BIRTH_YEAR
        return SearchWords(kind, birth_years=_years(digits[0], today), letters=letters)
    kind = SearchKind.NAME_AND_DATE if letters else SearchKind.BIRTH_DATE
    return SearchWords(kind, birth_on=_birth_date(digits, today), letters=letters)


def _letters(text: str) -> tuple[str, ...]:
    words = (fold(word) for word in re.sub(r"[0-9]+", " ", text).split())
    return tuple(word for word in words if word)[:MOST_WORDS]


def _years(digits: str, today: date) -> tuple[int, ...]:
    if len(digits) == 2:
        return possible_birth_years(int(digits), today=today)
    year = int(digits)
    if not today.year - OLDEST_YEARS <= year <= today.year:
        raise SearchUnreadable
    return (year,)


def _birth_date(digits: list[str], today: date) -> date:
    # 1948-03-27 comes from a passport reader; a desk types the day first.
    joint = "-" if len(digits[0]) == 4 else "/"
    try:
        return read_birth_date(joint.join(digits), today=today)
    except (ImpossibleDate, BirthInFuture, BirthTooLongAgo):
        raise SearchUnreadable from None
