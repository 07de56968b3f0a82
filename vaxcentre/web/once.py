"""Twice is harmless: a form sent again shows the first result."""

import re
import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.models.staff import OneTimeKey
from vaxcentre.writing import WRITING

# What `new_key` makes; anything else was not printed by us and is no key.
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_key() -> str:
    """A key for one form; printed into it by the form component."""
    return secrets.token_urlsafe(18)


def first_result(session: Session, key: str | None) -> str | None:
    """Where the form with this key led the first time; None when this is the first time.

    On PostgreSQL two of the same form at once queue here; SQLite has one writer anyway.
    """
    if not key or not KEY.fullmatch(key):
        return None
    if session.info.get(WRITING) and session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 2))))
    row = session.get(OneTimeKey, key)
    return row.result if row else None


def keep_result(session: Session, key: str | None, result: str, *, now: datetime) -> None:
    """Remember where the form led, in the transaction of what it created."""
    if key and KEY.fullmatch(key):
        session.add(OneTimeKey(key=key, result=result, used_at=now))
