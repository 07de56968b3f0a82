"""Somebody without an appointment: yes or no at once, booked and received in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.booking import eligibility
from vaxcentre.booking import service as booking
from vaxcentre.booking.cards import Subject, course_cards
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.history import past_doses
from vaxcentre.booking.people import Person, known_patient, patient_for, take_claims
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Place, Slot
from vaxcentre.models.locks import take
from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.reception import today
from vaxcentre.reception.identity_service import Correction, correct_identity
from vaxcentre.reception.numbers import SealedNumber, keep_number
from vaxcentre.reception.refusals import (
    ExtraPlaceNeedsReason,
    NoDoseForWalkIn,
    NoFreePlaceToday,
    NoSuchAppointment,
    NotOpenNow,
)
from vaxcentre.reception.service import CheckInRequest, check_in
from vaxcentre.rules.names import is_beginning_of
from vaxcentre.rules.vocabulary import Origin


@dataclass(frozen=True)
class WalkInRequest:
    """What reception has typed and seen."""

    course_ids: tuple[int, ...]
    person: Person
    identity: CheckInRequest
    patient_id: int | None = None  # somebody on record, instead of the typed name
    replaces_id: int | None = None  # an appointment on another day that this one stands for
    extra_reason: str = ""
    number: SealedNumber | None = None
    correction_reason: str | None = None  # the record is corrected as typed, and why


def walk_in(
    session: Session, request: WalkInRequest, *, by_id: int, now: datetime, day: date
) -> Visit:
    """Book somebody at the desk for this minute and receive them, or say no.

    Takes a free place of the present slot, else one whose owner is 20 minutes late or more, else
    opens an extra place with a reason; only while usable doses exceed the people expected or
    waiting.

    Raises:
        NotOpenNow, NoDoseForWalkIn: not today.
        ExtraPlaceNeedsReason: the slot is full; why one more?
        SameIdentityExists, NothingCorrected: the record cannot be corrected as typed.
        and all that `booking.service.book` and `check_in` refuse.
    """
    courses = _lock_courses(session, request.course_ids)
    slot_id = today.present_slot(session, request.course_ids, day, now)
    free = today.doses_free(session, request.course_ids, day, now)
    for course in courses:
        if slot_id is None:
            raise NotOpenNow(course=course.name_fr)
        if free[course.id] < 1:
            raise NoDoseForWalkIn(course=course.name_fr)
    assert slot_id is not None
    patient = _patient(session, request, by_id=by_id, now=now)
    take_claims(session, [patient.id], ())  # before a slot that gets one more place
    if request.replaces_id is not None:
        _cancel_replaced(session, request.replaces_id, patient, by_id=by_id, now=now)
    appointment = booking.book(
        session,
        booking.BookRequest(
            patient_id=patient.id,
            doses=_doses(session, patient, courses, request.person.declared, day),
            place_id=_place(session, request, slot_id, by_id=by_id, now=now, day=day),
            origin=Origin.DESK,
            phone=request.person.phone,
            email=request.person.email,
            language=request.person.language,
            declared=request.person.declared,
        ),
        by_id=by_id,
        now=now,
    )
    return check_in(session, appointment.id, request.identity, by_id=by_id, now=now, day=day)


def _cancel_replaced(
    session: Session, appointment_id: int, patient: Patient, *, by_id: int, now: datetime
) -> None:
    """End the appointment that this walk-in stands for; nobody else's.

    Raises:
        NoSuchAppointment: it is not this person's.
    """
    found = session.get(Appointment, appointment_id)
    if found is None or found.patient_id != patient.id:
        raise NoSuchAppointment
    booking.cancel(session, appointment_id, by_id=by_id, now=now, reason="walk-in")


def move_here(
    session: Session, appointment_id: int, *, by_id: int, now: datetime, day: date
) -> Appointment:
    """Give somebody who came on the wrong day the first free place of today.

    Raises:
        NoSuchAppointment, NoFreePlaceToday, and all that `booking.service.move` refuses.
    """
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NoSuchAppointment
    courses = {planned.course_id for planned in appointment.planned_doses}
    slot_id = today.free_slot(session, courses, day, now)
    if slot_id is None:
        raise NoFreePlaceToday
    locked = _lock_courses(session, sorted(courses))
    free = today.doses_free(session, courses, day, now)
    for course in locked:
        if free[course.id] < 1:
            raise NoDoseForWalkIn(course=course.name_fr)
    return booking.move(session, appointment_id, slot_id, by_id=by_id, now=now, reason="came today")


def _lock_courses(session: Session, course_ids: Collection[int]) -> list[Course]:
    """Take the courses' rows: two walk-ins must not count the same last dose."""
    return take(session, Course, course_ids)


