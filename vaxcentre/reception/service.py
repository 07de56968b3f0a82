"""The person is here: check in, and take it back within ten minutes."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.audit import service as audit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Centre, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.locks import ALONE
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.reception.refusals import (
    AlreadyCalled,
    AlreadyHere,
    AppointmentCancelled,
    BookedAnew,
    DocumentNoteMissing,
    NoSuchAppointment,
    NotBookedYet,
    PlaceGivenAway,
    TooLateToUndo,
    WrongDay,
)
from vaxcentre.rules.undo import may_undo
from vaxcentre.rules.vocabulary import IdentityDocument

UNSAID = frozenset({IdentityDocument.OTHER, IdentityDocument.NONE})


@dataclass(frozen=True)
class Companion:
    """Who comes with a child or a protected adult."""

    name: str
    tie: str
    document: IdentityDocument | None
    authorisation_seen: bool


@dataclass(frozen=True)
class CheckInRequest:
    """What reception has seen: the document, and who comes along."""

    document: IdentityDocument
    note: str = ""
    companion: Companion | None = None


def check_in(
    session: Session,
    appointment_id: int,
    request: CheckInRequest,
    *,
    by_id: int,
    now: datetime,
    day: date,
) -> Visit:
    """Note that the person has come and which document was seen; give the day's next number.

    Raises:
        NoSuchAppointment, NotBookedYet, AppointmentCancelled, PlaceGivenAway, BookedAnew,
        AlreadyHere, WrongDay: nobody is expected today on this appointment.
        DocumentNoteMissing: another document or none, and not a word about it.
    """
    appointment = _lock(session, appointment_id)
    _check_expected(session, appointment, day)
    if request.document in UNSAID and not request.note:
        raise DocumentNoteMissing
    visit = Visit(
        appointment_id=appointment.id,
        patient_id=appointment.patient_id,
        day=day,
        queue_number=_next_number(session, day),
        checked_in_at=now,
        checked_in_by_id=by_id,
        identity_document=request.document,
        identity_note=request.note or None,
        identity_checked_at=now,
        identity_checked_by_id=by_id,
    )
    _add_companion(visit, request.companion, by_id=by_id, now=now)
    session.add(visit)
    audit.sign(
        session,
        "check_in",
        visit,
        by_id=by_id,
        now=now,
        patient_id=visit.patient_id,
        appointment=appointment.id,
        number=visit.queue_number,
        document=request.document,
    )
    return visit


def undo_check_in(session: Session, visit_id: int, *, by_id: int, now: datetime) -> Visit:
    """Take an arrival back: a new fact on the visit, nothing is erased; twice is harmless.

    Raises:
        AlreadyCalled: a nurse has called the person, or recorded an outcome.
        TooLateToUndo: it was noted more than ten minutes ago.
    """
    visit = session.scalars(
        select(Visit)
        .where(Visit.id == visit_id)
        .with_for_update(**ALONE, of=Visit)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if visit is None:
        raise NoSuchAppointment
    if visit.undone_at is not None:
        return visit
    if visit.called_at is not None or _has_outcome(session, visit):
        raise AlreadyCalled
    if not may_undo(visit.checked_in_at, now):
        raise TooLateToUndo(at=visit.checked_in_at)
    visit.undone_at = now
    visit.undone_by_id = by_id
    audit.sign(session, "undo_check_in", visit, by_id=by_id, now=now, patient_id=visit.patient_id)
    return visit


def last_document(session: Session, by_id: int) -> IdentityDocument:
    """The document this agent looked at last, as the next one's default."""
    found = session.scalar(
        select(Visit.identity_document)
        .where(
            Visit.checked_in_by_id == by_id,
            Visit.identity_document.is_not(None),
            Visit.identity_document.not_in(UNSAID),
        )
        .order_by(Visit.id.desc())
        .limit(1)
    )
    return found or IdentityDocument.IDENTITY_CARD


def _lock(session: Session, appointment_id: int) -> Appointment:
    """Take the appointment's row: two receptionists may have the same person before them."""
    found = session.scalars(
        select(Appointment)
        .where(Appointment.id == appointment_id)
        .options(joinedload(Appointment.place).joinedload(Place.slot).joinedload(Slot.clinic))
        .with_for_update(**ALONE, of=Appointment)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NoSuchAppointment
    return found


def _check_expected(session: Session, appointment: Appointment, day: date) -> None:
    if appointment.cancelled_at is not None:
        raise AppointmentCancelled(cancelled=appointment.cancelled_at)
    if appointment.booked_at is None:
        raise NotBookedYet
    if appointment.lapsed_at is not None:
        raise PlaceGivenAway
    here = session.scalar(
        select(Visit).where(Visit.appointment_id == appointment.id, Visit.undone_at.is_(None))
    )
    if here is not None:
        raise AlreadyHere(since=here.checked_in_at, number=here.queue_number)
    # Without a claim on any dose nobody could be interviewed, nor vaccinated.
    if all(planned.released_at is not None for planned in appointment.planned_doses):
        raise BookedAnew
    slot = appointment.place.slot
    if slot.clinic.day != day:
        raise WrongDay(expected=slot.starts_at)


def _next_number(session: Session, day: date) -> int:
    """The day's next queue number; numbers of undone arrivals are not given again."""
    # The centre's row is the turnstile: without it two desks would read the same last number.
    session.execute(select(Centre.id).with_for_update(**ALONE)).all()
    last = session.scalar(select(func.max(Visit.queue_number)).where(Visit.day == day))
    return (last or 0) + 1


def _add_companion(visit: Visit, companion: Companion | None, *, by_id: int, now: datetime) -> None:
    if companion is None:
        return
    visit.companion_name = companion.name or None
    visit.companion_tie = companion.tie or None
    visit.companion_document = companion.document
    if companion.authorisation_seen:
        visit.authorised_at = now
        visit.authorised_by_id = by_id


def _has_outcome(session: Session, visit: Visit) -> bool:
    given = select(Injection.id).where(Injection.visit_id == visit.id)
    not_given = select(NoInjection.id).where(
        NoInjection.visit_id == visit.id, NoInjection.undone_at.is_(None)
    )
    return any(session.scalar(found.limit(1)) is not None for found in (given, not_given))
