"""Reception reads: appointments with all that the desk needs, in a fixed number of queries."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.models.visit import Observation, Visit
from vaxcentre.reception.facts import Facts
from vaxcentre.reception.rows import Came, Dose, Person, Row
from vaxcentre.rules.course import doses_in_schedule, schedule_for
from vaxcentre.rules.schedule import DoseRule
from vaxcentre.rules.status import AppointmentFacts, VisitFacts, appointment_status, visit_status

PERSON = (
    Patient.id.label("patient_id"),
    Patient.family_name,
    Patient.given_names,
    Patient.used_name,
    Patient.birth_on,
    Patient.sex,
    Patient.phone,
    Patient.email,
    Patient.is_protected_adult,
)


def person_of(found: Any) -> Person:
    """The person in a row that holds the PERSON columns."""
    return Person(
        id=found.patient_id,
        family_name=found.family_name,
        given_names=found.given_names,
        used_name=found.used_name,
        birth_on=found.birth_on,
        sex=found.sex,
        phone=found.phone,
        email=found.email,
        is_protected=found.is_protected_adult,
    )


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
    return rows(
        session,
        now,
        Clinic.day == day,
        Appointment.booked_at.is_not(None),
        Appointment.cancelled_at.is_(None),
        Appointment.lapsed_at.is_(None),
    )


def rows_of_patients(session: Session, patient_ids: Collection[int], now: datetime) -> list[Row]:
    """All that these people ever booked, in the order of time."""
    return rows(session, now, Appointment.patient_id.in_(patient_ids))


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
    """The appointments of known people that meet the conditions; never more than nine queries."""
    found = session.execute(_statement(now).where(*wanted)).all()
    if not found:
        return []
    facts = Facts.read(session, found)
    return [_row(one, facts, now) for one in found]


def _statement(now: datetime) -> Any:
    return (
        select(
            Appointment.id,
            Appointment.reference,
            Appointment.origin,
            Appointment.held_until,
            Appointment.booked_at,
            Appointment.cancelled_at,
            Appointment.lapsed_at,
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
            Observation.started_at,
            Observation.minutes,
            Observation.left_at,
            or_(Appointment.to_review_at.is_not(None), _first_was_missed(now)).label("to_review"),
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


def _first_was_missed(now: datetime) -> ColumnElement[bool]:
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
            slot.ends_at <= now,
            slot.starts_at < Slot.starts_at,
            visit.id.is_(None),
        )
        .correlate(Appointment, Slot)
    )
    return and_(Appointment.pair_id.is_not(None), missed.exists())


def _row(one: Any, facts: Facts, now: datetime) -> Row:
    planned = facts.doses.get(one.id, [])
    courses = {dose.course_id for dose in planned}
    given = courses & facts.given.get(one.visit_id, set())
    settled = given | (courses & facts.not_given.get(one.visit_id, set()))
    all_given, all_settled = (
        bool(courses) and given == courses,
        bool(courses) and settled == courses,
    )
    return Row(
        id=one.id,
        reference=one.reference,
        person=person_of(one),
        slot_id=one.slot_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        day=one.day,
        origin=one.origin,
        status=appointment_status(
            AppointmentFacts(
                slot_starts_at=one.starts_at,
                slot_ends_at=one.ends_at,
                held_until=one.held_until,
                booked_at=one.booked_at,
                cancelled_at=one.cancelled_at,
                lapsed_at=one.lapsed_at,
                checked_in_at=one.checked_in_at,
                all_given=all_given,
                none_given_recorded=all_settled and not all_given,
            ),
            now,
        ),
        doses=tuple(_dose(dose, facts.rules, one) for dose in planned),
        came=_came(one, facts, now, all_settled=all_settled, any_given=bool(given)),
        cancelled_at=one.cancelled_at,
        is_interview_clear=facts.clear.get(one.id),
        is_to_review=bool(one.to_review),
        has_failed_message=bool(one.has_failed_message),
    )


def _dose(dose: Any, rules: dict[int, tuple[DoseRule, ...]], one: Any) -> Dose:
    schedule = schedule_for(
        rules[dose.course_id], birth_on=one.birth_on, first_dose_on=one.day, on=one.day
    )
    return Dose(
        course_id=dose.course_id,
        name_fr=dose.name_fr,
        name_en=dose.name_en,
        number=dose.dose_number,
        of=max(doses_in_schedule(schedule), dose.dose_number),
    )


def _came(
    one: Any, facts: Facts, now: datetime, *, all_settled: bool, any_given: bool
) -> Came | None:
    if one.visit_id is None:
        return None
    status = visit_status(
        VisitFacts(
            left_at=one.left_at,
            observation_started_at=one.started_at,
            observation_minutes=one.minutes or 0,
            all_settled=all_settled,
            any_given=any_given,
            called_at=one.called_at,
            has_interview=one.id in facts.clear,
            interview_is_clear=facts.clear.get(one.id, False),
            verdict=facts.verdicts.get(one.visit_id),
        ),
        now,
    )
    return Came(
        id=one.visit_id,
        day=one.visit_day,
        number=one.queue_number,
        checked_in_at=one.checked_in_at,
        called_at=one.called_at,
        box=one.box,
        document=one.identity_document,
        status=status,
    )
