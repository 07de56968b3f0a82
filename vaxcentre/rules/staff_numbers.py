"""The numbers by which the State knows a person of health (RPPS) and a house (FINESS)."""

import re

from stdnum import luhn

from vaxcentre.rules.refusal import N_, Refusal


class RppsUnreadable(Refusal):
    """Not eleven digits."""

    sentence = N_("An RPPS number has 11 digits. Check it, or leave the box empty.")
    field = "rpps"


class FinessUnreadable(Refusal):
    """Not nine signs of a FINESS number."""

    sentence = N_("A FINESS number has 9 digits (in Corsica the second is A or B).")
    field = "finess"


def read_rpps(text: str) -> str:
    """Read an RPPS number: eleven digits, the last a Luhn key (Annuaire Santé, ANS).

    A wrong key is no reason to refuse: see `key_holds`.

    Raises:
        RppsUnreadable: not eleven digits.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[0-9]{11}", digits):
        raise RppsUnreadable
    return digits


def read_finess(text: str) -> str:
    """Read a FINESS number: nine signs, the first two the department (2A and 2B in Corsica).

    Raises:
        FinessUnreadable: not nine signs of that kind.
    """
    signs = re.sub(r"[\s.-]", "", text).upper()
    if not re.fullmatch(r"([0-9]{2}|2[AB])[0-9]{7}", signs):
        raise FinessUnreadable
    return signs


def key_holds(number: str) -> bool:
    """Tell whether the last digit is the Luhn key of the others; a letter is not counted on."""
    return not number.isdigit() or bool(luhn.is_valid(number))
