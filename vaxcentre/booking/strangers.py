"""Who types somebody else's name learns at most that it cannot be done online, and not often.

Only the centre's record can refuse what the rules allow: each such refusal is counted for the
visitor's address as a wrong try is, so that nobody asks about a whole street.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.booking import tries
from vaxcentre.booking.refusals import TooManyPeople
from vaxcentre.database import transaction
from vaxcentre.rules.vocabulary import AttemptKind
from vaxcentre.web.visitor import outside_mark, subject_mark

KIND = AttemptKind.PERSON


def refuse_questioner(session: Session, *, now: datetime) -> None:
    """See that this visitor was not refused for ten people within the hour.

    An address of the house stands for many visitors, and a proxy that nobody has named for all of
    them: ten refusals must not close the booking to everybody.

    Raises:
        TooManyPeople.
    """
    mark = outside_mark()
    until = tries.waiting_until(session, KIND, mark, now=now) if mark else None
    if until is not None:
        raise TooManyPeople(until=until)


def note_refused(about: str, *, now: datetime) -> None:
    """Count a refusal that tells something of a record; the same one twice is one."""
    mark = outside_mark()
    if mark is None:
        return
    with transaction() as session:
        tries.note_once(session, KIND, subject_mark(about), mark, now=now)
