"""Opened vials: what is in them, and from which one a box draws now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from vaxcentre.models.stock import Lot, StockMovement, Vial
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import MovementKind


class NoVialOpen(Refusal):
    """Nothing of this lot is open in the box."""

    sentence = N_("No vial of lot %(lot)s is open in this box. Open one first.")
    field = "lot"


class VialPastTime(Refusal):
    """The vial was open for too long."""

    sentence = N_(
        "Vial %(number)s was to be discarded at %(discard_at)s: nothing may be drawn from it. "
        "Discard what is left, and open another."
    )
    field = "lot"


@dataclass(frozen=True)
class OpenVial:
    """An opened vial, and the doses still in it."""

    vial: Vial
    contents: int


def _contents() -> ColumnElement[int]:
    """The nominal number of a vial, and what was drawn, discarded, added; its own rows only."""
    moved = case((StockMovement.kind == MovementKind.OPEN, 0), else_=StockMovement.doses)
    drawn = (
        select(func.coalesce(func.sum(moved), 0))
        .where(StockMovement.vial_id == Vial.id)
        .correlate(Vial)
        .scalar_subquery()
    )
    return Vial.doses + drawn


def _with_contents() -> Select[Vial, int]:
    """Vials with what is in them."""
    return (
        select(Vial, _contents().label("contents"))
        .where(Vial.undone_at.is_(None))
        .order_by(Vial.opened_at, Vial.id)
    )


def contents_of(session: Session, vial_id: int) -> int:
    """The doses in this vial; none where its opening was undone."""
    row = session.execute(_with_contents().where(Vial.id == vial_id)).first()
    return int(row.contents) if row else 0


def opened_on(session: Session, day: date) -> list[OpenVial]:
    """Every vial of a day, and older ones that still hold something; the first to go first."""
    statement = (
        _with_contents()
        .join(Vial.lot)
        .options(contains_eager(Vial.lot).joinedload(Lot.vaccine))
        .where(or_(Vial.day == day, _contents() > 0))
        .order_by(None)
        .order_by(Vial.discard_at, Vial.id)
    )
    return [OpenVial(vial, int(contents)) for vial, contents in session.execute(statement)]


def in_use(session: Session, lot_ids: Collection[int], box: int | None) -> OpenVial | None:
    """The vial of these lots from which a box draws: the oldest that holds a dose."""
    statement = _with_contents().where(Vial.lot_id.in_(lot_ids), Vial.box == box)
    for vial, contents in session.execute(statement.options(joinedload(Vial.lot))):
        if contents > 0:
            return OpenVial(vial, int(contents))
    return None


def doses_in_vials(session: Session, lot_id: int) -> int:
    """Doses of a lot that stand in opened vials."""
    rows = session.execute(_with_contents().where(Vial.lot_id == lot_id))
    return sum(max(0, int(contents)) for _vial, contents in rows)


def vial_to_draw_from(session: Session, lot: Lot, box: int | None, *, now: datetime) -> Vial | None:
    """The open vial from which this box takes the next dose of a lot; None where none is needed.

    Raises:
        NoVialOpen: the box has none of this lot with a dose in it.
        VialPastTime: it was open for too long.
    """
    if not lot.vaccine.comes_in_vials:
        return None
    found = in_use(session, [lot.id], box)
    if found is None:
        raise NoVialOpen(lot=lot.number)
    if found.vial.is_past_time(now):
        raise VialPastTime(number=found.vial.number, discard_at=found.vial.discard_at)
    return found.vial
