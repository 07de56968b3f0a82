"""An expiry as it is printed on a box and typed by a person: 06/2027, 30/06/2027, 2027-06-30."""

import calendar
import re
from datetime import date

from vaxcentre.rules.refusal import N_, Refusal

_SIGNS = re.compile(r"[\s./-]+")
_WRITTEN = re.compile(rf"[0-9]+(?:{_SIGNS.pattern}[0-9]+){{0,2}}")


class ExpiryUnreadable(Refusal):
    """What was typed is not a day or a month."""

    sentence = N_("Type the expiry as it is printed: 06/2027 or 30/06/2027.")
    field = "expires_on"


def read_expiry(text: str) -> date:
    """Read the last day of use; a month alone means its last day (GS1 General Specifications 3.4).

    Raises:
        ExpiryUnreadable: neither a month nor a day, or one that does not exist.
    """
    text = text.strip()
    if not _WRITTEN.fullmatch(text):
        raise ExpiryUnreadable
    parts = _SIGNS.split(text)
    if len(parts) == 1:
        parts = _parted(parts[0])
    try:
        return _day([int(part) for part in parts], year_first=len(parts[0]) == 4)
    except (ValueError, calendar.IllegalMonthError):
        raise ExpiryUnreadable from None


def _parted(digits: str) -> list[str]:
    """Part digits that were typed without a sign between them: 062027, 30062027."""
    if len(digits) == 6:
        return [digits[:2], digits[2:]]
    if len(digits) == 8:
        return [digits[:2], digits[2:4], digits[4:]]
    raise ExpiryUnreadable


def _day(numbers: list[int], *, year_first: bool) -> date:
    if year_first:
        numbers.reverse()
    day = numbers[0] if len(numbers) == 3 else None
    month, year = numbers[-2], _full_year(numbers[-1])
    return date(year, month, day or calendar.monthrange(year, month)[1])


def _full_year(year: int) -> int:
    """Two digits are of this century: a box that expired before 2000 is in a museum."""
    return year + 2000 if year < 100 else year
