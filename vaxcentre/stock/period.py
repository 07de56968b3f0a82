"""Where the doses of a period went, lot by lot: what an inspector holds against the fridge."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind

IN = (MovementKind.RECEIVE, MovementKind.TRANSFER_IN)
OUT = (MovementKind.TRANSFER_OUT, MovementKind.RETURN)
FOUND = (MovementKind.EXTRA, MovementKind.ADJUST)


@dataclass(frozen=True)
class PeriodLine:
    """One lot in a period, all in doses; a movement that was taken back counts nowhere.

    before + received + found = given + discarded + sent + left, whatever happened.
    """

    lot: Lot
    before: int
    received: int
    found: int  # beyond a vial's number, or more than expected at a count
    given: int
    discarded: Counter[DiscardReason] = field(hash=False)
    discarded_opened: int  # of the discarded, from opened vials
    sent: int
    left: int
    people: tuple[str, ...]

    @property
    def discarded_total(self) -> int:
        """Doses thrown away, for whatever reason."""
        return self.discarded.total()

    @property
    def is_explained(self) -> bool:
        """Whether every dose has its place."""
        came = self.before + self.received + self.found
        return came == self.given + self.discarded_total + self.sent + self.left


@dataclass(frozen=True)
class Totals:
    """The same sums over all lots."""

    before: int
    received: int
    found: int
    given: int
    discarded: Counter[DiscardReason] = field(hash=False)
    discarded_opened: int
    sent: int
    left: int

    @property
    def wasted_percent(self) -> float:
        """Doses thrown away, in percent of those used up (given or thrown away)."""
        used = self.given + self.discarded.total()
        return 100 * self.discarded.total() / used if used else 0.0


def lines(session: Session, since: datetime, until: datetime) -> list[PeriodLine]:
    """Every lot that had doses or moved between two moments, by product and expiry."""
    sums: dict[int, Counter[tuple[MovementKind, DiscardReason | None, bool]]] = defaultdict(Counter)
    for lot_id, kind, reason, is_opened, doses in session.execute(_sums(since, until)):
        sums[lot_id][(kind, reason, is_opened)] += int(doses)
    before = _before(session, since)
    people = _people(session, since, until)
    lots = session.scalars(
        select(Lot)
        .where(Lot.id.in_({*sums, *(lot for lot, doses in before.items() if doses)}))
        .options(joinedload(Lot.vaccine))
        .order_by(Lot.vaccine_id, Lot.expires_on, Lot.id)
    )
    return [
        _line(lot, before.get(lot.id, 0), sums[lot.id], tuple(people.get(lot.id, ())))
        for lot in lots
    ]


def totals(found: Iterable[PeriodLine]) -> Totals:
    """All lots together."""
    listed = list(found)
    discarded: Counter[DiscardReason] = Counter()
    for line in listed:
        discarded.update(line.discarded)
    return Totals(
        before=sum(line.before for line in listed),
        received=sum(line.received for line in listed),
        found=sum(line.found for line in listed),
        given=sum(line.given for line in listed),
        discarded=discarded,
        discarded_opened=sum(line.discarded_opened for line in listed),
        sent=sum(line.sent for line in listed),
        left=sum(line.left for line in listed),
    )


def _sums(since: datetime, until: datetime) -> Select[int, MovementKind, DiscardReason, bool, int]:
    """What moved, under the kind of the movement itself or of the one it takes back."""
    back = aliased(StockMovement)
    kind = func.coalesce(back.kind, StockMovement.kind)
    reason = func.coalesce(back.discard_reason, StockMovement.discard_reason)
    is_opened = func.coalesce(back.vial_id, StockMovement.vial_id).is_not(None)
    return (
        select(StockMovement.lot_id, kind, reason, is_opened, func.sum(StockMovement.doses))
        .outerjoin(back, back.id == StockMovement.reverses_id)
        .where(StockMovement.moved_at >= since, StockMovement.moved_at < until)
        .group_by(StockMovement.lot_id, kind, reason, is_opened)
    )


def _before(session: Session, since: datetime) -> dict[int, int]:
    rows = session.execute(
        select(StockMovement.lot_id, func.sum(StockMovement.doses))
        .where(StockMovement.moved_at < since)
        .group_by(StockMovement.lot_id)
    )
    return {lot_id: int(doses) for lot_id, doses in rows}


def _people(session: Session, since: datetime, until: datetime) -> dict[int, list[str]]:
    rows = session.execute(
        select(StockMovement.lot_id, StaffMember)
        .join(StaffMember, StaffMember.id == StockMovement.moved_by_id)
        .where(StockMovement.moved_at >= since, StockMovement.moved_at < until)
        .distinct()
    )
    found: dict[int, list[str]] = defaultdict(list)
    for lot_id, member in rows:
        found[lot_id].append(member.full_name)
    return {lot_id: sorted(names) for lot_id, names in found.items()}


def _line(
    lot: Lot,
    before: int,
    sums: Counter[tuple[MovementKind, DiscardReason | None, bool]],
    people: tuple[str, ...],
) -> PeriodLine:
    def of(*kinds: MovementKind) -> int:
        return sum(doses for (kind, _reason, _opened), doses in sums.items() if kind in kinds)

    discarded: Counter[DiscardReason] = Counter()
    opened = 0
    for (kind, reason, is_opened), doses in sums.items():
        if kind is MovementKind.DISCARD and reason is not None and doses:
            discarded[reason] -= doses
            opened -= doses if is_opened else 0
    return PeriodLine(
        lot=lot,
        before=before,
        received=of(*IN),
        found=of(*FOUND),
        given=-of(MovementKind.GIVE),
        discarded=discarded,
        discarded_opened=opened,
        sent=-of(*OUT),
        left=before + sum(sums.values()),
        people=people,
    )
