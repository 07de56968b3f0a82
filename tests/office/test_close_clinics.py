"""Closing a clinic: nobody is forgotten, nothing is deleted, everybody is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.office.rooms import book_people, count_places, day_of, slots_of, the_entry
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.booking import service as booking
from vaxcentre.booking.refusals import ClinicClosed, SlotOver
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment, AppointmentMove, OutboxMessage
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.vaccine import Course
from vaxcentre.office import closing_service
from vaxcentre.office.closing_service import ClosingRequest
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 3, 10)
OTHER = date(2026, 3, 12)
WHY = "Panne de chauffage"


@pytest.fixture
def manager(at: Callable[[str], Any], signed_in_as: Callable[..., Any]) -> Any:
    at("2026-03-02 09:00")
    return signed_in_as(Role.MANAGER)


@pytest.fixture
def clinic_id(manager: Any, write: Callable[[], Any]) -> int:
    """Four people on the 10th, room on the 12th."""
    with write() as session:
        course = make.make_course(session)
        clinic = make.make_clinic(session, course, day=DAY)
        make.make_clinic(session, course, day=OTHER, start="14:00", end="16:00")
        book_people(session, course, clinic, 4)
        made: int = clinic.id
    return made


def _close(page: Browser, clinic_id: int, **typed: Any) -> Any:
    page.open(f"/office/clinics/{clinic_id}/close")
    values = {"reason": WHY, "what": ["move"], "target": [OTHER.isoformat()]}
    return page.submit("/close", **(values | typed))


def _days(session: Session) -> list[date]:
    ids = session.scalars(select(Appointment.id).order_by(Appointment.id)).all()
    return [day_of(session, number) for number in ids]


def test_it_shows_who_is_booked_and_how_to_reach_them(page: Browser, clinic_id: int) -> None:
    shown = page.open(f"/office/clinics/{clinic_id}/close")
    assert "4 personnes sont inscrites" in shown.text
    assert "01 99 00 00 00" in shown.text.replace("\u00a0", " ")
    assert "téléphone : pas d’e-mail" in shown.text
    assert "Grippe" not in " ".join(table.text_content() for table in shown.select("table"))


def test_everybody_moves_to_the_chosen_day_in_one_action(
    page: Browser, clinic_id: int, session: Session
) -> None:
    answer = _close(page, clinic_id)
    assert "4 rendez-vous ont été déplacés" in answer.text
    assert _days(session) == [OTHER] * 4
    clinic = session.get_one(Clinic, clinic_id)
    assert (clinic.closed_reason, clinic.closed_at) == (WHY, clock.now())
    assert len(session.scalars(select(AppointmentMove)).all()) == 4
    told = session.scalars(select(OutboxMessage)).all()
    assert len(told) == 2  # those with an e-mail
    entry = the_entry(session, "close_clinic")
    assert entry.details["reason"] == WHY


def test_they_keep_the_nearest_time_of_day(page: Browser, clinic_id: int, session: Session) -> None:
    _close(page, clinic_id)
    times = session.scalars(select(Appointment).order_by(Appointment.id)).all()
    starts = [appointment.place.slot.starts_at.strftime("%H:%M") for appointment in times]
    assert starts == ["13:00", "13:00", "13:10", "13:10"]  # 14:00 and 14:10 in Paris


def test_everybody_is_cancelled_where_no_day_is_chosen(
    page: Browser, clinic_id: int, session: Session
) -> None:
    answer = _close(page, clinic_id, what=["cancel"], target=[""])
    assert "4 rendez-vous ont été annulés" in answer.text
    cancelled = session.scalars(select(Appointment)).all()
    assert all(appointment.cancelled_at for appointment in cancelled)
    assert {appointment.cancel_reason for appointment in cancelled} == {WHY}
    assert len(session.scalars(select(OutboxMessage)).all()) == 2


def test_closing_some_hours_leaves_the_others_open(
    page: Browser, clinic_id: int, session: Session
) -> None:
    _close(page, clinic_id, from_hour="09:10", until_hour="10:00")
    assert _days(session) == [DAY, DAY, OTHER, OTHER]
    clinic = session.get_one(Clinic, clinic_id)
    assert clinic.closed_at is None
    assert len(slots_of(session, clinic)) == 13
    part = session.scalars(select(Clinic).where(Clinic.closed_at.is_not(None))).one()
    assert len(slots_of(session, part)) == 5
    assert [offered.course_id for offered in part.courses] == [
        offered.course_id for offered in clinic.courses
    ]
    assert count_places(session, clinic_id) + count_places(session, part.id) == 36


def test_who_finds_no_place_stays_listed_and_can_be_settled_later(
    page: Browser, clinic_id: int, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = writing.scalars(select(Course)).one()
        make.make_clinic(
            writing, course, day=date(2026, 3, 13), start="09:00", end="09:10", places=1
        )
    answer = _close(page, clinic_id, target=["2026-03-13"])
    assert "1 rendez-vous a été déplacé" in answer.text
    assert "3 rendez-vous n’ont pas pu être déplacés" in answer.text
    assert "3 personnes sont encore inscrites ici." in answer.text
    typed: dict[str, Any] = {"settle-what": ["move"], "settle-target": [OTHER.isoformat()]}
    answer = page.submit("/settle", **typed)
    assert "encore inscrite" not in answer.text
    assert sorted(_days(session)) == [OTHER] * 3 + [date(2026, 3, 13)]


def test_a_first_dose_that_would_leave_its_interval_is_listed(
    page: Browser, manager: Any, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = make.make_course(writing, "zoster", doses=2)
        first = make.make_clinic(writing, course, day=DAY)
        second = make.make_clinic(writing, course, day=DAY + timedelta(days=28))
        make.make_clinic(writing, course, day=OTHER)
        ada = make.make_patient(writing)
        pair: dict[str, Any] = {"pair_id": "p" * 20}
        make.make_appointment(writing, ada, slots_of(writing, first)[0], course, **pair)
        make.make_appointment(
            writing, ada, slots_of(writing, second)[0], course, dose_number=2, **pair
        )
        clinic_id = first.id
    answer = _close(page, clinic_id)
    assert "1 rendez-vous n’a pas pu être déplacé" in answer.text
    assert _days(session) == [DAY, DAY + timedelta(days=28)]
    assert not session.scalars(select(AppointmentMove)).all()
    assert "1 personne est encore inscrite ici." in answer.text


def test_cancelling_a_first_dose_cancels_its_second(
    page: Browser, manager: Any, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = make.make_course(writing, "zoster", doses=2)
        first = make.make_clinic(writing, course, day=DAY)
        second = make.make_clinic(writing, course, day=DAY + timedelta(days=35))
        ada = make.make_patient(writing)
        for number, clinic in enumerate((first, second), start=1):
            make.make_appointment(
                writing,
                ada,
                slots_of(writing, clinic)[0],
                course,
                dose_number=number,
                pair_id="p" * 20,
            )
        ids = first.id, second.id
    _close(page, ids[0], what=["cancel"], target=[""])
    assert all(a.cancelled_at for a in session.scalars(select(Appointment)))


def test_cancelling_a_second_dose_leaves_the_first(
    page: Browser, manager: Any, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = make.make_course(writing, "zoster", doses=2)
        first = make.make_clinic(writing, course, day=DAY)
        second = make.make_clinic(writing, course, day=DAY + timedelta(days=35))
        ada = make.make_patient(writing)
        for number, clinic in enumerate((first, second), start=1):
            make.make_appointment(
                writing,
                ada,
                slots_of(writing, clinic)[0],
                course,
                dose_number=number,
                pair_id="p" * 20,
            )
        second_id = second.id
    _close(page, second_id, what=["cancel"], target=[""])
    states = [
        a.cancelled_at is not None
        for a in session.scalars(select(Appointment).order_by(Appointment.id))
    ]
    assert states == [False, True]


def test_who_is_here_already_and_what_is_past_is_not_touched(
    page: Browser,
    clinic_id: int,
    session: Session,
    write: Callable[[], Any],
    at: Callable[[str], Any],
) -> None:
    at("2026-03-10 09:05")
    make.sign_in(page, Role.MANAGER)
    with write() as writing:
        third = writing.scalars(select(Appointment).order_by(Appointment.id)).all()[2]
        make.make_visit(writing, third)
    _close(page, clinic_id)
    assert _days(session) == [DAY, DAY, DAY, OTHER]


def test_a_hold_ends_when_its_clinic_closes(
    page: Browser, clinic_id: int, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        slot = slots_of(writing, writing.get_one(Clinic, clinic_id))[4]
        hold = Appointment(
            reference=make.make_reference(),
            place_id=make.free_place(writing, slot).id,
            origin="web",
            held_until=clock.now() + timedelta(minutes=9),
        )
        writing.add(hold)
        writing.flush()
        hold_id = hold.id
    _close(page, clinic_id)
    session.expire_all()
    assert session.get_one(Appointment, hold_id).lapsed_at is not None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"target": [""]}, "target"),
        ({"from_hour": "18:00", "until_hour": "19:00"}, "from_hour"),
    ],
)
def test_a_closing_that_cannot_be_is_refused_at_its_field(
    page: Browser, clinic_id: int, session: Session, typed: dict[str, Any], field: str
) -> None:
    answer = _close(page, clinic_id, **typed)
    assert answer.status == 422
    assert answer.select(f"#{field}[aria-invalid]")
    assert session.get_one(Clinic, clinic_id).closed_at is None


def test_sent_twice_it_leads_to_the_first_result(
    page: Browser, clinic_id: int, session: Session
) -> None:
    shown = page.open(f"/office/clinics/{clinic_id}/close")
    values: dict[str, Any] = {"reason": WHY, "target": [OTHER.isoformat()]}
    first = page.submit("/close", **values)
    page.last = shown
    again = page.submit("/close", **values)
    assert again.url == first.url
    assert len(session.scalars(select(AppointmentMove)).all()) == 4


def test_a_closed_clinic_can_be_opened_again(
    page: Browser, clinic_id: int, session: Session
) -> None:
    _close(page, clinic_id)
    page.open(f"/office/clinics/{clinic_id}")
    refused = page.submit("/reopen")
    assert refused.status == 422
    assert "n’auraient pas de dose" in " ".join(refused.errors)
    assert session.get_one(Clinic, clinic_id).closed_at is not None
    page.submit("/reopen", **{"reopen-beyond_reason": "doses de Calais"})
    session.expire_all()
    assert session.get_one(Clinic, clinic_id).beyond_doses_reason == "doses de Calais"
    assert session.get_one(Clinic, clinic_id).closed_at is None
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action == "reopen_clinic")).one()
        is not None
    )


def test_the_call_list_is_printed_with_those_without_e_mail_first(
    page: Browser, clinic_id: int, session: Session, tmp_path: Path, printer_socket: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "printer.sock").symlink_to(printer_socket)
    _close(page, clinic_id)
    answer = page.open(f"/office/clinics/{clinic_id}/call-list")
    assert answer.response.mimetype == "application/pdf"
    file = tmp_path / "calls.pdf"
    file.write_bytes(answer.response.data)
    text = " ".join(PdfReader(file).pages[0].extract_text().split())
    assert WHY in text
    assert text.index("x0 Ada") < text.index("x2 Cleo") < text.index("x1 Ben")
    assert "déplacé au 12/03/2026" in text
    assert "01 99 00 00 02" in text.replace("\u00a0", " ")
    seen = session.scalars(select(ReadEntry.page)).all()
    assert seen == ["office_clinics.call_list"] * 4


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.INSPECTOR, Role.STOCK])
def test_only_those_who_call_get_the_list(
    page: Browser, clinic_id: int, signed_in_as: Callable[..., Any], role: Role
) -> None:
    signed_in_as(role)
    assert page.open(f"/office/clinics/{clinic_id}/call-list").status == 403
    assert page.open(f"/office/clinics/{clinic_id}/close").status == 403


def test_the_page_speaks_english(page: Browser, clinic_id: int) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert (
        "Close the clinic of Tuesday 10 March" in page.open(f"/office/clinics/{clinic_id}/close").h1
    )
    assert "4 appointments have been moved" in _close(page, clinic_id).text


def test_nobody_is_lost_when_somebody_books_while_it_closes(
    app: Flask, clinic_id: int, manager: Any, session: Session
) -> None:
    """Six people book single slots of a clinic while it is being closed: all of them are either
    moved, or told that it is closed; no live appointment stays behind unseen."""
    with transaction() as writing:
        course = writing.scalars(select(Course)).one()
        course_id = course.id
        slots = [slot.id for slot in slots_of(writing, writing.get_one(Clinic, clinic_id))]
        people = [
            make.make_patient(writing, "Zoe", f"Rapide{n}", birth_on=date(1951, 1, n)).id
            for n in range(1, 7)
        ]
        clinic = writing.get_one(Clinic, clinic_id)
        span = clinic.starts_at, clinic.ends_at
    session.rollback()
    now, start = clock.now(), threading.Barrier(7)
    refused: list[Refusal] = []

    def book(patient_id: int, slot_id: int) -> None:
        with app.app_context():
            start.wait()
            wanted = booking.BookRequest(
                patient_id=patient_id,
                doses=(booking.PlannedFor(course_id, 1),),
                slot_id=slot_id,
            )
            try:
                with transaction() as writing:
                    booking.book(writing, wanted, by_id=manager.id, now=now)
            except (ClinicClosed, SlotOver) as refusal:
                refused.append(refusal)
            finally:
                db.session.remove()

    def close() -> None:
        with app.app_context():
            start.wait()
            request = ClosingRequest(clinic_id, *span, reason=WHY, target_day=OTHER)
            with transaction() as writing:
                closing_service.close(writing, request, by_id=manager.id, now=now, zone=PARIS)
            db.session.remove()

    threads = [
        threading.Thread(target=book, args=pair) for pair in zip(people, slots[6:12], strict=True)
    ]
    threads.append(threading.Thread(target=close))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    session.expire_all()
    stranded = session.scalars(
        select(Appointment.id)
        .join(Place)
        .join(Slot)
        .where(Slot.clinic_id == clinic_id, Appointment.cancelled_at.is_(None))
    ).all()
    assert stranded == []
    live = session.scalars(select(Appointment).where(Appointment.booked_at.is_not(None))).all()
    assert len(live) + len(refused) == 4 + 6
    assert all(isinstance(refusal, Refusal) for refusal in refused)
