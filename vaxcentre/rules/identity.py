"""Who a person is: names, birth date, and the number that says so (NIR)."""

import re

from stdnum.fr import nir as nir_number

from vaxcentre.rules.birth import (
    BirthInFuture,
    BirthTooLongAgo,
    ImpossibleDate,
    birth_date,
    read_birth_date,
)
from vaxcentre.rules.names import (
    first_given_name,
    fold,
    is_same_first_name,
    sound_key,
    sounds_like,
)
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.search_words import SearchKind, SearchUnreadable, SearchWords, read_search

__all__ = [
    "BirthInFuture",
    "BirthTooLongAgo",
    "ImpossibleDate",
    "NirUnreadable",
    "SearchKind",
    "SearchUnreadable",
    "SearchWords",
    "birth_date",
    "first_given_name",
    "fold",
    "is_same_first_name",
    "nir_key_ok",
    "read_birth_date",
    "read_nir",
    "read_search",
    "sound_key",
    "sounds_like",
]

_NIR = re.compile(r"[0-9]{5}(?:[0-9]{2}|2A|2B)[0-9]{8}")


class NirUnreadable(Refusal):
    sentence = N_(
        "Check the social security number: 15 characters, and its last two digits must match "
        "the others. Leave the box empty if in doubt."
    )
    field = "nir"


def nir_key_ok(nir: str) -> bool:
    """Tell whether a NIR or NIA of 15 characters carries the right key (97 minus the rest by 97).

    Corsican departments 2A and 2B count as 19 and 18. The month is not looked at: values of 20 and
    above exist for an incomplete civil status.
    """
    return _NIR.fullmatch(nir) is not None and nir_number.is_valid(nir)


def read_nir(text: str) -> str:
    """Read a social security number as typed, spaces and dots allowed, and return 15 characters.

    Raises:
        NirUnreadable: its length or its key is wrong.
    """
    nir = re.sub(r"[\s.]", "", text).upper()
    if not nir_key_ok(nir):
        raise NirUnreadable
    return nir
