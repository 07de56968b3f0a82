"""From what the scanner typed to a lot that may be injected, or the reason why not."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, CourseVaccine, Vaccine
from vaxcentre.rules.gs1 import BoxReading, BoxUnreadable, read_box
from vaxcentre.stock import service as stock
from vaxcentre.vaccination.refusals import (
    ExpiryDiffers,
    LotAmbiguous,
    LotToChoose,
    LotUnknown,
    ProductUnknown,
    WrongProduct,
)


def scan_lot(
    session: Session,
    text: str,
    course: Course,
    *,
    day: date,
    gs_substitute: str | None = None,
) -> Lot:
    """Find the lot that a scan, or a lot number typed from the box, names for this vaccination.

    Raises:
        BoxUnreadable, ProductUnknown, LotUnknown, LotToChoose, LotAmbiguous: it names no lot.
        WrongProduct, ExpiryDiffers, LotExpired, LotBlocked, LotEmpty: it must not be injected.
    """
    try:
        reading = read_box(text, today=day, gs_substitute=gs_substitute)
    except BoxUnreadable:
        lot = _by_number(session, text, course)
        if lot is None:
            if text.isalnum() and not text.isdigit() and len(text) <= 20:
                raise LotUnknown(lot=text) from None
            raise
    else:
        lot = _by_reading(session, reading, course, day)
    stock.check_usable(session, lot, day)
    return lot


def _by_number(session: Session, number: str, course: Course) -> Lot | None:
    """The one lot of this vaccination with this number; a lot of another vaccine is said so."""
    accepted = select(CourseVaccine.vaccine_id).where(CourseVaccine.course_id == course.id)
    statement = (
        select(Lot)
        .options(joinedload(Lot.vaccine))
        .where(func.upper(Lot.number) == text_key(number))
    )
    found = list(session.scalars(statement.where(Lot.vaccine_id.in_(accepted))))
    if not found and (other := session.scalar(statement.order_by(Lot.id).limit(1))):
        raise WrongProduct(vaccine=other.vaccine.name)
    return found[0] if len(found) == 1 else None


def text_key(number: str) -> str:
    """A lot number as it is compared: letters typed small are the same letters."""
    return number.strip().upper()


def _by_reading(session: Session, reading: BoxReading, course: Course, day: date) -> Lot:
    vaccine = session.scalar(select(Vaccine).where(Vaccine.gtin14 == reading.gtin))
    if vaccine is None:
        raise ProductUnknown
    check_product(session, vaccine, course)
    if reading.is_ambiguous:
        return _one_of(session, reading, vaccine)
    if reading.lot is None:
        return _only_lot(session, vaccine, course, day)
    lot = _stocked(session, vaccine, reading.lot)
    if lot is None:
        raise LotUnknown(lot=reading.lot)
    if reading.expires_on is not None and reading.expires_on != lot.expires_on:
        raise ExpiryDiffers(lot=lot.number, printed=reading.expires_on, kept=lot.expires_on)
    return lot


def _stocked(session: Session, vaccine: Vaccine, number: str) -> Lot | None:
    return session.scalar(select(Lot).where(Lot.vaccine_id == vaccine.id, Lot.number == number))


def _one_of(session: Session, reading: BoxReading, vaccine: Vaccine) -> Lot:
    """Where a separator was lost, the one reading that names a lot we have, with its expiry."""
    possible = [
        lot
        for one in reading.readings
        if one.lot and (lot := _stocked(session, vaccine, one.lot))
        if one.expires_on in {None, lot.expires_on}
    ]
    if len({lot.id for lot in possible}) != 1:
        raise LotAmbiguous(lots=", ".join(sorted({r.lot or "?" for r in reading.readings})))
    return possible[0]


def _only_lot(session: Session, vaccine: Vaccine, course: Course, day: date) -> Lot:
    lots = [
        lot
        for lot, _n in stock.usable_lots(session, course.id, day)
        if lot.vaccine_id == vaccine.id
    ]
    if not lots:
        raise LotUnknown(lot=vaccine.name)
    if len(lots) > 1:
        raise LotToChoose
    return lots[0]


def check_product(session: Session, vaccine: Vaccine, course: Course) -> None:
    """Refuse a vaccine that does not count as a dose of this vaccination."""
    accepted = select(CourseVaccine.id).where(
        CourseVaccine.course_id == course.id, CourseVaccine.vaccine_id == vaccine.id
    )
    if session.scalar(accepted) is None:
        raise WrongProduct(vaccine=vaccine.name)
