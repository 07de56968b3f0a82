"""What was typed before the lock: sealed on its writer's seat, and given back to nobody else."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from vaxcentre.models.locks import ALONE
from vaxcentre.models.staff import StaffSession
from vaxcentre.rules.desk import SHIFT

SECRETS = frozenset({"password", "again"})  # typed anew
PROOF = "csrf_token"  # belongs to the page that it was drawn on
PAGES = 5  # of one seat: as many tabs as anybody fills in at once
LONGEST = 200_000  # signs


@dataclass(frozen=True)
class KeptForm:
    """One form as it stood when the screen was locked."""

    page: str  # where it is filled in
    action: str  # as that page writes it: where it is sent
    fields: tuple[tuple[str, str], ...]
    is_sent: bool  # it met the lock on its way: nothing is missing but the six digits


def read_typed(text: str | None, page: str) -> KeptForm | None:
    """What the script sent along with the lock; None where nothing usable was typed."""
    try:
        action, fields = json.loads((text or "")[:LONGEST])
        pairs = without_secrets((name, value) for name, value in fields)
    except (ValueError, TypeError):
        return None
    is_text = all(isinstance(part, str) for part in [action, *(p for pair in pairs for p in pair)])
    return KeptForm(page, action, pairs, is_sent=False) if is_text and pairs else None


def without_secrets(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The fields that may wait in the database."""
    return tuple((name, text) for name, text in fields if name not in {PROOF, *SECRETS})


def keep(session: Session, seat_id: int, desk: str, form: KeptForm, *, box: Fernet) -> None:
    """Keep a form on the seat of who typed it, instead of an older one of the same page."""
    row = _seat(session, seat_id)
    if row is None or row.desk != desk or row.ended_at is not None:
        return
    others = [one for one in _open(row.kept, box) if one.page != form.page]
    _seal(row, [*others, form][-PAGES:], box)


def take_sent(session: Session, seat_id: int, *, box: Fernet) -> KeptForm | None:
    """Take out the form that met the lock on its way, to be sent now or never."""
    return _take(session, seat_id, box, lambda form: form.is_sent)


def take_typed(session: Session, seat_id: int, page: str, *, box: Fernet) -> KeptForm | None:
    """Take out what was half typed on this page, to stand in its form again."""
    return _take(session, seat_id, box, lambda form: not form.is_sent and form.page == page)


def pages_waiting(sealed: str | None, *, box: Fernet) -> list[str]:
    """The pages on which something half typed waits, the latest first."""
    return [form.page for form in reversed(_open(sealed, box)) if not form.is_sent]


def over(now: datetime) -> ColumnElement[bool]:
    """The seats whose shift is over, or that somebody has left: nothing is kept on them."""
    return or_(StaffSession.ended_at.is_not(None), StaffSession.signed_in_at <= now - SHIFT)


def _take(
    session: Session, seat_id: int, box: Fernet, is_it: Callable[[KeptForm], bool]
) -> KeptForm | None:
    row = _seat(session, seat_id)
    forms = _open(row.kept, box) if row else []
    found = next((form for form in reversed(forms) if is_it(form)), None)
    if row is not None and found is not None:
        _seal(row, [form for form in forms if form is not found], box)
    return found


def _seat(session: Session, seat_id: int) -> StaffSession | None:
    return session.scalar(
        select(StaffSession).where(StaffSession.id == seat_id).with_for_update(**ALONE)
    )


def _seal(row: StaffSession, forms: Iterable[KeptForm], box: Fernet) -> None:
    stored = [asdict(form) for form in forms]
    row.kept = box.encrypt(json.dumps(stored).encode()).decode("ascii") if stored else None


def _open(sealed: str | None, box: Fernet) -> list[KeptForm]:
    """The forms; none where they were sealed with another key."""
    if not sealed:
        return []
    try:
        stored: list[dict[str, Any]] = json.loads(box.decrypt(sealed.encode()))
    except InvalidToken:
        return []
    return [
        KeptForm(**{**form, "fields": tuple((name, value) for name, value in form["fields"])})
        for form in stored
    ]
