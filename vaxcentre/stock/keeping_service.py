"""What a stock keeper does with doses that are here: discard, take back, block a lot."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.undo import may_undo
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind
from vaxcentre.stock import service

# An injection is corrected by the nurse, a vial where it was opened.
UNDOABLE = frozenset(MovementKind) - {
    MovementKind.GIVE,
    MovementKind.OPEN,
    MovementKind.EXTRA,
    MovementKind.REVERSAL,
}


class MoreThanOnHand(Refusal):
    """There are fewer doses in the lot than were to be taken out."""

    sentence = N_("Only %(left)s doses are left in lot %(lot)s. Count again.")
    field = "doses"


class TooLateToUndo(Refusal):
    """The ten minutes for undoing have passed."""

    sentence = N_(
        "This was recorded at %(moved_at)s: it can no longer be undone here. "
        "Record what has happened since as a new delivery or discard."
    )


class NotForTheStockKeeper(Refusal):
    """An injection is corrected by the nurse, and its dose follows."""

    sentence = N_("This movement follows an injection: the nurse corrects the injection itself.")


class AlreadyBlocked(Refusal):
    """The lot is blocked already."""

    sentence = N_("Lot %(lot)s is already blocked: %(reason)s.")


class NotBlocked(Refusal):
    """The lot is not blocked."""

    sentence = N_("Lot %(lot)s is not blocked.")


@dataclass(frozen=True)
class Discard:
    """Doses to throw away, and why."""

    lot_id: int
    doses: int
    reason: DiscardReason
    note: str | None = None


def discard(session: Session, request: Discard, *, by_id: int, now: datetime) -> StockMovement:
    """Throw doses away, with the reason; expired and blocked lots too.

    Raises:
        MoreThanOnHand: the lot does not hold so many doses.
    """
    lot = service.lock_lot(session, request.lot_id)
    left = service.sealed_doses(session, lot)  # what is left in a vial is discarded there
    if request.doses > left:
        raise MoreThanOnHand(left=left, lot=lot.number)
    movement = service.add_movement(
        session,
        lot,
        MovementKind.DISCARD,
        -request.doses,
        by_id=by_id,
        now=now,
        discard_reason=request.reason,
        note=request.note,
    )
    audit.sign(
        session,
        "discard",
        movement,
        by_id=by_id,
        now=now,
        doses=request.doses,
        reason=request.reason.value,
    )
    return movement


def may_be_undone(movement: StockMovement, now: datetime) -> bool:
    """Whether this movement may still be taken back by the stock keeper."""
    return movement.kind in UNDOABLE and may_undo(movement.moved_at, now)


def undo(session: Session, movement_id: int, *, by_id: int, now: datetime) -> StockMovement:
    """Take back within ten minutes what the stock keeper recorded, with its exact opposite.

    Raises:
        NotForTheStockKeeper: the movement follows an injection, or is itself a reversal.
        TooLateToUndo: the ten minutes have passed.
        AlreadyReversed, LotEmpty: it was taken back before, or its doses are no longer there.
    """
    movement = session.get_one(StockMovement, movement_id)
    if movement.kind not in UNDOABLE:
        raise NotForTheStockKeeper
    if not may_be_undone(movement, now):
        raise TooLateToUndo(moved_at=movement.moved_at)
    return service.reverse(session, movement, by_id=by_id, now=now, note="")


def block(session: Session, lot_id: int, reason: str, *, by_id: int, now: datetime) -> Lot:
    """Block a lot, for a recall or a broken cold chain: from now on nobody can choose it.

    Raises:
        AlreadyBlocked: somebody was quicker; says for what reason.
    """
    lot = service.lock_lot(session, lot_id)
    if lot.blocked_at is not None:
        raise AlreadyBlocked(lot=lot.number, reason=lot.blocked_reason or "")
    lot.blocked_at, lot.blocked_by_id, lot.blocked_reason = now, by_id, reason
    audit.sign(session, "block", lot, by_id=by_id, now=now, reason=reason)
    return lot


def unblock(session: Session, lot_id: int, reason: str, *, by_id: int, now: datetime) -> Lot:
    """Give a blocked lot free again; why it was blocked and why no longer stays in the audit.

    Raises:
        NotBlocked: it is free already.
    """
    lot = service.lock_lot(session, lot_id)
    if lot.blocked_at is None:
        raise NotBlocked(lot=lot.number)
    lot.blocked_at = lot.blocked_by_id = lot.blocked_reason = None
    audit.sign(session, "unblock", lot, by_id=by_id, now=now, reason=reason)
    return lot
