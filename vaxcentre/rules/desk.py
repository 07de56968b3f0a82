"""A desk of the staff: how long a shift and a pause last, and the secrets that a browser holds."""

import hashlib
import secrets
from datetime import timedelta

SHIFT = timedelta(hours=12)
IDLE = timedelta(minutes=10)


def new_token() -> str:
    """A secret of 128 bits and more, in letters that fit into an address."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """What the database keeps of a secret that a browser or a link holds."""
    return hashlib.sha256(token.encode()).hexdigest()
