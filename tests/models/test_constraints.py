"""What must never be is refused by the database itself, whatever the program does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from tests import make
from vaxcentre import clock
from vaxcentre.models.clinic import Centre, Clinic
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import StockMovement
from vaxcentre.models.vaccine import CourseRule
from vaxcentre.rules.vocabulary import MovementKind, Outcome, Verdict

Write = Callable[[], Any]


def test_a_place_has_one_live_claim(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        course = make.make_course(session)
        slot = make.make_slot(session, course)
        first = make.make_appointment(session, make.make_patient(session), slot, course)
        ben = make.make_patient(session, "Ben")
        make.make_appointment(session, ben, slot, course, place_id=first.place_id)


def test_a_cancelled_claim_frees_the_place(write: Write) -> None:
    with write() as session:
        course = make.make_course(session)
        slot = make.make_slot(session, course)
        first = make.make_appointment(session, make.make_patient(session), slot, course)
        first.cancelled_at = clock.now()
        session.flush()
        ben = make.make_patient(session, "Ben")
        make.make_appointment(session, ben, slot, course, place_id=first.place_id)


def test_a_person_has_one_live_appointment_for_a_dose(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        course = make.make_course(session)
        slot = make.make_slot(session, course, places=2)
        ada = make.make_patient(session)
        make.make_appointment(session, ada, slot, course)
        make.make_appointment(session, ada, slot, course)


def test_a_visit_has_one_current_injection_for_a_course(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        visit, course, lot = _ready(session)
        make.make_injection(session, visit, course, lot)
        make.make_injection(session, visit, course, lot, dose_number=2)


def test_a_person_has_one_current_injection_of_a_dose(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        visit, course, lot = _ready(session)
        make.make_injection(session, visit, course, lot)
        slot = make.make_slot(session, course, start="15:00", end="15:10")
        again = make.make_appointment(session, visit.patient, slot, course, dose_number=2)
        other = make.make_visit(session, again)
        make.make_injection(session, other, course, lot, dose_number=1)


def test_a_corrected_injection_makes_room_for_the_one_that_replaces_it(write: Write) -> None:
    with write() as session:
        visit, course, lot = _ready(session)
        wrong = make.make_injection(session, visit, course, lot)
        wrong.replaced_at = clock.now()
        session.flush()
        make.make_injection(
            session, visit, course, lot, replaces_id=wrong.id, correction_reason="autre bras"
        )


def test_an_injection_is_replaced_once(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        visit, course, lot = _ready(session)
        wrong = make.make_injection(session, visit, course, lot)
        wrong.replaced_at = clock.now()
        for _ in range(2):
            make.make_injection(
                session,
                visit,
                course,
                lot,
                outcome=Outcome.ENTERED_IN_ERROR,
                replaces_id=wrong.id,
                correction_reason="double",
            )


def test_a_correction_says_why(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        visit, course, lot = _ready(session)
        wrong = make.make_injection(session, visit, course, lot)
        wrong.replaced_at = clock.now()
        session.flush()
        make.make_injection(session, visit, course, lot, replaces_id=wrong.id)


def test_one_injection_takes_one_dose(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        visit, course, lot = _ready(session)
        injection = make.make_injection(session, visit, course, lot)
        session.add(_movement(lot.id, MovementKind.GIVE, -1, injection_id=injection.id))


@pytest.mark.parametrize(
    ("kind", "doses", "extra"),
    [
        (MovementKind.RECEIVE, -1, {}),
        (MovementKind.RECEIVE, 0, {}),
        (MovementKind.DISCARD, 1, {}),
        (MovementKind.DISCARD, -1, {}),
        (MovementKind.GIVE, -1, {}),
        (MovementKind.REVERSAL, 1, {}),
    ],
)
def test_a_movement_that_makes_no_sense_is_refused(
    kind: MovementKind, doses: int, extra: dict[str, Any], write: Write
) -> None:
    with pytest.raises(IntegrityError), write() as session:
        _visit, _course, lot = _ready(session)
        session.add(_movement(lot.id, kind, doses, **extra))


def test_a_movement_is_taken_back_once(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        _visit, _course, lot = _ready(session)
        received = _movement(lot.id, MovementKind.RECEIVE, 5)
        session.add(received)
        session.flush()
        for _ in range(2):
            session.add(_movement(lot.id, MovementKind.REVERSAL, -5, reverses_id=received.id))
            session.flush()


def test_a_lot_number_stands_once_for_a_vaccine(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        vaccine = make.make_vaccine(session)
        make.make_lot(session, vaccine)
        make.make_lot(session, vaccine)


def test_two_people_never_get_the_same_number_of_the_day(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        course = make.make_course(session)
        slot = make.make_slot(session, course, places=2)
        for name in ("Ada", "Ben"):
            patient = make.make_patient(session, name)
            appointment = make.make_appointment(session, patient, slot, course)
            make.make_visit(session, appointment, queue_number=1)


def test_a_person_is_checked_in_once(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        course = make.make_course(session)
        slot = make.make_slot(session, course)
        appointment = make.make_appointment(session, make.make_patient(session), slot, course)
        make.make_visit(session, appointment)
        make.make_visit(session, appointment)


def test_there_is_one_centre(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        session.add(Centre(id=2, name="Another", updated_at=clock.now()))


def test_a_clinic_ends_after_it_begins(write: Write) -> None:
    now = clock.now()
    with pytest.raises(IntegrityError), write() as session:
        session.add(
            Clinic(
                day=now.date(),
                starts_at=now,
                ends_at=now,
                slot_minutes=10,
                places_per_slot=1,
                opens_at=now,
                created_at=now,
            )
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"source_title": ""},
        {"min_days": 30, "max_days": 20},
        {"valid_until": date(2019, 1, 1)},
        {"observation_minutes": 500},
    ],
)
def test_a_rule_has_a_source_and_makes_sense(wrong: dict[str, Any], write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        course = make.make_course(session)
        make.make_rule(session, course, 2, **wrong)


def test_a_doctor_who_says_later_names_the_day(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        visit, _course, _lot = _ready(session)
        make.make_decision(session, visit, Verdict.LATER)


def test_what_is_named_elsewhere_cannot_be_deleted(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        course = make.make_course(session)
        for rule in session.query(CourseRule).all():
            session.delete(rule)
        make.make_slot(session, course)
        session.flush()
        session.delete(course)


def test_a_moment_without_a_zone_is_not_stored(write: Write) -> None:
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - the very mistake
    with pytest.raises(StatementError), write() as session:
        make.make_patient(session, created_at=naive)


def test_a_moment_comes_back_as_it_went_in(write: Write, session: Session) -> None:
    moment = datetime(2026, 10, 25, 0, 30, tzinfo=UTC) + timedelta(microseconds=5)
    with write() as writing:
        patient_id = make.make_patient(writing, created_at=moment).id
    with write() as reading:
        assert reading.get_one(Patient, patient_id).created_at == moment


def _ready(session: Session) -> tuple[Any, Any, Any]:
    course = make.make_course(session)
    lot = make.make_lot(session, make.make_vaccine(session, course))
    slot = make.make_slot(session, course)
    appointment = make.make_appointment(session, make.make_patient(session), slot, course)
    return make.make_visit(session, appointment), course, lot


def _movement(lot_id: int, kind: MovementKind, doses: int, **extra: Any) -> StockMovement:
    return StockMovement(
        lot_id=lot_id, kind=kind, doses=doses, moved_at=clock.now(), moved_by_id=1, **extra
    )


def test_the_record_of_an_injection_keeps_its_copies(write: Write) -> None:
    with write() as session:
        visit, course, lot = _ready(session)
        number = make.make_injection(session, visit, course, lot).id
        lot.vaccine.name = "RENAMED"
    with write() as session:
        assert session.get_one(Injection, number).vaccine_name == "EFLUELDA"


@pytest.mark.parametrize(
    ("kind", "doses", "facts"),
    [
        (MovementKind.TRANSFER_IN, -1, {"counterpart": "x"}),
        (MovementKind.TRANSFER_IN, 1, {}),
        (MovementKind.TRANSFER_OUT, 1, {"counterpart": "x"}),
        (MovementKind.RETURN, -1, {}),
        (MovementKind.ADJUST, 1, {}),
    ],
)
def test_doses_of_others_say_whose_and_a_count_says_why(
    write: Write, kind: MovementKind, doses: int, facts: dict[str, str]
) -> None:
    with write() as session:
        _visit, _course, lot = _ready(session)
        number = lot.id
    with pytest.raises(IntegrityError), write() as session:
        session.add(_movement(number, kind, doses, **facts))


def test_the_database_itself_lets_no_lot_fall_below_zero(write: Write) -> None:
    with write() as session:
        _visit, _course, lot = _ready(session)
        number = lot.id
    with pytest.raises(IntegrityError), write() as session:
        session.add(_movement(number, MovementKind.RETURN, -11, counterpart="x"))
    with write() as session:
        session.add(_movement(number, MovementKind.RETURN, -10, counterpart="x"))


@pytest.mark.parametrize(
    "statement", [update(StockMovement).values(doses=3), delete(StockMovement)]
)
def test_a_movement_is_never_changed_nor_deleted(write: Write, statement: Any) -> None:
    with write() as session:
        _ready(session)
    with pytest.raises(IntegrityError), write() as session:
        session.execute(statement)
