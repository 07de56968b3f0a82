"""The condition that some vaccinations ask for, said here instead of when it was booked."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking.changes import others_of_pair
from vaxcentre.interview.service import open_visit
from vaxcentre.interview.visits import NoSuchVisit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.locks import take
from vaxcentre.models.visit import Visit
from vaxcentre.rules.refusal import N_, Refusal


class NoConditionAsked(Refusal):
    """None of the planned vaccinations depends on a condition."""

    sentence = N_("The vaccinations of this visit ask for no condition.")


class ConditionUnchanged(Refusal):
    """It is on record as it was said."""

    sentence = N_("This is recorded already.")


def record_condition(
    session: Session, visit_id: int, declared: Collection[int], *, by_id: int, now: datetime
) -> Appointment:
    """Write down for which of the planned vaccinations the person is in the situation it describes.

    The dose that is due is reckoned anew, for a second appointment that is still to come as well.
    What was answered or decided before a condition was declared no longer lets the person go on:
    the questions are gone through again.

    Raises:
        NoSuchVisit, VisitOver: there is nothing left to decide.
        NoConditionAsked, ConditionUnchanged: there is nothing to write.
    """
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NoSuchVisit
    pair = [visit.appointment, *others_of_pair(session, visit.appointment)]
    taken = take(session, Appointment, [one.id for one in pair])
    standing = open_visit(session, visit_id, now)
    asked = {course.id for course in standing.conditional}
    if not asked:
        raise NoConditionAsked
    own = standing.visit.appointment
    if own.declared_courses & asked == asked & set(declared):
        raise ConditionUnchanged
    for appointment in taken:
        if appointment is not own and appointment.place.slot.starts_at <= now:
            continue  # what was said at a visit that is over stays as it was said
        for verb in sorted(_declare(appointment, asked, declared, now)):
            who = standing.visit.patient_id
            audit.sign(session, verb, appointment, by_id=by_id, now=now, patient_id=who)
    return own


def _declare(
    appointment: Appointment, asked: Collection[int], declared: Collection[int], now: datetime
) -> set[str]:
    """Mark each dose of the vaccinations asked about; gives what was done, in the audit's words."""
    done = set()
    for planned in appointment.planned_doses:
        applies = planned.course_id in declared
        if planned.course_id in asked and (planned.declared_at is not None) is not applies:
            planned.declared_at = now if applies else None
            done.add("declare_condition" if applies else "withdraw_condition")
    return done
