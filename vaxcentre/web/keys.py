"""Keys drawn from the centre's own secret, each for one use only."""

import base64
import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def key_for(use: str) -> bytes:
    """32 bytes for this use; another use has others."""
    found: dict[str, bytes] = current_app.extensions.setdefault("vaxcentre_keys", {})
    if use not in found:
        secret = current_app.config["SECRET_KEY"]
        raw = secret.encode() if isinstance(secret, str) else secret
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"vaxcentre {use}".encode())
        found[use] = kdf.derive(raw)
    return found[use]


def box_for(use: str) -> Fernet:
    """What seals and opens texts for this use."""
    return _box(key_for(use))


@cache
def _box(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))


def mark(use: str, text: bytes) -> bytes:
    """32 bytes that only this centre can make of a text."""
    return hmac.new(key_for(use), text, hashlib.sha256).digest()
