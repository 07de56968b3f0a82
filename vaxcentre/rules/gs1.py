"""What the scanner read on a box: product, expiry, lot and serial, or the reason why not."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from vaxcentre.rules.gs1_fields import (
    DATES,
    EXPIRY,
    GTIN,
    LOT,
    SERIAL,
    BoxUnreadable,
    ExpiryInvalid,
    GtinCheckWrong,
    LotCharacters,
    LotMissing,
    LotTooLong,
    RepeatedField,
    UnknownCode,
    check_gtin,
    read_fields,
    read_swallowed_fields,
    read_typed_fields,
)
from vaxcentre.rules.scan_text import GS, LONGEST_SCAN, as_scanned

__all__ = [
    "BoxReading",
    "BoxUnreadable",
    "ExpiryInvalid",
    "GtinCheckWrong",
    "LotCharacters",
    "LotMissing",
    "LotTooLong",
    "RepeatedField",
    "UnknownCode",
    "read_box",
]

_GS1_SYMBOLOGIES = frozenset({"]d2", "]C1", "]Q3", "]e0"})
_LINEAR_SYMBOLOGIES = frozenset({"]E0", "]C0"})
_PLAIN_CODE = re.compile(r"[0-9]{13}|0[0-9]{13}")
# Medicines sold in France: 0, then a CIP of 13 digits that begins with 3400 9.
_FRENCH_PREFIX = "034009"


@dataclass(frozen=True)
class BoxReading:
    """What a box says of itself.

    Where a separator was lost, `readings` holds every way to read the code, `is_ambiguous` is true,
    and a field on which they differ is None here: the nurse picks the reading printed on the box.
    """

    gtin: str
    cip13: str | None
    expires_on: date | None
    lot: str | None
    serial: str | None
    readings: tuple["BoxReading", ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether a person must choose a reading before anything is believed."""
        return bool(self.readings)


def read_box(raw: str, *, today: date, gs_substitute: str | None = None) -> BoxReading:
    """Read what a scanner typed, or a person copied as "(01)...(17)...", from a box or a vial.

    `today` settles the century of the expiry (GS1: 50 years before and after). A plain bar code
    gives the product only. `gs_substitute` is what this station's scanner types for a separator.

    Raises:
        UnknownCode, GtinCheckWrong, ExpiryInvalid, LotMissing, LotTooLong, LotCharacters,
        RepeatedField: all of them `BoxUnreadable`, each with its `code`.
    """
    scan = as_scanned(raw, gs_substitute=gs_substitute)
    if len(scan.text) > LONGEST_SCAN or not scan.text.isascii():
        raise UnknownCode
    is_gs1 = scan.symbology in _GS1_SYMBOLOGIES
    if not is_gs1 and _PLAIN_CODE.fullmatch(scan.text):
        return _plain(scan.text, scan.symbology)
    if scan.symbology is not None and not is_gs1:
        raise UnknownCode
    if scan.text.startswith("("):
        return _box(read_typed_fields(scan.text), today)
    if GS in scan.text:
        return _box(read_fields(scan.text), today)
    return _without_separator(scan.text, today)


def _plain(code: str, symbology: str | None) -> BoxReading:
    if symbology is not None and symbology not in _LINEAR_SYMBOLOGIES:
        raise UnknownCode
    gtin = code.zfill(14)
    check_gtin(gtin)
    return BoxReading(gtin, _cip13(gtin), expires_on=None, lot=None, serial=None)


def _without_separator(text: str, today: date) -> BoxReading:
    """Read a code in which a lot may have swallowed the fields behind it."""
    guesses = tuple(_believable(text, today))
    try:
        whole = _box(read_fields(text), today)
    except BoxUnreadable:
        if not guesses:
            raise
        return _undecided(guesses)
    return _undecided((whole, *guesses)) if guesses else whole


def _believable(text: str, today: date) -> dict[BoxReading, None]:
    """Keep the guesses that are whole boxes with real dates, each once, in order."""
    boxes: dict[BoxReading, None] = {}
    for fields in read_swallowed_fields(text):
        try:
            boxes[_box(fields, today)] = None
        except BoxUnreadable:
            continue
    return boxes


def _undecided(readings: tuple[BoxReading, ...]) -> BoxReading:
    """Keep what all the readings say; a product is never what a lot swallowed."""
    first = readings[0]
    return BoxReading(
        gtin=first.gtin,
        cip13=first.cip13,
        expires_on=first.expires_on if len({r.expires_on for r in readings}) == 1 else None,
        lot=first.lot if len({r.lot for r in readings}) == 1 else None,
        serial=first.serial if len({r.serial for r in readings}) == 1 else None,
        readings=readings,
    )


def _box(fields: dict[str, str], today: date) -> BoxReading:
    if GTIN not in fields:
        raise UnknownCode
    days = {ai: _day(value, today) for ai, value in fields.items() if ai in DATES}
    gtin = fields[GTIN]
    return BoxReading(
        gtin, _cip13(gtin), days.get(EXPIRY), lot=fields.get(LOT), serial=fields.get(SERIAL)
    )


def _cip13(gtin: str) -> str | None:
    return gtin[1:] if gtin.startswith(_FRENCH_PREFIX) else None


def _day(yymmdd: str, today: date) -> date:
    """Read YYMMDD by GS1's rules: day 00 is the last of the month, the century is the nearest."""
    year, month, day = _nearest_year(int(yymmdd[:2]), today.year), int(yymmdd[2:4]), int(yymmdd[4:])
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        raise ExpiryInvalid from None


def _nearest_year(two_digits: int, this_year: int) -> int:
    """Choose the century so that the year lies 49 years before to 50 after this one (GS1 7.12)."""
    ahead = (two_digits - this_year) % 100
    return this_year + ahead if ahead <= 50 else this_year + ahead - 100
