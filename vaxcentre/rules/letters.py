"""Which letters our papers can print: a sign that no font has would be an empty box."""

import unicodedata

# What Luciole and, behind it, DejaVu Sans (Debian's fonts-dejavu-core) have in regular and bold;
# a test compares this with the fonts themselves.
_PRINTABLE = (
    range(0x0020, 0x007F),
    range(0x00A0, 0x0250),  # Latin, with the letters of central Europe and Turkish
    range(0x0300, 0x0340),  # accents set apart
    range(0x0370, 0x0400),  # Greek
    range(0x0400, 0x0526),  # Cyrillic
    range(0x0531, 0x0557),  # Armenian
    range(0x05D0, 0x05EB),  # Hebrew
    range(0x0621, 0x063B),  # Arabic
    range(0x0641, 0x064B),
    range(0x10D0, 0x10FB),  # Georgian
    range(0x1E00, 0x1EFC),  # Latin, Vietnamese
    range(0x2010, 0x2028),
)
MISSING = "?"


def printable(text: str) -> tuple[str, bool]:
    """Write a text in letters that can be printed, and say whether anything had to change.

    A letter with an accent that no font knows is printed without it; any other becomes "?".
    """
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(_shown(sign) for sign in composed)
    return shown, shown != composed


def _shown(sign: str) -> str:
    if _is_printable(sign):
        return sign
    plain = [
        part
        for part in unicodedata.normalize("NFKD", sign)
        if _is_printable(part) and not unicodedata.combining(part)
    ]
    return "".join(plain) or MISSING


def _is_printable(sign: str) -> bool:
    is_assigned = unicodedata.category(sign) != "Cn"
    return is_assigned and any(ord(sign) in letters for letters in _PRINTABLE)
