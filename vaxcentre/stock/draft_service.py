"""A delivery while its boxes are being scanned: each box adds one, and another lot is refused."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from vaxcentre.rules.gs1 import BoxReading
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.stock.receive_service import (
    Box,
    ExpiredOnReceipt,
    check_box,
    check_known_expiry,
    vaccine_of,
)


class BoxScannedTwice(Refusal):
    """The very same box was scanned a moment ago."""

    sentence = N_("This box (serial %(serial)s) has just been scanned: it is counted once.")
    field = "scan"


class AnotherLotScanned(Refusal):
    """The box does not belong to the delivery that is being counted."""

    sentence = N_("This box is not of lot %(lot)s. Save the boxes counted so far, then scan it.")
    field = "scan"


@dataclass(frozen=True)
class Draft:
    """What is known of the delivery so far; None where neither scanned nor typed."""

    vaccine_id: int | None = None
    lot_number: str | None = None
    expires_on: date | None = None
    box_count: int = 0
    boxes: tuple[Box, ...] = ()


def add_box(session: Session, draft: Draft, reading: BoxReading, *, day: date) -> Draft:
    """Add one scanned box to the delivery.

    What the code does not hold stays as it was typed: an old box may carry its product only.

    Raises:
        ProductUnknown, ExpiredOnReceipt, OtherExpiryKnown, BoxAlreadyReceived: this box cannot
            be received.
        AnotherLotScanned, BoxScannedTwice: it does not belong here, or is counted already.
    """
    vaccine = vaccine_of(session, reading.gtin)
    if draft.lot_number and _differs(draft, reading, vaccine.id):
        raise AnotherLotScanned(lot=draft.lot_number)
    if reading.expires_on is not None and reading.expires_on < day:
        raise ExpiredOnReceipt(lot=reading.lot or "?", expires_on=reading.expires_on)
    if reading.lot and reading.expires_on:
        check_known_expiry(session, vaccine.id, reading.lot, reading.expires_on)
    boxes = draft.boxes
    if reading.serial:
        box = Box(vaccine.gtin14, reading.serial)
        if box in boxes:
            raise BoxScannedTwice(serial=box.serial)
        check_box(session, box)
        boxes = (*boxes, box)
    return replace(
        draft,
        vaccine_id=vaccine.id,
        lot_number=reading.lot or draft.lot_number,
        expires_on=reading.expires_on or draft.expires_on,
        box_count=draft.box_count + 1 if draft.lot_number else 1,
        boxes=boxes,
    )


def _differs(draft: Draft, reading: BoxReading, vaccine_id: int) -> bool:
    return (
        (draft.vaccine_id not in {None, vaccine_id})
        or (reading.lot is not None and reading.lot != draft.lot_number)
        or (
            None not in {reading.expires_on, draft.expires_on}
            and reading.expires_on != draft.expires_on
        )
    )
