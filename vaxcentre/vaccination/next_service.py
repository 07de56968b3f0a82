"""The next dose, booked or moved before the person leaves the box."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.booking import changes
from vaxcentre.booking import service as booking
from vaxcentre.booking.availability import FreeTime, OpenDay, days_with_places
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.locks import take_patient
from vaxcentre.rules.vocabulary import Origin
from vaxcentre.vaccination.queries import NextDose, next_doses
from vaxcentre.vaccination.refusals import NotPlanned

OFFERED = 3


@dataclass(frozen=True)
class NextDoseRequest:
    """A time for the dose after the one given in this visit."""

    visit_id: int
    course_id: int
    slot_id: int


def next_times(session: Session, one: NextDose, *, now: datetime) -> list[FreeTime]:
    """Three free times for a next dose, each on another day, as near to the wished day as any."""
    days = days_with_places(session, frozenset({one.course.id}), now=now, for_staff=True)
    fitting = [day for day in days if day.times and _is_inside(one, day.day)]
    nearest = sorted(fitting, key=lambda day: (abs(day.day - one.due.target_on), day.day))[:OFFERED]
    return [_best_time(day) for day in sorted(nearest, key=lambda day: day.day)]


def _is_inside(one: NextDose, day: date) -> bool:
    last = one.due.latest_on
    return one.due.earliest_on <= day and (last is None or day <= last)


def _best_time(day: OpenDay) -> FreeTime:
    """The time of that day with the most places left; the first of those."""
    return max(day.times, key=lambda time: (time.left, -time.starts_at.timestamp()))


def book_next_dose(
    session: Session, request: NextDoseRequest, *, by_id: int, zone: ZoneInfo, now: datetime
) -> Appointment:
    """Book the next dose of a vaccination given in this visit, or move its appointment.

    Raises:
        NotPlanned: no dose of this vaccination follows one given in this visit.
        and all that booking.service.book and booking.changes.move refuse.
    """
    take_patient(session, read_visit(session, request.visit_id, now=now).visit.patient_id)
    standing = read_visit(session, request.visit_id, now=now)
    day = now.astimezone(zone).date()
    due = next_doses(session, standing.visit, standing.given, day=day, zone=zone)
    one = next((found for found in due if found.course.id == request.course_id), None)
    if one is None:
        raise NotPlanned
    if one.appointment_id is not None:
        return changes.move(session, one.appointment_id, request.slot_id, by_id=by_id, now=now)
    today = standing.visit.appointment
    return booking.book(
        session,
        booking.BookRequest(
            patient_id=standing.visit.patient_id,
            doses=(PlannedFor(request.course_id, one.due.dose_number),),
            slot_id=request.slot_id,
            origin=Origin.DESK,
            phone=today.phone,
            email=today.email,
            language=today.language,
            declared=today.declared_courses,
        ),
        by_id=by_id,
        now=now,
    )
