"""Seal a social security number with this centre's key, and open it for the desk's own form."""

from cryptography.fernet import InvalidToken

from vaxcentre.reception.numbers import SealedNumber
from vaxcentre.rules.vocabulary import NumberSource
from vaxcentre.web.keys import box_for, mark

USE = "social security number"


def sealed_number(number: str | None, *, is_scanned: bool = False) -> SealedNumber | None:
    """The number as it may be kept; None where there is none."""
    if not number:
        return None
    return SealedNumber(
        sealed=box_for(USE).encrypt(number.encode()).decode("ascii"),
        mark=mark(USE, number.encode()).hex(),
        source=NumberSource.DATAMATRIX if is_scanned else NumberSource.TYPED,
    )


def opened(sealed: str) -> str:
    """The number again; nothing where it was sealed with a key that is lost."""
    try:
        return box_for(USE).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
