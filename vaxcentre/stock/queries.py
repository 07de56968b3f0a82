"""What the stock pages read: lots with their sums, a lot's movements, who received it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot, StockMovement, Vial
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.models.visit import Visit
from vaxcentre.rules.status import lot_status
from vaxcentre.rules.vocabulary import LotStatus, MovementKind, Role

PAGE = 100


@dataclass(frozen=True)
class LotLine:
    """A lot and where its doses went; what was taken back counts nowhere."""

    lot: Lot
    received: int
    given: int
    discarded: int
    sent: int
    found: int  # more than the movements had explained: at a count, or in a vial
    on_hand: int

    def status_on(self, day: date) -> LotStatus:
        """Whether it may be drawn from on that day."""
        return lot_status(
            expires_on=self.lot.expires_on,
            is_blocked=self.lot.blocked_at is not None,
            doses=self.on_hand,
            day=day,
        )


@dataclass(frozen=True)
class MovementLine:
    """A movement, who made it, the doses left after it, and whether it was taken back."""

    movement: StockMovement
    by_name: str
    left: int
    is_reversed: bool


def all_lots(session: Session) -> list[LotLine]:
    """Every lot with its sums, soonest expiry first."""
    return [_line(row) for row in session.execute(_sums()).unique()]


def lot_line(session: Session, lot_id: int) -> LotLine | None:
    """One lot with its sums, or nothing where there is no such lot."""
    row = session.execute(_sums().where(Lot.id == lot_id)).unique().one_or_none()
    return _line(row) if row is not None else None


def _sums() -> Select[*tuple[Any, ...]]:
    original = aliased(StockMovement)
    kind = func.coalesce(original.kind, StockMovement.kind)

    def total(*of: MovementKind) -> ColumnElement[int]:
        doses = case((kind.in_(of), StockMovement.doses), else_=0)
        return func.coalesce(func.sum(doses), 0)

    sums = (
        select(
            StockMovement.lot_id,
            total(MovementKind.RECEIVE, MovementKind.TRANSFER_IN).label("received"),
            total(MovementKind.GIVE).label("given"),
            total(MovementKind.DISCARD).label("discarded"),
            total(MovementKind.TRANSFER_OUT, MovementKind.RETURN).label("sent"),
            total(MovementKind.ADJUST, MovementKind.EXTRA).label("found"),
            func.coalesce(func.sum(StockMovement.doses), 0).label("on_hand"),
        )
        .outerjoin(original, original.id == StockMovement.reverses_id)
        .group_by(StockMovement.lot_id)
        .subquery()
    )
    columns = ("received", "given", "discarded", "sent", "found", "on_hand")
    return (
        select(Lot, *(func.coalesce(sums.c[column], 0) for column in columns))
        .join(Lot.vaccine)
        .outerjoin(sums, sums.c.lot_id == Lot.id)
        .options(contains_eager(Lot.vaccine))
        .order_by(Lot.expires_on, Lot.id)
    )


def _line(row: Row[*tuple[Any, ...]]) -> LotLine:
    lot, received, given, discarded, sent, found, on_hand = row
    return LotLine(
        lot, int(received), -int(given), -int(discarded), -int(sent), int(found), int(on_hand)
    )


def doses_by_course(session: Session, lots: list[LotLine], day: date) -> list[tuple[Course, int]]:
    """Doses for that day by vaccination: each that is offered, or in stock and in season."""
    left: dict[int, int] = {}
    for line in lots:
        if line.status_on(day) is LotStatus.USABLE:
            left[line.lot.vaccine_id] = left.get(line.lot.vaccine_id, 0) + line.on_hand
    courses = session.scalars(
        select(Course)
        .options(joinedload(Course.accepted), selectinload(Course.rules))
        .order_by(Course.position, Course.name_fr)
    ).unique()
    found = [
        (course, sum(left.get(accepted.vaccine_id, 0) for accepted in course.accepted))
        for course in courses
    ]
    return [
        (course, doses)
        for course, doses in found
        if course.is_offered or (doses and course.has_rule_on(day))
    ]


def vaccines_in_use(session: Session) -> list[Vaccine]:
    """The products of the centre, by name."""
    return list(
        session.scalars(
            select(Vaccine)
            .where(Vaccine.withdrawn_at.is_(None))
            .order_by(Vaccine.name, Vaccine.containers_per_box, Vaccine.id)
        )
    )


def lots_in_vials(session: Session, day: date) -> list[tuple[Lot, str]]:
    """The lots of which a vial may be opened on that day, each with its vaccine's name."""
    return [
        (line.lot, f"{line.lot.vaccine.name} · {line.lot.number}")
        for line in all_lots(session)
        if line.lot.vaccine.comes_in_vials and line.status_on(day) is LotStatus.USABLE
    ]


def who_may_check(session: Session, but_id: int) -> list[StaffMember]:
    """The agents who may look at a dilution, without the one who made it."""
    people = session.scalars(
        select(StaffMember)
        .where(StaffMember.disabled_at.is_(None), StaffMember.id != but_id)
        .order_by(StaffMember.family_name, StaffMember.given_name)
    )
    return [one for one in people if one.may(Role.NURSE, Role.DOCTOR, Role.STOCK)]


def movements_of(session: Session, lot_id: int, page: int = 1) -> tuple[list[MovementLine], bool]:
    """One page of a lot's movements, newest first, and whether there are older ones."""
    back = aliased(StockMovement)
    left = func.sum(StockMovement.doses).over(order_by=StockMovement.id)
    rows = session.execute(
        select(
            StockMovement,
            StaffMember.given_name,
            StaffMember.family_name,
            left.label("left"),
            back.id.is_not(None),
        )
        .join(StaffMember, StaffMember.id == StockMovement.moved_by_id)
        .outerjoin(back, back.reverses_id == StockMovement.id)
        .where(StockMovement.lot_id == lot_id)
        .order_by(StockMovement.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    lines = [
        MovementLine(movement, f"{given} {family}", int(sum_left), bool(is_reversed))
        for movement, given, family, sum_left, is_reversed in rows
    ]
    return lines[:PAGE], len(lines) > PAGE


def vials_of(session: Session, lot_id: int) -> list[Vial]:
    """The opened vials of a lot, the latest first."""
    return list(
        session.scalars(
            select(Vial)
            .where(Vial.lot_id == lot_id, Vial.undone_at.is_(None))
            .order_by(Vial.opened_at.desc(), Vial.id.desc())
        )
    )


def recipients_of(session: Session, lot_id: int, vial_id: int | None = None) -> list[Injection]:
    """The injections that stand and were drawn from this lot, or this vial, latest first."""
    drawn = select(StockMovement.injection_id).where(
        StockMovement.vial_id == vial_id, StockMovement.kind == MovementKind.GIVE
    )
    return list(
        session.scalars(
            select(Injection)
            .options(
                joinedload(Injection.patient),
                joinedload(Injection.visit).joinedload(Visit.appointment),
            )
            .where(
                Injection.lot_id == lot_id,
                Injection.is_current,
                *([Injection.id.in_(drawn)] if vial_id else []),
            )
            .order_by(Injection.given_at.desc(), Injection.id.desc())
        )
    )
