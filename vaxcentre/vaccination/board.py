"""Who is under observation, and for how long still."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.models.injection import Injection
from vaxcentre.models.visit import Observation, Reaction, Visit
from vaxcentre.rules.status import observation_ends_at
from vaxcentre.rules.vocabulary import Outcome


@dataclass(frozen=True)
class Watched:
    """One person on the board."""

    visit: Visit
    started_at: datetime
    ends_at: datetime
    minutes: int
    minutes_left: int  # rounded up; nought or less when they may leave
    given: tuple[Injection, ...]
    reactions: int

    @property
    def is_over(self) -> bool:
        """Whether they may leave."""
        return self.minutes_left <= 0


def watched_people(session: Session, day: date, *, now: datetime) -> list[Watched]:
    """Everybody who is still watched that day, the one who may leave first on top."""
    statement = (
        select(Observation)
        .join(Visit, Visit.id == Observation.visit_id)
        .options(joinedload(Observation.visit).joinedload(Visit.patient))
        .where(Visit.day == day, Visit.undone_at.is_(None), Observation.left_at.is_(None))
    )
    rows = list(session.scalars(statement))
    ids = [row.visit_id for row in rows]
    given = _given(session, ids)
    reactions = _reactions(session, ids)
    people = [
        _watched(row, tuple(given[row.visit_id]), reactions.get(row.visit_id, 0), now)
        for row in rows
        if row.visit_id in given
    ]
    return sorted(people, key=lambda one: (one.ends_at, one.visit.queue_number))


def _watched(
    row: Observation, given: tuple[Injection, ...], reactions: int, now: datetime
) -> Watched:
    ends_at = observation_ends_at(row.started_at, row.minutes)
    left = -((now - ends_at) // timedelta(minutes=1))
    return Watched(row.visit, row.started_at, ends_at, row.minutes, left, given, reactions)


def _given(session: Session, visit_ids: list[int]) -> dict[int, list[Injection]]:
    found: dict[int, list[Injection]] = {}
    statement = (
        select(Injection)
        .options(joinedload(Injection.course))
        .where(
            Injection.visit_id.in_(visit_ids),
            Injection.replaced_at.is_(None),
            Injection.outcome == Outcome.GIVEN,
        )
        .order_by(Injection.id)
    )
    for row in session.scalars(statement):
        found.setdefault(row.visit_id, []).append(row)
    return found


def _reactions(session: Session, visit_ids: list[int]) -> dict[int, int]:
    statement = (
        select(Reaction.visit_id, func.count())
        .where(Reaction.visit_id.in_(visit_ids))
        .group_by(Reaction.visit_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(statement)}
