"""The fields of a GS1 code, read more strictly than the library underneath reads them.

There a wrong check digit and a repeated field pass without a word; here they do not.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from stdnum import ean

from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.scan_text import GS

GTIN, LOT, EXPIRY, SERIAL = "01", "10", "17", "21"
DATES = frozenset({"11", "12", "13", "15", "16", EXPIRY})
LONGEST_LOT = 20

# GS1 General Specifications, figure 7.11-1: the 82 characters a lot or a serial may hold.
_CHARSET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
# What may stand behind a lot or a serial that lost its separator.
_MAY_FOLLOW = (SERIAL, EXPIRY, LOT, "11", "15")
_TYPED_FIELD = re.compile(r"\(([0-9]{2,4})\)([^()]*)")


class BoxUnreadable(Refusal):
    """The scan is not one that a lot may be received or given from; `code` names why."""

    code: ClassVar[str] = "unknown_code"
    field = "scan"


class UnknownCode(BoxUnreadable):
    code = "unknown_code"
    sentence = N_("This is not the code of a medicine. Scan the square code on the box.")


class GtinCheckWrong(BoxUnreadable):
    code = "gtin_check"
    sentence = N_("The product number was misread: its last digit is wrong. Scan again.")


class ExpiryInvalid(BoxUnreadable):
    code = "expiry_invalid"
    sentence = N_("The code holds a date that does not exist. Type the expiry printed on the box.")


class LotMissing(BoxUnreadable):
    code = "lot_empty"
    sentence = N_("The code holds an empty lot number. Type the lot printed on the box.")


class LotTooLong(BoxUnreadable):
    code = "lot_too_long"
    sentence = N_("The lot number is longer than 20 characters. Type the lot printed on the box.")


class LotCharacters(BoxUnreadable):
    code = "lot_charset"
    sentence = N_("The lot number holds a character that no lot has. Scan again, or type the lot.")


class RepeatedField(BoxUnreadable):
    code = "repeated_ai"
    sentence = N_("The code holds two different values for one thing. Set the box aside and ask.")


def read_fields(text: str) -> dict[str, str]:
    """Read the fields one after the other; one of variable length runs to the separator.

    Raises:
        BoxUnreadable: the first field that is wrong says why.
    """
    fields: dict[str, str] = {}
    while text := text.lstrip(GS):
        ai, value, text = _first_field(text)
        _add(fields, ai, value)
    return fields


def read_typed_fields(text: str) -> dict[str, str]:
    """Read the fields as printed under a code: (01)03400930275573(10)AB123.

    Raises:
        BoxUnreadable: as in `read_fields`, or the text is not written that way.
    """
    pairs = _TYPED_FIELD.findall(text)
    if "".join(f"({ai}){value}" for ai, value in pairs) != text:
        raise UnknownCode
    fields: dict[str, str] = {}
    for ai, value in pairs:
        _add(fields, ai, value.strip(" "))
    return fields


def read_swallowed_fields(text: str) -> Iterator[dict[str, str]]:
    """Give each reading in which a lot or a serial ends before the text does.

    Without a separator such a field swallows what stands behind it, and no parser complains.
    """
    yield from _readings_with_a_cut(text, {})


def _readings_with_a_cut(text: str, before: dict[str, str]) -> Iterator[dict[str, str]]:
    fields = dict(before)
    try:
        while text:
            ai, value, rest = _first_field(text)
            if ai in (LOT, SERIAL):
                yield from _cuts(ai, value, fields)
                return
            _add(fields, ai, value)
            text = rest
    except BoxUnreadable:
        return


def _cuts(ai: str, value: str, before: dict[str, str]) -> Iterator[dict[str, str]]:
    """Cut a lot or a serial wherever a field begins that was not there yet."""
    for end in range(1, min(LONGEST_LOT + 1, len(value))):
        rest = value[end:]
        if not rest.startswith(_MAY_FOLLOW) or rest[:2] in {ai, *before}:
            continue
        try:
            fields = dict(before)
            _add(fields, ai, value[:end])
            yield _joined(fields, read_fields(rest))
        except BoxUnreadable:
            pass
        yield from _readings_with_a_cut(rest, before | {ai: value[:end]})


def _joined(fields: dict[str, str], following: dict[str, str]) -> dict[str, str]:
    for ai, value in following.items():
        _add(fields, ai, value)
    return fields


def _first_field(text: str) -> tuple[str, str, str]:
    """Part the text into an identifier, its value and what follows, by GS1's own table."""
    try:
        field = GS1ApplicationIdentifier.extract(text)
    except ParseError:
        raise UnknownCode from None
    ai = field.ai
    if field.separator_required:
        value, _, rest = text[len(ai) :].partition(GS)
        return ai, value, rest
    match = re.match(field.pattern.removesuffix("$"), text)
    if match is None:
        raise ExpiryInvalid if ai in DATES else UnknownCode
    return ai, match[0][len(ai) :], text[match.end() :]


def _add(fields: dict[str, str], ai: str, value: str) -> None:
    """Add a field after checking it; the same value twice is harmless, two values are not."""
    _check(ai, value)
    if fields.setdefault(ai, value) != value:
        raise RepeatedField


def _check(ai: str, value: str) -> None:
    if ai == LOT:
        _check_lot(value)
        return
    try:
        field = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        raise UnknownCode from None
    if field.ai != ai or not re.fullmatch(field.pattern, ai + value):
        raise ExpiryInvalid if ai in DATES else UnknownCode
    if ai == GTIN:
        check_gtin(value)


def check_gtin(gtin: str) -> None:
    """Refuse a product number whose last digit does not match the others."""
    if not ean.is_valid(gtin):
        raise GtinCheckWrong


def _check_lot(lot: str) -> None:
    if not lot:
        raise LotMissing
    if len(lot) > LONGEST_LOT:
        raise LotTooLong
    if not _CHARSET_82.fullmatch(lot):
        raise LotCharacters
