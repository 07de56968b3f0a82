"""How long a slip of the finger can be taken back; after that it is corrected, with a reason."""

from datetime import datetime, timedelta

UNDO_FOR = timedelta(minutes=10)


def may_undo(done_at: datetime, now: datetime) -> bool:
    """Whether what was done then may still be taken back."""
    return now < done_at + UNDO_FOR
