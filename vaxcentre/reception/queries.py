"""Reception reads: appointments with all that the desk needs, in a fixed number of queries."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.models.visit import Observation, Visit
from vaxcentre.reception.facts import Facts, row_of
from vaxcentre.reception.people import PERSON, person_of
from vaxcentre.reception.rows import Person, Row


def person(session: Session, patient_id: int) -> Person | None:
    """A person by number; one merged into another leads to the one that stays."""
    found = session.execute(
        select(*PERSON, Patient.merged_into_id).where(Patient.id == patient_id)
    ).one_or_none()
    if found is None:
        return None
    if found.merged_into_id is not None:
        return person(session, found.merged_into_id)
    return person_of(found)


def rows_of_day(session: Session, day: date, now: datetime) -> list[Row]:
    """Every booked appointment of the day that was not cancelled, slot by slot, by name."""
    return _read(session, now, _ROWS_OF_DAY, day=day)


def rows_of_patients(session: Session, patient_ids: Collection[int], now: datetime) -> list[Row]:
    """All that these people ever booked, in the order of time."""
    return _read(session, now, _ROWS_OF_PATIENTS, ids=list(patient_ids))


def places_of_day(session: Session, day: date) -> dict[int, int]:
    """How many places each slot of the day has."""
    statement = (
        select(Slot.id, func.count(Place.id).label("places"))
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .join(Place, Place.slot_id == Slot.id)
        .where(Clinic.day == day)
        .group_by(Slot.id)
    )
    return {one.id: one.places for one in session.execute(statement)}


def courses_of_day(session: Session, day: date) -> list[int]:
    """The courses that today's clinics offer."""
    statement = (
        select(ClinicCourse.course_id)
        .join(Clinic, Clinic.id == ClinicCourse.clinic_id)
        .where(Clinic.day == day, Clinic.closed_at.is_(None))
        .distinct()
        .order_by(ClinicCourse.course_id)
    )
    return list(session.scalars(statement))


def patient_of(session: Session, appointment_id: int) -> int | None:
    """Whose appointment it is."""
    return session.scalar(select(Appointment.patient_id).where(Appointment.id == appointment_id))


def has_live_pair(session: Session, appointment_id: int) -> bool:
    """Whether the appointment is one of two, and the other still stands."""
    pair_id = select(Appointment.pair_id).where(Appointment.id == appointment_id)
    other = select(Appointment.id).where(
        Appointment.pair_id == pair_id.scalar_subquery(),
        Appointment.id != appointment_id,
        Appointment.booked_at.is_not(None),
        Appointment.cancelled_at.is_(None),
    )
    return session.scalar(other.limit(1)) is not None


def row_by_id(session: Session, appointment_id: int, now: datetime) -> Row | None:
    """One appointment."""
    return next(iter(rows(session, now, Appointment.id == appointment_id)), None)


def row_by_reference(session: Session, reference: str, now: datetime) -> Row | None:
    """The appointment on a confirmation."""
    return next(iter(rows(session, now, Appointment.reference == reference)), None)


def row_by_visit(session: Session, visit_id: int, now: datetime) -> Row | None:
    """The appointment for which somebody came."""
    wanted = select(Visit.appointment_id).where(Visit.id == visit_id).scalar_subquery()
    return next(iter(rows(session, now, Appointment.id == wanted)), None)


def rows(session: Session, now: datetime, *wanted: ColumnElement[bool]) -> list[Row]:
    """The appointments of known people that meet the conditions."""
    return _read(session, now, _ROWS.where(*wanted))


def _read(
    session: Session, now: datetime, statement: Select[*tuple[Any, ...]], **values: object
) -> list[Row]:
    """The appointments as plain values; never more than nine queries."""
    found = session.execute(statement, {"now": now, **values}).all()
    if not found:
        return []
    facts = Facts.read(session, found)
    return [row_of(one, facts, now) for one in found]


def _first_was_missed() -> ColumnElement[bool]:
    """The other appointment of the pair came before this one, and nobody came for it."""
    first, place = aliased(Appointment), aliased(Place)
    slot, visit = aliased(Slot), aliased(Visit)
    missed = (
        select(first.id)
        .join(place, place.id == first.place_id)
        .join(slot, slot.id == place.slot_id)
        .outerjoin(visit, and_(visit.appointment_id == first.id, visit.undone_at.is_(None)))
        .where(
            first.pair_id == Appointment.pair_id,
            first.id != Appointment.id,
            first.booked_at.is_not(None),
            first.cancelled_at.is_(None),
            slot.ends_at <= bindparam("now"),
            slot.starts_at < Slot.starts_at,
            visit.id.is_(None),
        )
        .correlate(Appointment, Slot)
    )
    return and_(Appointment.pair_id.is_not(None), missed.exists())


def _all_rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Appointment.id,
            Appointment.reference,
            Appointment.origin,
            Appointment.held_until,
            Appointment.booked_at,
            Appointment.moved_at,
            Appointment.cancelled_at,
            Appointment.lapsed_at,
            Appointment.phone.label("booked_phone"),
            Appointment.email.label("booked_email"),
            *PERSON,
            Slot.id.label("slot_id"),
            Slot.starts_at,
            Slot.ends_at,
            Clinic.day,
            Visit.id.label("visit_id"),
            Visit.day.label("visit_day"),
            Visit.queue_number,
            Visit.checked_in_at,
            Visit.called_at,
            Visit.box,
            Visit.identity_document,
            Visit.authorised_at,
            Observation.started_at,
            Observation.minutes,
            Observation.left_at,
            or_(Appointment.to_review_at.is_not(None), _first_was_missed()).label("to_review"),
            exists()
            .where(
                OutboxMessage.appointment_id == Appointment.id,
                OutboxMessage.failed_at.is_not(None),
                OutboxMessage.seen_at.is_(None),
            )
            .label("has_failed_message"),
        )
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Visit, and_(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None)))
        .outerjoin(Observation, Observation.visit_id == Visit.id)
        .order_by(Slot.starts_at, Patient.folded_family, Patient.folded_given, Appointment.id)
    )


# Drawn up once: that takes longer than to run them.
_ROWS = _all_rows()
_ROWS_OF_DAY = _ROWS.where(
    Clinic.day == bindparam("day"),
    Appointment.booked_at.is_not(None),
    Appointment.cancelled_at.is_(None),
)
_ROWS_OF_PATIENTS = _ROWS.where(Appointment.patient_id.in_(bindparam("ids", expanding=True)))