def _patient(session: Session, request: WalkInRequest, *, by_id: int, now: datetime) -> Patient:
    """Who it is: on record, corrected where the desk has said so, or new."""
    patient, is_new = _find_or_make(session, request, by_id=by_id, now=now)
    if is_new:  # the desk has seen a document: this contact is theirs
        patient.phone, patient.email = request.person.phone, request.person.email
        session.flush()
    elif request.correction_reason:
        correction = _as_typed(patient, request.person, request.correction_reason)
        correct_identity(session, patient.id, correction, by_id=by_id, now=now)
    if request.number is not None:
        keep_number(session, patient.id, request.number, by_id=by_id, now=now)
    return patient


def _find_or_make(
    session: Session, request: WalkInRequest, *, by_id: int, now: datetime
) -> tuple[Patient, bool]:
    if request.patient_id is not None:
        return known_patient(session, request.patient_id), False
    record, is_new = patient_for(session, request.person, by_id=by_id, now=now)
    return session.get_one(Patient, record.id), is_new


def _as_typed(patient: Patient, person: Person, reason: str) -> Correction:
    """The identity that was typed, with what the walk-in does not ask as it is on record."""
    is_shorter = is_beginning_of(person.given_names, patient.given_names)
    return Correction(
        family_name=person.family_name,
        given_names=patient.given_names if is_shorter else person.given_names,
        used_name=patient.used_name or "",
        birth_on=person.birth_on,
        sex=person.sex or patient.sex,
        is_protected=patient.is_protected_adult,
        reason=reason,
    )


def _doses(
    session: Session, patient: Patient, courses: list[Course], declared: frozenset[int], day: date
) -> tuple[PlannedFor, ...]:
    """The next dose of each course for this person, by the record."""
    history = past_doses(session, patient.id)
    subject = Subject(patient.birth_on, declared, tuple(history))
    cards = course_cards(session, [course.id for course in courses])
    return tuple(
        PlannedFor(card.id, eligibility.due(card, subject, on=day).dose_number)
        for card in cards.values()
    )


def _place(
    session: Session,
    request: WalkInRequest,
    slot_id: int,
    *,
    by_id: int,
    now: datetime,
    day: date,
) -> int:
    place_id = today.free_place(session, slot_id, now) or today.missed_place(
        session, request.course_ids, day, now
    )
    return place_id or _open_extra_place(
        session, slot_id, request.extra_reason, by_id=by_id, now=now
    )


def _open_extra_place(
    session: Session, slot_id: int, reason: str, *, by_id: int, now: datetime
) -> int:
    if not reason:
        raise ExtraPlaceNeedsReason
    # Two walk-ins of different vaccinations must not count the places at the same instant.
    take(session, Slot, [slot_id])
    last = session.scalar(select(func.max(Place.number)).where(Place.slot_id == slot_id))
    place = Place(
        slot_id=slot_id,
        number=(last or 0) + 1,
        extra_reason=reason[:300],
        opened_at=now,
        opened_by_id=by_id,
    )
    session.add(place)
    audit.sign(session, "open_extra_place", place, by_id=by_id, now=now, reason=reason[:300])
    return place.id
