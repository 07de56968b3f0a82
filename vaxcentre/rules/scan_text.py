"""What keyboards do to scans, undone: the text as it stood in the symbol."""

import re
from dataclasses import dataclass

# FNC1 in the symbol, ASCII 29 in the text: ends a field of variable length.
GS = "\x1d"
# No code on a box or a patient's sheet is longer; anything longer is not a scan.
LONGEST_SCAN = 500

_KEYS_US = "1234567890-=" + "qwertyuiop[]\\" + "asdfghjkl;'" + "zxcvbnm,./" + "`"
_KEYS_FR = "&é\"'(-è_çà)=" + "azertyuiop^$*" + "qsdfghjklmù" + "wxcvbn,;:!" + "²"
_SHIFT_US = "!@#$%^&*()_+" + "QWERTYUIOP{}|" + 'ASDFGHJKL:"' + "ZXCVBNM<>?"
_SHIFT_FR = "1234567890°+" + "AZERTYUIOP¨£µ" + "QSDFGHJKLM%" + "WXCVBN?./§"
_BACK_TO_US = str.maketrans(_KEYS_FR + _SHIFT_FR, _KEYS_US + _SHIFT_US)

_FRENCH_DIGIT_KEY = re.compile(r"[éèçà]")
_DIGIT = re.compile(r"[0-9]")
_SPELT_GS = re.compile(r"<GS>|\{GS\}", re.IGNORECASE)
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_END_OF_SCAN = " \t\r\n"


@dataclass(frozen=True)
class Scan:
    """A scan as the symbol held it: its kind, where the scanner tells, and the text."""

    symbology: str | None
    text: str


def as_scanned(raw: str, *, gs_substitute: str | None = None) -> Scan:
    """Undo what the station did to a scan: swapped keys, a separator typed as something else.

    `gs_substitute` is what this station's scanner types for the separator, if not GS itself.
    """
    text = from_azerty(raw.strip(_END_OF_SCAN))
    if gs_substitute:
        text = text.replace(gs_substitute, GS)
    text = _SPELT_GS.sub(GS, text)
    if match := _AIM.match(text):
        return Scan(match[0], text[match.end() :])
    return Scan(None, text)


def from_azerty(text: str) -> str:
    """Translate back what a scanner set to a US keyboard typed on a French one.

    Only where the text holds accents of the digit row and no digit: codes always hold digits and
    never accents, so nothing else can look like that.
    """
    if _FRENCH_DIGIT_KEY.search(text) and not _DIGIT.search(text):
        return text.translate(_BACK_TO_US)
    return text
