"""Seal the mail server's password with this centre's key: the database alone never gives it."""

from cryptography.fernet import InvalidToken

from vaxcentre.web.keys import box_for

USE = "mail server password"


class SealBroken(ValueError):
    """It was sealed with another key, or has been changed since."""


def seal(secret: str) -> str:
    """Lock a secret; an empty one stays empty."""
    return box_for(USE).encrypt(secret.encode()).decode("ascii") if secret else ""


def unseal(sealed: str) -> str:
    """Open what `seal` locked.

    Raises:
        SealBroken
    """
    if not sealed:
        return ""
    try:
        return box_for(USE).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None
