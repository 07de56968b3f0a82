"""A delivery: boxes are read, counted in doses, and each is received once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from vaxcentre.audit import service as audit
from vaxcentre.models.locks import take
from vaxcentre.models.stock import BoxSerial, Lot, StockMovement
from vaxcentre.models.vaccine import Vaccine
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import MovementKind
from vaxcentre.stock.deliveries import note_received
from vaxcentre.stock.service import add_movement

# No vaccine keeps for longer; a later date is a slip of the finger.
LONGEST_LIFE = timedelta(days=10 * 366)


class ProductUnknown(Refusal):
    """The box is of a product that the centre does not use."""

    sentence = N_(
        "This product (code %(code)s) is not among the centre's vaccines. "
        "The manager adds it in the office; then scan the box again."
    )
    field = "scan"


class ExpiredOnReceipt(Refusal):
    """The boxes are past their last day of use."""

    sentence = N_(
        "Lot %(lot)s expired on %(expires_on)s. Refuse the delivery, or set the boxes aside."
    )
    field = "expires_on"


class ExpiryTooFar(Refusal):
    """The expiry is too far away to be true."""

    sentence = N_("%(expires_on)s is more than ten years away. Check the expiry on the box.")
    field = "expires_on"


class OtherExpiryKnown(Refusal):
    """The same lot was received with another expiry."""

    sentence = N_(
        "Lot %(lot)s is known with the expiry %(known)s. Check the box: one of the two is misread."
    )
    field = "expires_on"


class BoxAlreadyReceived(Refusal):
    """A box with this serial number is in stock already."""

    sentence = N_("The box with serial %(serial)s was already received on %(received_at)s.")
    field = "scan"


class OtherProductScanned(Refusal):
    """The boxes that were scanned are of another product than the one chosen."""

    sentence = N_("The boxes you scanned are not of this vaccine. Start the delivery again.")
    field = "vaccine_id"


class FewerBoxesThanScanned(Refusal):
    """More boxes were scanned than the delivery says."""

    sentence = N_("You scanned %(scanned)s boxes: the number of boxes cannot be smaller.")
    field = "box_count"


@dataclass(frozen=True)
class Box:
    """One box of the delivery that told its serial number."""

    gtin14: str
    serial: str


@dataclass(frozen=True)
class Delivery:
    """Boxes of one lot that came together."""

    vaccine_id: int
    lot_number: str
    expires_on: date
    box_count: int
    boxes: tuple[Box, ...] = ()
    document_number: str | None = None
    counterpart: str | None = None  # the other centre that sent them, where it is no delivery


def doses_in(vaccine: Vaccine, box_count: int) -> int:
    """Doses in so many boxes of this product."""
    return box_count * vaccine.containers_per_box * vaccine.doses_per_container


def vaccine_of(session: Session, gtin14: str) -> Vaccine:
    """Find the product that a box says it is.

    Raises:
        ProductUnknown: the centre does not use it, or no longer.
    """
    vaccine = session.scalar(
        select(Vaccine).where(Vaccine.gtin14 == gtin14, Vaccine.withdrawn_at.is_(None))
    )
    if vaccine is None:
        raise ProductUnknown(code=gtin14.removeprefix("0"))
    return vaccine


def check_box(session: Session, box: Box) -> None:
    """Refuse a box that is in stock already.

    Raises:
        BoxAlreadyReceived: says when it was.
    """
    back = aliased(StockMovement)
    received = session.scalars(
        select(StockMovement)
        .join(BoxSerial, BoxSerial.movement_id == StockMovement.id)
        .outerjoin(back, back.reverses_id == StockMovement.id)
        .where(BoxSerial.gtin14 == box.gtin14, BoxSerial.serial == box.serial)
        .where(back.id.is_(None))
    ).first()
    if received is not None:
        raise BoxAlreadyReceived(serial=box.serial, received_at=received.moved_at)


def check_delivery(session: Session, delivery: Delivery, *, day: date) -> Vaccine:
    """Check all that a delivery can be refused for, and give its product.

    Raises:
        ProductUnknown, OtherProductScanned, FewerBoxesThanScanned, ExpiredOnReceipt, ExpiryTooFar,
        OtherExpiryKnown, BoxAlreadyReceived: each says what to look at.
    """
    vaccine = session.get(Vaccine, delivery.vaccine_id)
    if vaccine is None or vaccine.withdrawn_at is not None:
        raise ProductUnknown(code=vaccine.cip13 if vaccine else "?")
    if any(box.gtin14 != vaccine.gtin14 for box in delivery.boxes):
        raise OtherProductScanned
    if delivery.box_count < len(delivery.boxes):
        raise FewerBoxesThanScanned(scanned=len(delivery.boxes))
    _check_expiry(session, delivery, day)
    for box in delivery.boxes:
        check_box(session, box)
    return vaccine


def receive(
    session: Session, delivery: Delivery, *, by_id: int, day: date, now: datetime
) -> StockMovement:
    """Take a delivery into stock: the lot is made where it is new, and its doses are added.

    Raises:
        all that `check_delivery` raises.
    """
    # Two desks that receive one product wait for each other: no lot, no box is made twice.
    take(session, Vaccine, [delivery.vaccine_id])
    vaccine = check_delivery(session, delivery, day=day)
    lot = find_lot(session, vaccine.id, delivery.lot_number)
    if lot is None:
        lot = _new_lot(session, delivery, by_id=by_id, now=now)
    movement = add_movement(
        session,
        lot,
        MovementKind.TRANSFER_IN if delivery.counterpart else MovementKind.RECEIVE,
        doses_in(vaccine, delivery.box_count),
        by_id=by_id,
        now=now,
        box_count=delivery.box_count,
        document_number=delivery.document_number,
        counterpart=delivery.counterpart,
    )
    audit.sign(session, "receive", movement, by_id=by_id, now=now, doses=movement.doses)
    if not delivery.counterpart:
        note_received(session, vaccine.id, movement.doses, by_id=by_id, day=day, now=now)
    for box in delivery.boxes:
        _keep_serial(session, box, movement)
    return movement


def find_lot(session: Session, vaccine_id: int, number: str) -> Lot | None:
    """The lot of this product, however its letters were typed."""
    return session.scalar(
        select(Lot).where(Lot.vaccine_id == vaccine_id, func.upper(Lot.number) == number.upper())
    )


def _check_expiry(session: Session, delivery: Delivery, day: date) -> None:
    if delivery.expires_on < day:
        raise ExpiredOnReceipt(lot=delivery.lot_number, expires_on=delivery.expires_on)
    if delivery.expires_on - day > LONGEST_LIFE:
        raise ExpiryTooFar(expires_on=delivery.expires_on)
    check_known_expiry(session, delivery.vaccine_id, delivery.lot_number, delivery.expires_on)


def check_known_expiry(session: Session, vaccine_id: int, number: str, expires_on: date) -> None:
    """Refuse a lot that is in stock with another expiry.

    Raises:
        OtherExpiryKnown: one of the two was misread.
    """
    known = find_lot(session, vaccine_id, number)
    if known is not None and known.expires_on != expires_on:
        raise OtherExpiryKnown(lot=known.number, known=known.expires_on)


def _new_lot(session: Session, delivery: Delivery, *, by_id: int, now: datetime) -> Lot:
    lot = Lot(
        vaccine_id=delivery.vaccine_id,
        number=delivery.lot_number,
        expires_on=delivery.expires_on,
        created_at=now,
        created_by_id=by_id,
    )
    session.add(lot)
    session.flush()
    return lot


def _keep_serial(session: Session, box: Box, movement: StockMovement) -> None:
    """Remember the box; one whose receipt was taken back may come again."""
    known = session.scalar(
        select(BoxSerial).where(BoxSerial.gtin14 == box.gtin14, BoxSerial.serial == box.serial)
    )
    if known is not None:
        known.movement_id = movement.id
        return
    session.add(BoxSerial(gtin14=box.gtin14, serial=box.serial, movement_id=movement.id))
