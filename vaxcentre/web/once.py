"""Twice is harmless: a form sent again shows the first result."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.models.staff import OneTimeKey


def new_key() -> str:
    """A key for one form; printed into it by the form component."""
    return secrets.token_urlsafe(18)


def first_result(session: Session, key: str | None) -> str | None:
    """Where the form with this key led the first time; None when this is the first time."""
    row = session.get(OneTimeKey, key) if key else None
    return row.result if row else None


def keep_result(session: Session, key: str | None, result: str, *, now: datetime) -> None:
    """Remember where the form led, in the transaction of what it created."""
    if key:
        session.add(OneTimeKey(key=key[:64], result=result, used_at=now))
