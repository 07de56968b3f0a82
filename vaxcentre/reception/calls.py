"""Who was called to which box in the last minutes, and who is next: numbers only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from vaxcentre.models.injection import Injection
from vaxcentre.models.visit import NoInjection, Visit

SHOWN_FOR = timedelta(minutes=5)
CALLS, NEXT = 6, 10


@dataclass(frozen=True)
class Calls:
    """What the screen shows."""

    called: tuple[tuple[int, int], ...]  # number and box, the latest first
    waiting: tuple[int, ...]  # the next numbers in the order of arrival


def calls_of_day(session: Session, day: date, now: datetime) -> Calls:
    """Read the day's calls."""
    here = (Visit.day == day, Visit.undone_at.is_(None))
    called = session.execute(
        select(Visit.queue_number, Visit.box)
        .where(*here, Visit.called_at > now - SHOWN_FOR, Visit.box.is_not(None))
        .order_by(Visit.called_at.desc(), Visit.id.desc())
        .limit(CALLS)
    )
    waiting = session.scalars(
        select(Visit.queue_number)
        .where(
            *here,
            Visit.called_at.is_(None),
            ~exists().where(Injection.visit_id == Visit.id),
            ~exists().where(NoInjection.visit_id == Visit.id, NoInjection.undone_at.is_(None)),
        )
        .order_by(Visit.queue_number)
        .limit(NEXT)
    )
    return Calls(tuple((number, box) for number, box in called if box is not None), tuple(waiting))
