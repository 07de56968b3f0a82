"""Doses that leave for another house, and doses that are counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind
from vaxcentre.stock import service
from vaxcentre.stock.keeping_service import MoreThanOnHand


class CountedMeanwhile(Refusal):
    """Doses were moved between the page that was opened to count and the count."""

    sentence = N_("While you counted, doses of this lot were moved: %(left)s left. Count again.")
    field = "counted"


class FewerThanInVials(Refusal):
    """Fewer doses were counted than stand in opened vials."""

    sentence = N_(
        "%(doses)s doses stand in opened vials. What is missing there is discarded at the vial."
    )
    field = "counted"


class SurplusWithoutReason(Refusal):
    """More doses were counted than the movements explain, and nothing says where they come from."""

    sentence = N_("That is %(more)s more than the movements explain. Say where they come from.")
    field = "count_note"


@dataclass(frozen=True)
class Sending:
    """Doses that leave: to another centre, or back to the supplier."""

    lot_id: int
    kind: MovementKind  # TRANSFER_OUT or RETURN
    doses: int
    counterpart: str
    document_number: str | None = None


@dataclass(frozen=True)
class Count:
    """Doses counted by hand; `expected` is what the page said when the counting began."""

    lot_id: int
    counted: int
    expected: int
    note: str | None = None


def send(session: Session, request: Sending, *, by_id: int, now: datetime) -> StockMovement:
    """Take doses out that went to another centre or back to the supplier; blocked ones too.

    Raises:
        MoreThanOnHand: the lot does not hold so many doses.
    """
    lot = service.lock_lot(session, request.lot_id)
    left = service.sealed_doses(session, lot)
    if request.doses > left:
        raise MoreThanOnHand(left=left, lot=lot.number)
    movement = service.add_movement(
        session,
        lot,
        request.kind,
        -request.doses,
        by_id=by_id,
        now=now,
        counterpart=request.counterpart,
        document_number=request.document_number,
    )
    audit.sign(session, "send_doses", movement, by_id=by_id, now=now, doses=request.doses)
    return movement


def count(session: Session, request: Count, *, by_id: int, now: datetime) -> StockMovement | None:
    """Hold what is on the shelf against what the movements say; the difference is a movement.

    Fewer doses are discarded as missing, more are an adjustment that says where they come from.
    None where the count is right; it is signed all the same.

    Raises:
        CountedMeanwhile: doses were moved since the page was opened.
        FewerThanInVials: doses are missing in opened vials.
        SurplusWithoutReason: more were counted, and nothing says why.
    """
    lot = service.lock_lot(session, request.lot_id)
    left = service.doses_on_hand(session, lot.id)
    if left != request.expected:
        raise CountedMeanwhile(left=left)
    in_vials = left - service.sealed_doses(session, lot)
    if request.counted < in_vials:
        raise FewerThanInVials(doses=in_vials)
    more = request.counted - left
    if more > 0 and not request.note:
        raise SurplusWithoutReason(more=more)
    movement = _difference(session, lot, more, request.note, by_id=by_id, now=now)
    audit.sign(
        session, "count_doses", lot, by_id=by_id, now=now, counted=request.counted, expected=left
    )
    return movement


def _difference(
    session: Session, lot: Lot, more: int, note: str | None, *, by_id: int, now: datetime
) -> StockMovement | None:
    if more == 0:
        return None
    if more > 0:
        kind, reason = MovementKind.ADJUST, None
    else:
        kind, reason = MovementKind.DISCARD, DiscardReason.MISSING_AT_COUNT
    return service.add_movement(
        session, lot, kind, more, by_id=by_id, now=now, discard_reason=reason, note=note
    )
