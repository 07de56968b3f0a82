"""Hold a place, confirm it: what is written, and every no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.booking.conftest import Opening, open_morning
from vaxcentre import clock
from vaxcentre.booking import refusals, service
from vaxcentre.booking.service import BookRequest, HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, OutboxMessage, PlannedDose
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Clinic, Place
from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course, CourseRule
from vaxcentre.models.visit import NoInjection
from vaxcentre.rules.course import DoseAlreadyGiven, RuleNotConfirmed, TooYoung
from vaxcentre.rules.vocabulary import MessageKind, NextStep, NoInjectionReason, Role

ADA = Person("Mercier", "Ada", date(1948, 3, 14), email="ada@example.org")


def hold(opening: Opening, slot: int = 0, **fields: object) -> int:
    """Hold a place of this slot as the public would; returns the appointment's number."""
    doses = (PlannedFor(opening.course_id),)
    with transaction() as session:
        request = HoldRequest(opening.slot_ids[slot], doses, **fields)  # type: ignore[arg-type]
        return service.hold(session, request, by_id=None, now=clock.now()).id


def confirm(*ids: int, person: Person = ADA, by_id: int | None = None) -> int:
    """Confirm what is held; returns the first appointment's number."""
    with transaction() as session:
        return service.confirm(session, ids, person, by_id=by_id, now=clock.now())[0].id


def test_it_holds_the_lowest_free_place_for_ten_minutes(
    opening: Opening, session: Session, monday: datetime
) -> None:
    first, second = hold(opening), hold(opening)
    numbers = [session.get_one(Appointment, key).place.number for key in (first, second)]
    assert numbers == [1, 2]
    assert session.get_one(Appointment, first).held_until == monday + timedelta(minutes=10)


def test_it_books_what_was_held_and_queues_the_confirmation(
    opening: Opening, session: Session, monday: datetime
) -> None:
    key = confirm(hold(opening))
    found = session.get_one(Appointment, key)
    assert found.booked_at == monday
    assert found.patient is not None
    assert found.patient.family_name == "Mercier"
    assert [p.patient_id for p in found.planned_doses] == [found.patient_id]
    kinds = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.appointment_id == key))
    assert kinds.all() == [MessageKind.CONFIRMATION]


def test_it_signs_the_hold_and_the_booking(opening: Opening, session: Session) -> None:
    confirm(hold(opening))
    entries = session.execute(select(AuditEntry.action, AuditEntry.by_id).order_by(AuditEntry.id))
    assert [tuple(entry) for entry in entries] == [("hold", None), ("book", None)]


def test_it_matches_by_folded_names_and_changes_nothing_stored(
    opening: Opening, session: Session
) -> None:
    with transaction() as writing:
        known = make.make_patient(writing, "Ada", "Mercier", phone="+33199009999").id
    key = confirm(
        hold(opening), person=Person("MERCIER", "ada jeanne", ADA.birth_on, phone="+33199000001")
    )
    assert session.get_one(Appointment, key).patient_id == known
    assert session.get_one(Patient, known).phone == "+33199009999"
    assert session.get_one(Patient, known).given_names == "Ada"


def test_it_refuses_a_full_slot(opening: Opening) -> None:
    hold(opening), hold(opening)
    with pytest.raises(refusals.SlotFull):
        hold(opening)


def test_a_hold_that_ran_out_frees_its_place(
    opening: Opening, session: Session, at: Callable[[str], datetime]
) -> None:
    dead = hold(opening)
    hold(opening)
    at("2026-11-23 08:10")
    again = hold(opening)
    assert session.get_one(Appointment, dead).lapsed_at is not None
    assert (
        session.get_one(Appointment, again).place_id == session.get_one(Appointment, dead).place_id
    )


def test_it_refuses_to_confirm_a_hold_that_ran_out(
    opening: Opening, at: Callable[[str], datetime]
) -> None:
    key = hold(opening)
    at("2026-11-23 08:10")
    with pytest.raises(refusals.HoldLapsed):
        confirm(key)


def test_it_refuses_to_confirm_twice(opening: Opening) -> None:
    key = confirm(hold(opening))
    with pytest.raises(refusals.HoldLapsed):
        confirm(key)


def test_it_refuses_a_slot_that_has_begun(opening: Opening, at: Callable[[str], datetime]) -> None:
    at("2026-11-24 09:00")
    with pytest.raises(refusals.SlotOver):
        hold(opening)


def test_staff_may_take_a_slot_until_it_ends(
    opening: Opening, at: Callable[[str], datetime]
) -> None:
    at("2026-11-24 09:05")
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION).id
        request = HoldRequest(opening.slot_ids[0], (PlannedFor(opening.course_id),))
        assert service.hold(session, request, by_id=rosa, now=clock.now()).id


def test_it_refuses_a_closed_clinic(opening: Opening) -> None:
    with transaction() as session:
        session.scalars(select(Clinic)).one().closed_at = clock.now()
    with pytest.raises(refusals.ClinicClosed):
        hold(opening)


def test_the_public_waits_until_booking_opens(opening: Opening) -> None:
    with transaction() as session:
        session.scalars(select(Clinic)).one().opens_at = clock.now() + timedelta(hours=1)
    with pytest.raises(refusals.NotYetOpen):
        hold(opening)


def test_it_refuses_a_course_that_the_clinic_does_not_give(opening: Opening) -> None:
    other = open_morning(date(2026, 11, 25), code="covid-19-2026")
    with pytest.raises(refusals.CourseNotOffered):
        hold(Opening(other.course_id, opening.slot_ids))


def test_it_refuses_a_course_taken_off_the_public_pages(opening: Opening) -> None:
    key = hold(opening)
    with transaction() as session:
        session.get_one(Course, opening.course_id).is_offered = False
    with pytest.raises(refusals.CourseNotOffered):
        confirm(key)


