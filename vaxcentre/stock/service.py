"""Doses in, doses out: the sum of the movements, and the only ways to add one."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.audit import service as audit
from vaxcentre.models.injection import Injection
from vaxcentre.models.locks import ALONE
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import CourseVaccine
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import MovementKind
from vaxcentre.stock import vials


class LotExpired(Refusal):
    """The lot is past its last day of use."""

    sentence = N_("Lot %(lot)s expired on %(expires_on)s. It must not be used: take another lot.")
    field = "lot"


class LotBlocked(Refusal):
    """The lot was blocked: recall or cold chain."""

    sentence = N_("Lot %(lot)s is blocked: %(reason)s. Take another lot.")
    field = "lot"


class LotEmpty(Refusal):
    """There is no dose left in the lot."""

    sentence = N_("No dose is left in lot %(lot)s. Take another lot, or record the delivery first.")
    field = "lot"


class AlreadyReversed(Refusal):
    """The movement was taken back before."""

    sentence = N_("This movement has already been taken back.")


def doses_on_hand(session: Session, lot_id: int) -> int:
    """Doses left in a lot: the sum of its movements, nothing else."""
    total = session.scalar(
        select(func.coalesce(func.sum(StockMovement.doses), 0)).where(
            StockMovement.lot_id == lot_id
        )
    )
    return int(total or 0)


def lots_on_hand(session: Session, course_id: int | None = None) -> list[tuple[Lot, int]]:
    """Every lot that has doses left, soonest expiry first; of one course where it is named."""
    left = func.coalesce(func.sum(StockMovement.doses), 0)
    statement = (
        select(Lot, left)
        .join(StockMovement, StockMovement.lot_id == Lot.id)
        .options(joinedload(Lot.vaccine))
        .group_by(Lot.id)
        .having(left > 0)
        .order_by(Lot.expires_on, Lot.id)
    )
    if course_id is not None:
        accepted = select(CourseVaccine.vaccine_id).where(CourseVaccine.course_id == course_id)
        statement = statement.where(Lot.vaccine_id.in_(accepted))
    return [(lot, int(doses)) for lot, doses in session.execute(statement)]


def usable_lots(session: Session, course_id: int, day: date) -> list[tuple[Lot, int]]:
    """The lots a nurse may draw from on that day, with their doses, soonest expiry first."""
    return [
        (lot, doses) for lot, doses in lots_on_hand(session, course_id) if lot.is_usable_on(day)
    ]


def usable_doses(
    session: Session, course_ids: Collection[int], day: date
) -> dict[int, dict[int, int]]:
    """Of each of these courses, the lots that may be drawn from on that day and their doses.

    A vaccine may count for several courses: its lots stand under each of them.
    """
    left = func.sum(StockMovement.doses)
    rows = session.execute(
        select(CourseVaccine.course_id, Lot.id, left)
        .join(Lot, Lot.vaccine_id == CourseVaccine.vaccine_id)
        .join(StockMovement, StockMovement.lot_id == Lot.id)
        .where(
            CourseVaccine.course_id.in_(course_ids), Lot.blocked_at.is_(None), Lot.expires_on >= day
        )
        .group_by(CourseVaccine.course_id, Lot.id)
        .having(left > 0)
    )
    found: dict[int, dict[int, int]] = {course_id: {} for course_id in course_ids}
    for course_id, lot_id, doses in rows:
        found[course_id][lot_id] = int(doses)
    return found


def sealed_doses(session: Session, lot: Lot) -> int:
    """Doses of a lot that stand in containers nobody has opened."""
    return doses_on_hand(session, lot.id) - vials.doses_in_vials(session, lot.id)


def lock_lot(session: Session, lot_id: int) -> Lot:
    """Take the lot's row, so that nobody draws from it at the same instant."""
    statement = (
        select(Lot)
        .where(Lot.id == lot_id)
        .with_for_update(**ALONE, of=Lot)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def check_usable(session: Session, lot: Lot, day: date, doses: int = 1) -> None:
    """Refuse a lot that may not be drawn from now: expired, blocked or empty."""
    if lot.blocked_at is not None:
        raise LotBlocked(lot=lot.number, reason=lot.blocked_reason or "")
    if lot.is_expired_on(day):
        raise LotExpired(lot=lot.number, expires_on=lot.expires_on)
    if doses_on_hand(session, lot.id) < doses:
        raise LotEmpty(lot=lot.number)


def add_movement(
    session: Session,
    lot: Lot,
    kind: MovementKind,
    doses: int,
    *,
    by_id: int,
    now: datetime,
    **facts: object,
) -> StockMovement:
    """Write one change of a locked lot; `doses` is signed, `facts` are the row's other columns."""
    movement = StockMovement(
        lot_id=lot.id, kind=kind, doses=doses, moved_at=now, moved_by_id=by_id, **facts
    )
    session.add(movement)
    session.flush()
    return movement


def take_for_injection(
    session: Session, injection: Injection, *, day: date, by_id: int, now: datetime
) -> StockMovement:
    """Take the dose of this injection out of its lot, in the injection's own transaction.

    Of a vaccine that comes in vials it is taken from the one that is in use in the box.

    Raises:
        LotExpired, LotBlocked, LotEmpty: this lot cannot be used on that day.
        NoVialOpen, VialPastTime: no vial of it may be drawn from.
    """
    lot = lock_lot(session, injection.lot_id)
    check_usable(session, lot, day)
    vial = vials.vial_to_draw_from(session, lot, injection.box, now=now)
    return add_movement(
        session,
        lot,
        MovementKind.GIVE,
        -1,
        by_id=by_id,
        now=now,
        injection_id=injection.id,
        vial_id=vial.id if vial else None,
    )


def put_back_for_injection(
    session: Session, injection: Injection, *, by_id: int, now: datetime, note: str
) -> StockMovement:
    """Take back the movement of an injection that is being corrected; once only."""
    lock_lot(session, injection.lot_id)
    given = session.scalars(
        select(StockMovement).where(
            StockMovement.injection_id == injection.id, StockMovement.kind == MovementKind.GIVE
        )
    ).one()
    return reverse(session, given, by_id=by_id, now=now, note=note)


def reverse(
    session: Session, movement: StockMovement, *, by_id: int, now: datetime, note: str
) -> StockMovement:
    """Take a movement back with its exact opposite.

    Raises:
        AlreadyReversed: it was taken back before.
        LotEmpty: the doses it had added are no longer there.
    """
    lot = lock_lot(session, movement.lot_id)
    if session.scalar(select(StockMovement.id).where(StockMovement.reverses_id == movement.id)):
        raise AlreadyReversed
    if movement.doses > 0 and doses_on_hand(session, lot.id) < movement.doses:
        raise LotEmpty(lot=lot.number)
    back = add_movement(
        session,
        lot,
        MovementKind.REVERSAL,
        -movement.doses,
        by_id=by_id,
        now=now,
        reverses_id=movement.id,
        vial_id=movement.vial_id,
        note=note,
    )
    audit.sign(session, "reverse_movement", back, by_id=by_id, now=now, reverses=movement.id)
    return back
