"""Who is under observation, and for how long still."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.visit import Observation, Reaction, Visit
from vaxcentre.rules.status import observation_ends_at
from vaxcentre.rules.undo import UNDO_FOR


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
    next_appointment_id: int | None  # whose confirmation is printed at the exit

    @property
    def is_over(self) -> bool:
        """Whether they may leave."""
        return self.minutes_left <= 0


@dataclass(frozen=True)
class Gone:
    """Somebody who has just been noted as gone."""

    visit: Visit
    left_at: datetime
    undo_until: datetime


def gone_lately(session: Session, day: date, *, now: datetime) -> list[Gone]:
    """Who left in the last ten minutes, the latest first: a slip of the finger is taken back."""
    rows = session.scalars(
        select(Observation)
        .join(Visit, Visit.id == Observation.visit_id)
        .options(joinedload(Observation.visit).joinedload(Visit.patient))
        .where(Visit.day == day, Visit.undone_at.is_(None), Observation.left_at > now - UNDO_FOR)
        .order_by(Observation.left_at.desc())
    )
    return [
        Gone(row.visit, row.left_at, row.left_at + UNDO_FOR)
        for row in rows
        if row.left_at is not None
    ]


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
    following = _next_appointments(session, [row.visit.patient_id for row in rows], now)
    people = [
        _watched(
            row,
            tuple(given[row.visit_id]),
            reactions.get(row.visit_id, 0),
            following.get(row.visit.patient_id),
            now,
        )
        for row in rows
        if row.visit_id in given
    ]
    return sorted(people, key=lambda one: (one.ends_at, one.visit.queue_number))


def _watched(
    row: Observation,
    given: tuple[Injection, ...],
    reactions: int,
    following: int | None,
    now: datetime,
) -> Watched:
    ends_at = observation_ends_at(row.started_at, row.minutes)
    left = -((now - ends_at) // timedelta(minutes=1))
    return Watched(
        row.visit, row.started_at, ends_at, row.minutes, left, given, reactions, following
    )


def _next_appointments(
    session: Session, patient_ids: list[int], now: datetime
) -> dict[int, int | None]:
    """The next live appointment of each of these people."""
    statement = (
        select(Appointment.patient_id, Appointment.id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            Appointment.patient_id.in_(patient_ids),
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
            Appointment.lapsed_at.is_(None),
            Slot.starts_at > now,
            ~exists().where(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None)),
        )
        .order_by(Slot.starts_at.desc())
    )
    # The earliest comes last and stays.
    return {who: number for who, number in session.execute(statement) if who is not None}


def _given(session: Session, visit_ids: list[int]) -> dict[int, list[Injection]]:
    found: dict[int, list[Injection]] = {}
    statement = (
        select(Injection)
        .options(joinedload(Injection.course))
        .where(
            Injection.visit_id.in_(visit_ids),
            Injection.is_current,
        )
        .order_by(Injection.id)
    )
    for row in session.scalars(statement):
        found.setdefault(row.visit_id, []).append(row)
    return found


def _reactions(session: Session, visit_ids: list[int]) -> dict[int, int]:
    statement = (
        select(Reaction.visit_id, func.count())
        .where(
            Reaction.visit_id.in_(visit_ids),
            Reaction.replaced_at.is_(None),
            Reaction.is_in_error.is_(False),
        )
        .group_by(Reaction.visit_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(statement)}
