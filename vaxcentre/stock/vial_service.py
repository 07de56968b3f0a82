"""What is done with a vial: open it, take a dose beyond its number, discard what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.stock import Lot, StockMovement, Vial
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.undo import may_undo
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind
from vaxcentre.stock import service, vials

LONGEST_AGO = timedelta(hours=12)


class NotInVials(Refusal):
    """The product has no vial to open."""

    sentence = N_("%(vaccine)s comes in single doses: there is no vial to open.")
    field = "lot"


class NoSealedVial(Refusal):
    """All that is left of the lot stands in opened vials."""

    sentence = N_("No sealed vial of lot %(lot)s is left. Take another lot.")
    field = "lot"


class VialInUse(Refusal):
    """The box still draws from another vial of this vaccine."""

    sentence = N_(
        "Vial %(number)s still holds %(doses)s doses in this box. "
        "Finish it, or discard what is left."
    )
    field = "lot"


class OpenedInTheFuture(Refusal):
    """The moment of opening has not come, or is long past."""

    sentence = N_("Type the time at which the vial was opened, within the last twelve hours.")
    field = "opened_at"


class SecondPersonNeeded(Refusal):
    """The product is diluted: two people look."""

    sentence = N_("This product is diluted: name the second person who checked it.")
    field = "checked_by_id"


class StillDosesInVial(Refusal):
    """There is no need of a dose beyond the number."""

    sentence = N_("Vial %(number)s still holds %(doses)s doses.")


class VialIsEmpty(Refusal):
    """There is nothing in the vial any more."""

    sentence = N_("Vial %(number)s is empty already.")


class DrawnFrom(Refusal):
    """Somebody has drawn from the vial: it was opened."""

    sentence = N_("Doses of vial %(number)s were used: its opening cannot be undone.")


class TooLateToUndo(Refusal):
    """The ten minutes for undoing have passed."""

    sentence = N_("Vial %(number)s was opened more than ten minutes ago: discard what is in it.")


@dataclass(frozen=True)
class Opening:
    """A vial to open, in which box, and who checked the dilution."""

    lot_id: int
    box: int | None
    checked_by_id: int | None = None
    opened_at: datetime | None = None  # now, where it is not said


def open_vial(session: Session, request: Opening, *, by_id: int, day: date, now: datetime) -> Vial:
    """Open a vial of a lot: it gets the next number of the day, and the time of its end.

    Raises:
        LotExpired, LotBlocked, LotEmpty: the lot may not be drawn from.
        NotInVials, NoSealedVial: there is nothing to open.
        VialInUse: the box has one of this vaccine that is not finished.
        OpenedInTheFuture: the moment that was typed is not of the last twelve hours.
        SecondPersonNeeded: the product is diluted, and nobody else has checked it.
    """
    lot = service.lock_lot(session, request.lot_id)
    opened_at = request.opened_at or now
    _check(session, request, lot, opened_at, by_id=by_id, day=day, now=now)
    minutes = lot.vaccine.minutes_after_opening
    assert minutes is not None
    vial = Vial(
        lot_id=lot.id,
        day=day,
        number=_next_number(session, day),
        box=request.box,
        doses=lot.vaccine.doses_per_container,
        opened_at=opened_at,
        opened_by_id=by_id,
        discard_at=opened_at + timedelta(minutes=minutes),
        checked_by_id=request.checked_by_id,
    )
    session.add(vial)
    session.flush()
    service.add_movement(session, lot, MovementKind.OPEN, 0, by_id=by_id, now=now, vial_id=vial.id)
    audit.sign(session, "open_vial", vial, by_id=by_id, now=now, lot_id=lot.id, box=request.box)
    return vial


def _check(
    session: Session,
    request: Opening,
    lot: Lot,
    opened_at: datetime,
    *,
    by_id: int,
    day: date,
    now: datetime,
) -> None:
    if not lot.vaccine.comes_in_vials:
        raise NotInVials(vaccine=lot.vaccine.name)
    service.check_usable(session, lot, day)
    if not now - LONGEST_AGO <= opened_at <= now:
        raise OpenedInTheFuture
    if lot.vaccine.needs_dilution and request.checked_by_id in {None, by_id}:
        raise SecondPersonNeeded
    if service.sealed_doses(session, lot) < lot.vaccine.doses_per_container:
        raise NoSealedVial(lot=lot.number)
    same = select(Lot.id).where(Lot.vaccine_id == lot.vaccine_id)
    busy = vials.in_use(session, session.scalars(same).all(), request.box)
    if busy is not None:
        raise VialInUse(number=busy.vial.number, doses=busy.contents)


def _next_number(session: Session, day: date) -> int:
    last = session.scalar(select(func.max(Vial.number)).where(Vial.day == day))
    return (last or 0) + 1


def take_extra(session: Session, vial_id: int, *, by_id: int, now: datetime) -> StockMovement:
    """There is one whole dose more in the vial than its number says: flagged, then drawn as usual.

    Raises:
        StillDosesInVial, VialPastTime, and what a lot that may not be used refuses.
    """
    vial = session.get_one(Vial, vial_id)
    lot = service.lock_lot(session, vial.lot_id)
    left = vials.contents_of(session, vial_id)
    if left > 0:
        raise StillDosesInVial(number=vial.number, doses=left)
    if vial.is_past_time(now):
        raise vials.VialPastTime(number=vial.number, discard_at=vial.discard_at)
    movement = service.add_movement(
        session, lot, MovementKind.EXTRA, 1, by_id=by_id, now=now, vial_id=vial.id
    )
    audit.sign(session, "take_extra_dose", movement, by_id=by_id, now=now, vial=vial.number)
    return movement


def discard_rest(
    session: Session, vial_id: int, reason: DiscardReason, *, by_id: int, now: datetime
) -> StockMovement:
    """Throw away what is left in a vial.

    Raises:
        VialIsEmpty: nothing is.
    """
    vial = session.get_one(Vial, vial_id)
    lot = service.lock_lot(session, vial.lot_id)
    left = vials.contents_of(session, vial_id)
    if left < 1:
        raise VialIsEmpty(number=vial.number)
    movement = service.add_movement(
        session,
        lot,
        MovementKind.DISCARD,
        -left,
        by_id=by_id,
        now=now,
        discard_reason=reason,
        vial_id=vial.id,
    )
    audit.sign(session, "discard", movement, by_id=by_id, now=now, doses=left, reason=reason.value)
    return movement


def undo_opening(session: Session, vial_id: int, *, by_id: int, now: datetime) -> Vial:
    """It was not this vial, or not this lot: within ten minutes, while nothing was drawn.

    Raises:
        TooLateToUndo, DrawnFrom.
    """
    vial = session.get_one(Vial, vial_id)
    lot = service.lock_lot(session, vial.lot_id)
    session.refresh(vial)
    if not may_undo(vial.opened_at, now):
        raise TooLateToUndo(number=vial.number)
    if vial.undone_at is not None or vials.contents_of(session, vial_id) != vial.doses:
        raise DrawnFrom(number=vial.number)
    opening = session.scalars(
        select(StockMovement).where(
            StockMovement.vial_id == vial_id, StockMovement.kind == MovementKind.OPEN
        )
    ).one()
    vial.undone_at = now
    service.reverse(session, opening, by_id=by_id, now=now, note="")
    audit.sign(session, "undo_opening", vial, by_id=by_id, now=now, lot_id=lot.id)
    return vial
