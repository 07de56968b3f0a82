"""Find people by any word of their names: one place for what is kept, and for what is asked.

Range comparisons on folded columns, never LIKE: each statement walks one index and may stop early.
Conditions are drawn up once for a number of words, and told the words when they are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, or_
from sqlalchemy.orm import InstrumentedAttribute

from vaxcentre.models.patient import NameWord, Patient
from vaxcentre.rules.names import other_words

# The highest letter of all: every name with a given beginning sorts below beginning + this.
LAST_LETTER = "\U0010ffff"
LONGEST_WORD = 100


def words_of(family: str, given: str, used: str | None = None) -> list[str]:
    """What finds a person besides the folded columns, as the rows hold it."""
    return sorted({word[:LONGEST_WORD] for word in other_words(family, given, used or "")})


def name_words(family: str, given: str, used: str | None, birth_on: date) -> list[NameWord]:
    """The rows that find a person by the later words of their names, and by the used one."""
    return [NameWord(word=word, birth_on=birth_on) for word in words_of(family, given, used)]


def values_of(letters: Sequence[str], years: Sequence[int] = ()) -> dict[str, object]:
    """What the conditions below are told: the beginnings that were typed, and the birth years."""
    values: dict[str, object] = {}
    for first in range(len(letters)):
        for end in range(first + 1, len(letters) + 1):
            joined = "".join(letters[first:end])
            values |= {f"from_{first}_{end}": joined, f"to_{first}_{end}": joined + LAST_LETTER}
    for place, year in enumerate(years):
        values |= {f"first_{place}": date(year, 1, 1), f"last_{place}": date(year, 12, 31)}
    return values


@cache
def is_named(count: int) -> ColumnElement[bool]:
    """Whether so many beginnings fit a patient's names, in any order: to look at a few people.

    Each begins a word of some name; or they are a birth and a given name, parted otherwise than
    we keep them ("le goff ann" for Legoff Anne).
    """
    return or_(and_(*(_begins_a_word(place) for place in range(count))), *_as_names(count))


def everybody_named(
    people: Select[*tuple[Any, ...]], count: int, years: int
) -> Iterator[Select[*tuple[Any, ...]]]:
    """The statements that together find all so named, born in so many years or ever.

    The same people as `is_named`, among any number: each statement has its index.
    """
    for names in _as_names(count):
        yield people.where(names, *map(unindexed, born_in(years)))
    words = people.join(NameWord, NameWord.patient_id == Patient.id)
    for place in range(count):
        yield words.where(
            _begins(NameWord.word, place, place + 1),
            *born_in(years, NameWord.birth_on),
            *(_begins_a_word(other) for other in range(count) if other != place),
        )


def unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition, only looked at: SQLite would else walk a year of births, or everybody."""
    return case((condition, 1), else_=0) == 1


def born_in(
    years: int, column: InstrumentedAttribute[date] = Patient.birth_on
) -> list[ColumnElement[bool]]:
    """Whether somebody was born in one of so many years."""
    spans = (
        column.between(bindparam(f"first_{place}"), bindparam(f"last_{place}"))
        for place in range(years)
    )
    return [or_(*spans)] if years else []


def _as_names(count: int) -> Iterator[ColumnElement[bool]]:
    """The ways in which the beginnings, run together, are a birth name, a given one, or both."""
    yield _begins(Patient.folded_family, 0, count)
    yield _begins(Patient.folded_given, 0, count)
    for cut in range(1, count):
        parts = (0, cut), (cut, count)
        for family, given in (parts, parts[::-1]):
            yield and_(
                _begins(Patient.folded_family, *family), _begins(Patient.folded_given, *given)
            )


def _begins_a_word(place: int) -> ColumnElement[bool]:
    """Whether some word of a patient's names begins with the one typed at this place."""
    other = exists().where(
        NameWord.patient_id == Patient.id, _begins(NameWord.word, place, place + 1)
    )
    return or_(
        _begins(Patient.folded_family, place, place + 1),
        _begins(Patient.folded_given, place, place + 1),
        other.correlate(Patient),
    )


def _begins(column: InstrumentedAttribute[str], first: int, end: int) -> ColumnElement[bool]:
    """Whether a column begins with the words typed from one place up to another, run together."""
    return and_(column >= bindparam(f"from_{first}_{end}"), column < bindparam(f"to_{first}_{end}"))