def test_it_refuses_a_rule_that_nobody_confirmed(opening: Opening) -> None:
    with transaction() as session:
        session.scalars(select(CourseRule)).one().confirmed_at = None
    with pytest.raises(RuleNotConfirmed):
        confirm(hold(opening))


def test_it_refuses_somebody_too_young(opening: Opening) -> None:
    with pytest.raises(TooYoung):
        confirm(hold(opening), person=Person("Petit", "Léo", date(2026, 9, 1)))


def test_it_refuses_a_second_appointment_for_the_same_dose(opening: Opening) -> None:
    confirm(hold(opening))
    with pytest.raises(refusals.AlreadyBooked):
        confirm(hold(opening, slot=1))


def test_a_stranger_learns_nothing_of_what_was_given(opening: Opening) -> None:
    with transaction() as session:
        course = session.get_one(Course, opening.course_id)
        make.make_declared_dose(session, make.make_patient(session), course)
    with pytest.raises(refusals.CallTheCentre):
        confirm(hold(opening))


def test_staff_are_told_what_was_given(opening: Opening) -> None:
    with transaction() as session:
        course = session.get_one(Course, opening.course_id)
        make.make_declared_dose(session, make.make_patient(session), course)
        rosa = make.make_staff(session, Role.RECEPTION).id
    with pytest.raises(DoseAlreadyGiven):
        confirm(hold(opening), by_id=rosa)


def test_who_missed_the_appointment_books_again(
    opening: Opening, session: Session, at: Callable[[str], datetime]
) -> None:
    later = open_morning_for(opening, date(2026, 11, 26))
    missed = confirm(hold(opening))
    at("2026-11-25 08:00")
    again = confirm(hold(later))
    released = session.scalars(select(PlannedDose).where(PlannedDose.appointment_id == missed))
    assert released.one().released_at is not None
    assert session.get_one(Appointment, again).is_live


def test_who_came_and_was_not_vaccinated_books_again(
    opening: Opening, at: Callable[[str], datetime]
) -> None:
    later = open_morning_for(opening, date(2026, 11, 26))
    key = confirm(hold(opening))
    at("2026-11-24 09:02")
    with transaction() as session:
        visit = make.make_visit(session, session.get_one(Appointment, key))
        noor = make.make_staff(session, Role.NURSE).id
        session.add(
            NoInjection(
                visit_id=visit.id,
                course_id=opening.course_id,
                reason=NoInjectionReason.UNWELL,
                next_step=NextStep.REBOOK,
                recorded_at=clock.now(),
                recorded_by_id=noor,
            )
        )
    assert confirm(hold(later)) != key


def test_who_is_here_now_cannot_book_again(opening: Opening, at: Callable[[str], datetime]) -> None:
    later = open_morning_for(opening, date(2026, 11, 26))
    key = confirm(hold(opening))
    at("2026-11-24 09:02")
    with transaction() as session:
        make.make_visit(session, session.get_one(Appointment, key))
    at("2026-11-24 09:40")
    with pytest.raises(refusals.AlreadyBooked):
        confirm(hold(later))


def test_the_desk_books_for_a_patient_on_record_in_one_step(
    opening: Opening, session: Session
) -> None:
    with transaction() as writing:
        rosa = make.make_staff(writing, Role.RECEPTION).id
        ada = make.make_patient(writing).id
        request = BookRequest(ada, (PlannedFor(opening.course_id),), slot_id=opening.slot_ids[0])
        key = service.book(writing, request, by_id=rosa, now=clock.now()).id
    found = session.get_one(Appointment, key)
    assert (found.booked_by_id, found.patient_id) == (rosa, ada)


def test_the_desk_takes_the_place_of_somebody_who_never_came(
    opening: Opening, session: Session, at: Callable[[str], datetime]
) -> None:
    missed = confirm(hold(opening))
    at("2026-11-24 09:12")
    with transaction() as writing:
        rosa = make.make_staff(writing, Role.RECEPTION).id
        ben = make.make_patient(writing, "Ben", "Roche").id
        place_id = writing.get_one(Appointment, missed).place_id
        request = BookRequest(ben, (PlannedFor(opening.course_id),), place_id=place_id)
        key = service.book(writing, request, by_id=rosa, now=clock.now()).id
    assert session.get_one(Appointment, key).place_id == place_id
    assert session.get_one(Appointment, missed).lapsed_at is not None


def test_the_desk_is_refused_a_place_that_somebody_has(opening: Opening) -> None:
    taken = confirm(hold(opening))
    with transaction() as writing:
        rosa = make.make_staff(writing, Role.RECEPTION).id
        ben = make.make_patient(writing, "Ben", "Roche").id
        place_id = writing.get_one(Appointment, taken).place_id
    request = BookRequest(ben, (PlannedFor(opening.course_id),), place_id=place_id)
    with pytest.raises(refusals.SlotFull), transaction() as writing:
        service.book(writing, request, by_id=rosa, now=clock.now())


def test_the_public_is_never_given_a_place_opened_for_a_walk_in(opening: Opening) -> None:
    with transaction() as session:
        session.add(Place(slot_id=opening.slot_ids[0], number=3, extra_reason="sans rendez-vous"))
    hold(opening), hold(opening)
    with pytest.raises(refusals.SlotFull):
        hold(opening)


def open_morning_for(opening: Opening, day: date) -> Opening:
    """Another morning of the same course."""
    with transaction() as session:
        course = session.get_one(Course, opening.course_id)
        clinic = make.make_clinic(session, course, day=day, end="09:30")
        return Opening(opening.course_id, tuple(slot.id for slot in clinic.slots))
