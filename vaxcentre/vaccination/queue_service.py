"""Who comes next, and to which box."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.interview.standing import Standing
from vaxcentre.interview.visits import lock_visit, read_day, read_visit
from vaxcentre.models.locks import ALONE
from vaxcentre.models.staff import StaffSession
from vaxcentre.models.visit import Visit
from vaxcentre.vaccination.refusals import BoxNotChosen, CalledElsewhere, NotCheckedIn


def choose_box(session: Session, seat_id: int, box: int, *, by_id: int, now: datetime) -> None:
    """Note in which box this nurse works from now on."""
    row = session.get_one(StaffSession, seat_id)
    row.box = box
    row.station = f"Box {box}"
    audit.sign(session, "choose_box", row, by_id=by_id, now=now, box=box)


def in_box(people: list[Standing], box: int | None) -> Standing | None:
    """The person who has been called to this box and is not finished."""
    here = [
        one
        for one in people
        if box is not None and one.visit.box == box and one.visit.called_at and one.open_doses
    ]
    return here[-1] if here else None


def call_next(
    session: Session, box: int | None, *, by_id: int, day: date, now: datetime
) -> Visit | None:
    """Call the person who has been ready longest; the one already in this box, if there is one.

    Two nurses at the same instant never get the same person: each candidate's row is taken before
    it is looked at, and one that another box has taken is passed over.

    Raises:
        BoxNotChosen: nobody knows where to send them.
    """
    if box is None:
        raise BoxNotChosen
    people = read_day(session, day, now=now)
    waiting_here = in_box(people, box)
    if waiting_here is not None:
        return waiting_here.visit
    for one in people:
        if one.is_ready and (visit := _take(session, one.visit.id)):
            _call(session, visit, box, by_id=by_id, now=now)
            return visit
    return None


def _take(session: Session, visit_id: int) -> Visit | None:
    statement = (
        select(Visit)
        .where(Visit.id == visit_id, Visit.called_at.is_(None), Visit.undone_at.is_(None))
        .with_for_update(**ALONE, of=Visit, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one_or_none()


def call_to_box(
    session: Session, visit_id: int, box: int | None, *, by_id: int, day: date, now: datetime
) -> Visit:
    """Call one person by name, or the same person again.

    Raises:
        BoxNotChosen: nobody knows where to send them.
        NotCheckedIn: they are not here today.
        CalledElsewhere: another box has them.
    """
    if box is None:
        raise BoxNotChosen
    visit = lock_visit(session, visit_id)
    if visit.undone_at is not None or visit.day != day:
        raise NotCheckedIn
    if visit.called_at is not None and visit.box not in {None, box}:
        raise CalledElsewhere(box=visit.box)
    _call(session, visit, box, by_id=by_id, now=now)
    return visit


def put_back(session: Session, visit_id: int, *, by_id: int, now: datetime) -> Visit:
    """Put somebody who did not come, or is not ready, back into the queue at their place."""
    visit = lock_visit(session, visit_id)
    if read_visit(session, visit.id, now=now).open_doses:
        visit.called_at = visit.called_by_id = visit.box = None
        audit.sign(session, "put_back", visit, by_id=by_id, now=now, patient_id=visit.patient_id)
    return visit


def _call(session: Session, visit: Visit, box: int, *, by_id: int, now: datetime) -> None:
    visit.called_at, visit.called_by_id, visit.box = now, by_id, box
    audit.sign(session, "call", visit, by_id=by_id, now=now, patient_id=visit.patient_id, box=box)
