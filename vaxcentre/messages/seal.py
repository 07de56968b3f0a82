"""Seal a secret with the key of this centre: the database alone never gives it away."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"vaxcentre smtp password 1"  # another purpose derives another key


class SealBroken(ValueError):
    """It was sealed with another key, or has been changed since."""


def seal(key: bytes | str, secret: str) -> str:
    """Lock a secret; an empty one stays empty."""
    return _lock(key).encrypt(secret.encode()).decode("ascii") if secret else ""


def unseal(key: bytes | str, sealed: str) -> str:
    """Open what `seal` locked.

    Raises:
        SealBroken
    """
    if not sealed:
        return ""
    try:
        return _lock(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def _lock(key: bytes | str) -> Fernet:
    material = key.encode() if isinstance(key, str) else key
    derived = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(material)
    return Fernet(base64.urlsafe_b64encode(derived))
