"""What is about to be booked, held against the rules and the person's record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.booking import eligibility
from vaxcentre.booking.eligibility import CourseCard, PlannedFor, Subject
from vaxcentre.booking.people import Person
from vaxcentre.booking.refusals import CallTheCentre, CourseNotOffered, HoldLapsed, SecondNeeded
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.course import PastDose
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import PairChoice

# An appointment and its local day; the two of a pair in order of their days.
Held = Sequence[tuple[Appointment, date]]


# Written once: building a statement costs as much as running it.
_HELD = (
    select(Appointment, Clinic.day)
    .join(Place, Place.id == Appointment.place_id)
    .join(Slot, Slot.id == Place.slot_id)
    .join(Clinic, Clinic.id == Slot.clinic_id)
    .options(joinedload(Appointment.planned_doses))
    .where(Appointment.id.in_(bindparam("ids", expanding=True)))
    .order_by(Slot.starts_at)
    .with_for_update(of=Appointment)
)


def held(session: Session, appointment_ids: Sequence[int], *, now: datetime) -> Held:
    """The holds of these numbers, locked, in order of their days.

    Raises:
        HoldLapsed: one of them ran out, was booked or let go.
    """
    rows = session.execute(_HELD, {"ids": list(appointment_ids)}).unique()
    found = [(appointment, day) for appointment, day in rows]
    if not found or len(found) != len(set(appointment_ids)):
        raise HoldLapsed
    for appointment, _day in found:
        until = appointment.held_until
        if appointment.booked_at or not appointment.is_live or until is None or until <= now:
            raise HoldLapsed
    return found


def doses_of(candidates: Held) -> set[tuple[int, int]]:
    """Course and dose number of each dose that is to be booked."""
    return {(p.course_id, p.dose_number) for a, _day in candidates for p in a.planned_doses}


def check_without_record(
    session: Session, candidates: Held, person: Person, *, by_id: int | None
) -> None:
    """Hold the candidates against the rules, as for somebody the centre has never seen.

    Raises:
        CourseNotOffered, SecondNeeded: the public may not book it so.
        PairOutsideInterval, and all that the rules refuse.
    """
    cards = eligibility.course_cards(session, {course for course, _n in doses_of(candidates)})
    if by_id is None:
        _refuse_for_public(cards, candidates, _subject(person))
    _check_all(cards, candidates, _subject(person))


def _refuse_for_public(cards: dict[int, CourseCard], candidates: Held, subject: Subject) -> None:
    if not all(card.is_offered for card in cards.values()):
        raise CourseNotOffered
    if len(candidates) == 1 and any(
        _goes_with_second(cards, planned, subject, candidates[0][1])
        for planned in candidates[0][0].planned_doses
    ):
        raise SecondNeeded


def _goes_with_second(
    cards: dict[int, CourseCard], planned: PlannedDose, subject: Subject, first_on: date
) -> bool:
    """Whether the centre books this first dose only together with its second."""
    card = cards[planned.course_id]
    if planned.dose_number != 1 or card.pair_choice is not PairChoice.TOGETHER:
        return False
    second = PlannedFor(card.id, 2)
    return eligibility.rule_of_second(cards, second, subject, first_on) is not None


def check_with_record(
    session: Session, candidates: Held, person: Person, patient_id: int, *, by_id: int | None
) -> None:
    """Hold the candidates against what is on record for the matched person.

    Raises:
        CallTheCentre: it speaks against them; staff are told what instead.
    """
    history = full_history(session, patient_id, before=candidates[0][1])
    if not history:
        return
    cards = eligibility.course_cards(session)
    try:
        _check_all(cards, candidates, _subject(person, history))
    except Refusal as refusal:
        if by_id is not None:
            raise
        raise CallTheCentre from refusal


def _subject(person: Person, history: Sequence[PastDose] = ()) -> Subject:
    return Subject(person.birth_on, person.declared, tuple(history))


def _check_all(cards: dict[int, CourseCard], candidates: Held, subject: Subject) -> None:
    (first, first_on), *later = candidates
    eligibility.check(cards, wanted(first), subject, on=first_on)
    for appointment, on in later:
        eligibility.check_pair(cards, wanted(appointment), subject, first_on=first_on, on=on)


def wanted(appointment: Appointment) -> list[PlannedFor]:
    """The doses of an appointment, as they were asked for."""
    return [
        PlannedFor(p.course_id, p.dose_number, p.previous_on) for p in appointment.planned_doses
    ]


def check_known(
    session: Session,
    patient: Patient,
    doses: Sequence[PlannedFor],
    day: date,
    *,
    declared: bool,
) -> None:
    """Hold doses for a patient on record against the rules, record and earlier plans included.

    Raises: all that the rules refuse.
    """
    cards = eligibility.course_cards(session, {dose.course_id for dose in doses})
    history = tuple(full_history(session, patient.id, before=day))
    eligibility.check(cards, doses, Subject(patient.birth_on, declared, history), on=day)


def full_history(
    session: Session, patient_id: int, *, before: date, without: Sequence[int] = ()
) -> list[PastDose]:
    """Doses on record, and those that other live appointments will have given before that day."""
    given = eligibility.history_of(session, patient_id)
    known = {(dose.course, dose.dose_number) for dose in given}
    rows = session.execute(
        select(Course.code, Course.disease, PlannedDose.dose_number, Clinic.day)
        .join(PlannedDose, PlannedDose.course_id == Course.id)
        .join(Appointment, Appointment.id == PlannedDose.appointment_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(
            PlannedDose.patient_id == patient_id,
            PlannedDose.released_at.is_(None),
            Appointment.id.not_in(without),
            Clinic.day < before,
        )
    )
    planned = [PastDose(code, disease, number, day) for code, disease, number, day in rows]
    return [*given, *(dose for dose in planned if (dose.course, dose.dose_number) not in known)]
