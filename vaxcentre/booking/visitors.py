"""How many times one visitor's address may keep at once, so that nobody holds the whole day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from vaxcentre.booking.refusals import TooManyHolds
from vaxcentre.models.appointment import Appointment
from vaxcentre.writing import read_one

# A family books one person after the other and keeps two times at most. The computers of a
# library, or the phones behind one operator's address, may be fifteen people with a pair each.
# Nobody else needs more, and a day of a centre has hundreds of places.
MOST_HOLDS = 30
_HELD = select(func.count(Appointment.id)).where(
    Appointment.held_from == bindparam("held_from"), Appointment.held_until > bindparam("now")
)


def refuse_many(session: Session, held_from: str | None, *, now: datetime) -> None:
    """See that the address keeps fewer times than one may; `held_from` is its mark.

    Raises:
        TooManyHolds.
    """
    if held_from is None:
        return  # staff answer for what they hold; an address of the house is no one visitor
    (count,) = read_one(session, _HELD, {"held_from": held_from, "now": now})
    if count >= MOST_HOLDS:
        raise TooManyHolds
