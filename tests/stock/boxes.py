"""Codes as boxes carry them."""

from datetime import date

from vaxcentre.models.vaccine import Vaccine
from vaxcentre.rules.scan_text import GS

GTIN = "03400930275573"  # a true check digit
OTHER_GTIN = "03400933472016"


def code(
    gtin: str = GTIN,
    lot: str = "U8A213B",
    expires_on: date = date(2027, 6, 30),
    serial: str | None = "S1",
) -> str:
    """What a scanner types for a box, separators included."""
    tail = f"{GS}21{serial}" if serial else ""
    return f"01{gtin}17{expires_on:%y%m%d}10{lot}{tail}"


def of_this_box(vaccine: Vaccine) -> Vaccine:
    """Give the vaccine a product code that scanners accept."""
    vaccine.gtin14, vaccine.cip13 = GTIN, GTIN[1:]
    return vaccine
