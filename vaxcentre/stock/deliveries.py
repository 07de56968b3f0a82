"""Deliveries that are announced: doses to come, expected against received."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.audit import service as audit
from vaxcentre.models.locks import ALONE
from vaxcentre.models.stock import ExpectedDelivery
from vaxcentre.models.vaccine import CourseVaccine, Vaccine
from vaxcentre.rules.refusal import N_, Refusal

LONGEST_AHEAD = timedelta(days=366)
EARLY = timedelta(days=3)  # a box that comes so much too soon is still the announced one


class DeliveryDayPast(Refusal):
    """It cannot be expected on a day that is over."""

    sentence = N_("This day is over: receive what came, or enter the day of the delivery.")
    field = "day"


class DeliveryTooFar(Refusal):
    """Nobody confirms a delivery so long before."""

    sentence = N_("This day is more than a year away. Check the year.")
    field = "day"


class NotAVaccineHere(Refusal):
    """The product is not used here, or no longer."""

    sentence = N_("This vaccine is no longer among those of the centre.")
    field = "vaccine_id"


class DeliverySettled(Refusal):
    """It came meanwhile, or a colleague has taken it off the list."""

    sentence = N_("This delivery is no longer expected: it was settled meanwhile.")


@dataclass(frozen=True)
class Announced:
    """What the supplier has confirmed."""

    vaccine_id: int
    day: date
    doses: int
    document_number: str | None = None


def announce(
    session: Session, asked: Announced, *, by_id: int, day: date, now: datetime
) -> ExpectedDelivery:
    """Write down a delivery that the supplier has confirmed.

    Raises:
        DeliveryDayPast, DeliveryTooFar, NotAVaccineHere: it cannot be.
    """
    if asked.day < day:
        raise DeliveryDayPast
    if asked.day - day > LONGEST_AHEAD:
        raise DeliveryTooFar
    vaccine = session.get(Vaccine, asked.vaccine_id)
    if vaccine is None or vaccine.withdrawn_at is not None:
        raise NotAVaccineHere
    row = ExpectedDelivery(
        vaccine_id=vaccine.id,
        day=asked.day,
        doses=asked.doses,
        document_number=asked.document_number,
        announced_at=now,
        announced_by_id=by_id,
        received_doses=0,
    )
    session.add(row)
    session.flush()
    audit.sign(session, "announce_delivery", row, by_id=by_id, now=now, doses=asked.doses)
    return row


def settle(
    session: Session, delivery_id: int, reason: str, *, by_id: int, now: datetime
) -> ExpectedDelivery:
    """Expect no more of it: it was cut, put off, or announced by mistake.

    Raises:
        DeliverySettled: there is nothing left to expect.
    """
    row = session.scalar(
        select(ExpectedDelivery).where(ExpectedDelivery.id == delivery_id).with_for_update(**ALONE)
    )
    if row is None or row.settled_at is not None:
        raise DeliverySettled
    row.settled_at, row.settled_by_id, row.settled_reason = now, by_id, reason[:300]
    audit.sign(session, "settle_delivery", row, by_id=by_id, now=now, reason=reason[:300])
    return row


def note_received(
    session: Session, vaccine_id: int, doses: int, *, by_id: int, day: date, now: datetime
) -> ExpectedDelivery | None:
    """Hold doses that came against what was announced of this product, the earliest first.

    Gives the delivery they were held against; None where nothing was announced.
    """
    row = session.scalar(
        select(ExpectedDelivery)
        .where(
            ExpectedDelivery.vaccine_id == vaccine_id,
            ExpectedDelivery.settled_at.is_(None),
            ExpectedDelivery.day <= day + EARLY,
        )
        .order_by(ExpectedDelivery.day, ExpectedDelivery.id)
        .limit(1)
        .with_for_update(**ALONE, of=ExpectedDelivery)
    )
    if row is None:
        return None
    row.received_doses += doses
    if row.received_doses >= row.doses:
        row.settled_at, row.settled_by_id = now, by_id
    return row


def expected(session: Session) -> Sequence[ExpectedDelivery]:
    """What is still expected, the soonest first."""
    return session.scalars(
        select(ExpectedDelivery)
        .where(ExpectedDelivery.settled_at.is_(None))
        .options(joinedload(ExpectedDelivery.vaccine))
        .order_by(ExpectedDelivery.day, ExpectedDelivery.id)
    ).all()


def settled(session: Session, *, most: int = 50) -> Sequence[ExpectedDelivery]:
    """What came or was given up, the latest first."""
    return session.scalars(
        select(ExpectedDelivery)
        .where(ExpectedDelivery.settled_at.is_not(None))
        .options(joinedload(ExpectedDelivery.vaccine))
        .order_by(ExpectedDelivery.settled_at.desc(), ExpectedDelivery.id.desc())
        .limit(most)
    ).all()


def coming(
    session: Session, course_ids: Collection[int], *, since: date
) -> dict[int, list[tuple[date, int]]]:
    """For each course, the days of confirmed deliveries and their doses; none that is overdue."""
    rows = session.execute(
        select(CourseVaccine.course_id, ExpectedDelivery)
        .join(ExpectedDelivery, ExpectedDelivery.vaccine_id == CourseVaccine.vaccine_id)
        .where(
            CourseVaccine.course_id.in_(course_ids),
            ExpectedDelivery.settled_at.is_(None),
            ExpectedDelivery.day >= since,
        )
    )
    found: dict[int, list[tuple[date, int]]] = {course_id: [] for course_id in course_ids}
    for course_id, row in rows:
        if row.still_to_come:
            found[course_id].append((row.day, row.still_to_come))
    return found
