"""What is about to be booked, held against the rules and the person's record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from vaxcentre.booking import eligibility
from vaxcentre.booking.cards import CourseCard, Subject, course_cards
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.history import full_history
from vaxcentre.booking.people import Person
from vaxcentre.booking.refusals import CallTheCentre, CourseNotOffered, HoldLapsed, SecondNeeded
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.locks import ALONE
from vaxcentre.models.patient import Patient
from vaxcentre.rules.course import PastDose
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import PairChoice
from vaxcentre.writing import read


@dataclass(frozen=True)
class HeldTime:
    """A time that is kept, its local day and its doses."""

    id: int
    reference: str
    day: date
    doses: tuple[PlannedFor, ...]


# The two of a pair in order of their days.
Held = Sequence[HeldTime]


# Written once: building a statement costs as much as running it.
_HELD = (
    select(
        Appointment.id,
        Appointment.reference,
        Clinic.day,
        Appointment.held_until,
        or_(
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_not(None),
            Appointment.lapsed_at.is_not(None),
        ).label("is_over"),
        PlannedDose.course_id,
        PlannedDose.dose_number,
        PlannedDose.previous_on,
    )
    .join(Place, Place.id == Appointment.place_id)
    .join(Slot, Slot.id == Place.slot_id)
    .join(Clinic, Clinic.id == Slot.clinic_id)
    .join(PlannedDose, PlannedDose.appointment_id == Appointment.id)
    .where(Appointment.id == bindparam("key"))
    .order_by(PlannedDose.id)
    .with_for_update(**ALONE, of=Appointment)
)


def held(session: Session, appointment_ids: Sequence[int], *, now: datetime) -> Held:
    """The holds of these numbers, locked, in order of their days.

    Raises:
        HoldLapsed: one of them ran out, was booked or let go.
    """
    found: dict[int, HeldTime] = {}
    keys = sorted(set(appointment_ids))  # the order in which all lock them
    rows = [row for key in keys for row in read(session, _HELD, {"key": key})]
    for key, reference, day, until, is_over, *dose in rows:
        if is_over or until is None or until <= now:
            raise HoldLapsed
        before = found[key].doses if key in found else ()
        found[key] = HeldTime(key, reference, day, (*before, PlannedFor(*dose)))
    if not found or len(found) != len(keys):
        raise HoldLapsed
    return tuple(sorted(found.values(), key=lambda time: time.day))


def doses_of(candidates: Held) -> set[tuple[int, int]]:
    """Course and dose number of each dose that is to be booked."""
    return {(dose.course_id, dose.dose_number) for time in candidates for dose in time.doses}


def check_without_record(
    session: Session, candidates: Held, person: Person, *, by_id: int | None
) -> None:
    """Hold the candidates against the rules, as for somebody the centre has never seen.

    Raises:
        CourseNotOffered, SecondNeeded: the public may not book it so.
        PairOutsideInterval, and all that the rules refuse.
    """
    cards = course_cards(session, {course for course, _n in doses_of(candidates)})
    if by_id is None:
        _refuse_for_public(cards, candidates, _subject(person))
    _check_all(cards, candidates, _subject(person))


def _refuse_for_public(cards: dict[int, CourseCard], candidates: Held, subject: Subject) -> None:
    if not all(card.is_offered for card in cards.values()):
        raise CourseNotOffered
    if len(candidates) == 1 and any(
        _goes_with_second(cards, dose, subject, candidates[0].day) for dose in candidates[0].doses
    ):
        raise SecondNeeded


def _goes_with_second(
    cards: dict[int, CourseCard], dose: PlannedFor, subject: Subject, first_on: date
) -> bool:
    """Whether the centre books this first dose only together with its second."""
    card = cards[dose.course_id]
    if dose.dose_number != 1 or card.pair_choice is not PairChoice.TOGETHER:
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
    history = full_history(session, patient_id, before=candidates[0].day)
    if not history:
        return
    cards = course_cards(session)
    try:
        _check_all(cards, candidates, _subject(person, history))
    except Refusal as refusal:
        if by_id is not None:
            raise
        raise CallTheCentre from refusal


def _subject(person: Person, history: Sequence[PastDose] = ()) -> Subject:
    return Subject(person.birth_on, person.declared, tuple(history))


def _check_all(cards: dict[int, CourseCard], candidates: Held, subject: Subject) -> None:
    first, *later = candidates
    eligibility.check(cards, first.doses, subject, on=first.day)
    for time in later:
        eligibility.check_pair(cards, time.doses, subject, first_on=first.day, on=time.day)


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
    declared: frozenset[int],
) -> None:
    """Hold doses for a patient on record against the rules, record and earlier plans included.

    Raises: all that the rules refuse.
    """
    cards = course_cards(session, {dose.course_id for dose in doses})
    history = tuple(full_history(session, patient.id, before=day))
    eligibility.check(cards, doses, Subject(patient.birth_on, declared, history), on=day)
