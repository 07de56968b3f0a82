"""Appointments as plain values: what the pages, the papers and the calendar show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from vaxcentre.models.appointment import Appointment, AppointmentMove, PlannedDose
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.visit import Interview, Visit
from vaxcentre.rules.identity import first_given_name


@dataclass(frozen=True)
class DoseCard:
    """A dose of an appointment."""

    course_id: int
    name_fr: str
    name_en: str
    short_fr: str
    short_en: str
    dose_number: int
    previous_on: date | None

    def name(self, language: str) -> str:
        """The course's name in the reader's language."""
        return self.name_en if language == "en" else self.name_fr

    def short_name(self, language: str) -> str:
        """The disease in a word or two, where there is no room."""
        return self.short_en if language == "en" else self.short_fr


@dataclass(frozen=True)
class AppointmentCard:
    """An appointment with all that its owner may see."""

    id: int
    reference: str
    link_version: int
    pair_id: str | None
    slot_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    held_until: datetime | None
    booked_at: datetime | None
    cancelled_at: datetime | None
    lapsed_at: datetime | None
    to_review_at: datetime | None
    moved_at: datetime | None
    moves: int
    is_here: bool
    declared: frozenset[int]  # the courses whose condition was declared
    # As who booked has typed them: a match shows nothing of what is stored.
    family_name: str
    given_name: str
    birth_on: date | None
    doses: tuple[DoseCard, ...]

    def is_held(self, now: datetime) -> bool:
        """Whether it is a hold that still counts."""
        return (
            self.booked_at is None
            and self.lapsed_at is None
            and self.held_until is not None
            and self.held_until > now
        )

    @property
    def is_live(self) -> bool:
        """Whether it still stands: neither cancelled nor given away."""
        return self.cancelled_at is None and self.lapsed_at is None

    def is_past(self, now: datetime) -> bool:
        """Whether its time is over, or the person has come."""
        return self.is_here or self.ends_at <= now

    def is_to_come(self, now: datetime) -> bool:
        """Whether the person is still expected."""
        return self.cancelled_at is None and not self.is_past(now)

    @property
    def changed_at(self) -> datetime:
        """The last moment at which anything about it changed."""
        moments = (self.booked_at, self.moved_at, self.cancelled_at)
        return max(moment for moment in moments if moment is not None)

    @property
    def sequence(self) -> int:
        """How many times a calendar must have heard of a change."""
        return self.moves + (self.cancelled_at is not None)


def live_cards(session: Session, appointment_ids: Collection[int]) -> list[AppointmentCard]:
    """Those of these appointments that still stand, in order of their times."""
    return [card for card in appointment_cards(session, appointment_ids) if card.is_live]


def appointment_cards(session: Session, appointment_ids: Collection[int]) -> list[AppointmentCard]:
    """These appointments, in order of their times."""
    if not appointment_ids:
        return []
    moves = (
        select(func.count(AppointmentMove.id))
        .where(AppointmentMove.appointment_id == Appointment.id)
        .scalar_subquery()
    )
    visits = (
        select(func.count(Visit.id))
        .where(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Appointment, Slot, Clinic.day, moves, visits)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .options(
            joinedload(Appointment.patient),
            selectinload(Appointment.planned_doses).joinedload(PlannedDose.course),
        )
        .where(Appointment.id.in_(appointment_ids))
        .order_by(Slot.starts_at, Appointment.id)
    )
    return [_card(*row) for row in rows]


def _card(
    appointment: Appointment, slot: Slot, day: date, moves: int, visits: int
) -> AppointmentCard:
    patient = appointment.patient
    return AppointmentCard(
        id=appointment.id,
        reference=appointment.reference,
        link_version=appointment.link_version,
        pair_id=appointment.pair_id,
        slot_id=slot.id,
        day=day,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        held_until=appointment.held_until,
        booked_at=appointment.booked_at,
        cancelled_at=appointment.cancelled_at,
        lapsed_at=appointment.lapsed_at,
        to_review_at=appointment.to_review_at,
        moved_at=appointment.moved_at,
        moves=moves,
        is_here=visits > 0,
        declared=appointment.declared_courses,
        family_name=appointment.typed_family_name or (patient.family_name if patient else ""),
        given_name=first_given_name(
            appointment.typed_given_names or (patient.given_names if patient else "")
        ),
        birth_on=patient.birth_on if patient else None,
        doses=tuple(
            DoseCard(
                p.course_id,
                p.course.name_fr,
                p.course.name_en,
                p.course.short_name("fr"),
                p.course.short_name("en"),
                p.dose_number,
                p.previous_on,
            )
            for p in appointment.planned_doses
        ),
    )


def with_pair(session: Session, appointment_id: int) -> list[AppointmentCard]:
    """An appointment and, where it has one, the other of its pair; cancelled ones too."""
    pair_id = session.scalar(select(Appointment.pair_id).where(Appointment.id == appointment_id))
    ids: Sequence[int] = [appointment_id]
    if pair_id is not None:
        ids = session.scalars(
            select(Appointment.id).where(
                Appointment.pair_id == pair_id, Appointment.booked_at.is_not(None)
            )
        ).all()
    return appointment_cards(session, ids)


def next_to_come(cards: Iterable[AppointmentCard], now: datetime) -> AppointmentCard | None:
    """The first of these for which the person is still expected."""
    return next((card for card in cards if card.is_to_come(now)), None)


def answered_at(session: Session, appointment_id: int) -> datetime | None:
    """When the health questions were last answered at home for an appointment."""
    return session.scalar(
        select(func.max(Interview.answered_at)).where(
            Interview.appointment_id == appointment_id, Interview.answered_by_id.is_(None)
        )
    )


def vaccinated(session: Session, appointment_ids: Collection[int]) -> dict[int, datetime]:
    """Of these appointments, those at which an injection was given that stands, and when."""
    statement = (
        select(Visit.appointment_id, func.min(Injection.given_at).label("given_at"))
        .join(Injection, Injection.visit_id == Visit.id)
        .where(
            Visit.appointment_id.in_(appointment_ids),
            Visit.undone_at.is_(None),
            Injection.is_current,
        )
        .group_by(Visit.appointment_id)
    )
    return {row.appointment_id: row.given_at for row in session.execute(statement)}
