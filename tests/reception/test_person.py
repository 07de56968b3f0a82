"""One person's page: appointments, doses, and what is done from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from tests.reception.conftest import Morning, appointment_of, slot_at
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.appointment import OutboxMessage
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import Answer, MessageKind, Role

SignIn = Callable[..., Any]


@pytest.fixture
def rosa(page: Browser, morning: Morning, signed_in_as: SignIn) -> None:
    """Rosa is at the desk."""
    signed_in_as(Role.RECEPTION)


def url(morning: Morning, rest: str = "") -> str:
    return f"/reception/patients/{morning.ada}{rest}"


def fail_message(morning: Morning) -> None:
    """The confirmation came back."""
    with transaction() as session:
        appointment_of(session, morning.appointment).email = "ada@exemple.fr"
        now = clock.now()
        session.add(
            OutboxMessage(
                appointment_id=morning.appointment,
                kind=MessageKind.CONFIRMATION,
                queued_at=now,
                next_try_at=now,
                failed_at=now,
                attempts=5,
                last_error="550",
            )
        )


def test_it_shows_appointments_and_doses_and_notes_who_looked(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        other = make.make_course(work, "zoster")
        make.make_declared_dose(work, work.get_one(Patient, morning.ada), other)
        visit = make.make_visit(work, appointment_of(work, morning.appointment))
        make.make_injection(work, visit, course, work.scalars(select(Lot)).one())
        make.make_interview(
            work, appointment_of(work, morning.appointment), severe_allergy=Answer.YES
        )
    shown = page.open(url(morning))
    assert shown.h1 == "MERCIER Ada, 78 ans"
    assert "EFLUELDA" in shown.text
    assert "U8A213B" in shown.text
    assert "COMIRNATY" in shown.text
    assert "déclarée" in shown.text
    assert "allergi" not in shown.text.lower()  # no interview answers at the desk
    (read,) = session.scalars(select(ReadEntry))
    assert (read.page, read.patient_id) == ("reception.person", morning.ada)


def test_nobody_is_nobody(page: Browser, rosa: None) -> None:
    assert page.open("/reception/patients/999").status == 404


@pytest.mark.parametrize("role", [Role.NURSE, Role.INSPECTOR])
def test_others_only_look(
    role: Role, page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(role)
    shown = page.open(url(morning))
    assert "MERCIER Ada" in shown.text
    assert not shown.select("main form")


def test_the_contact_changes_on_the_record_and_on_what_is_to_come(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    fail_message(morning)
    assert "Un message n’est pas arrivé" in page.open(url(morning)).text
    page.submit("/contact", phone="06 39 98 00 01", email="ada.mercier@exemple.fr")
    appointment = appointment_of(session, morning.appointment)
    assert appointment.phone == "+33639980001"
    assert appointment.email == "ada.mercier@exemple.fr"
    assert session.get_one(Patient, morning.ada).phone == "+33639980001"
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.failed_at, message.version) == (None, 2)  # told again, to the new address
    assert session.scalars(select(AuditEntry.action)).all() == ["change_contact"]


def test_a_wrong_phone_is_said_at_its_field(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    page.open(url(morning))
    shown = page.submit("/contact", phone="12345678", email="x")
    assert shown.status == 422
    assert len(shown.select(".field.wrong")) == 2
    assert shown.select("input[name=phone]")[0].get("value") == "12345678"


def test_a_failure_that_was_told_is_off_the_desk(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    fail_message(morning)
    page.open(url(morning))
    shown = page.submit("messages-seen")
    assert "Un message n’est pas arrivé" not in shown.text
    message = session.scalars(select(OutboxMessage)).one()
    assert message.seen_at == clock.now()
    assert message.seen_by_id is not None


def test_it_cancels_with_a_reason_and_frees_the_place(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    with transaction() as work:  # later today: what has begun is missed, not cancelled
        slot = slot_at(work, morning.clinic, 30)
        appointment_of(work, morning.appointment).place_id = make.free_place(work, slot).id
    page.open(url(morning))
    page.follow("Annuler le rendez-vous")
    assert page.submit("/cancel").status == 422
    shown = page.submit("/cancel", reason="malade")
    assert "Le rendez-vous a été annulé." in shown.text
    appointment = appointment_of(session, morning.appointment)
    assert appointment.cancelled_at == clock.now()
    assert appointment.cancel_reason == "malade"
    assert all(planned.released_at for planned in appointment.planned_doses)


def test_who_is_here_cannot_be_cancelled(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    page.open(f"/reception/appointments/{morning.appointment}/cancel")
    with transaction() as work:
        make.make_visit(work, appointment_of(work, morning.appointment))
    shown = page.submit("/cancel", reason="malade")
    assert shown.status == 409
    assert appointment_of(session, morning.appointment).cancelled_at is None


def test_a_pair_is_cancelled_together_after_one_question(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        later = make.make_clinic(work, course, day=date(2026, 12, 28))
        second = make.make_appointment(
            work,
            work.get_one(Patient, morning.ada),
            slot_at(work, later.id, 0),
            course,
            dose_number=2,
            pair_id="p1",
        ).id
        appointment_of(work, morning.appointment).pair_id = "p1"
    page.open(f"/reception/appointments/{morning.appointment}/cancel")
    page.submit("/cancel", reason="malade", also_pair="y")
    assert appointment_of(session, second).cancelled_at == clock.now()


def test_a_minute_is_enough_to_move(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        later = make.make_clinic(work, course, day=date(2026, 11, 25))
        target = slot_at(work, later.id, 4).id
    page.open(url(morning))
    page.follow("Déplacer")
    page.follow("mercredi 25 novembre")
    shown = page.submit("/move", button=f"slot={target}")
    assert "Le rendez-vous a été déplacé." in shown.text
    assert appointment_of(session, morning.appointment).place.slot_id == target


def test_a_time_that_filled_meanwhile_is_refused_with_a_sentence(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    page.open(f"/reception/appointments/{morning.appointment}/move")
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        slot = slot_at(work, morning.clinic, 20)
        for given in ("Ben", "Zoé"):
            make.make_appointment(work, make.make_patient(work, given=given), slot, course)
    shown = page.submit("/move", button=f"slot={morning.slots[20]}")
    assert shown.status == 409
    assert "Choisissez" in shown.text
    assert appointment_of(session, morning.appointment).moved_at is None


@pytest.mark.parametrize("role", [Role.NURSE, Role.INSPECTOR, Role.STOCK])
@pytest.mark.parametrize("rest", ["/contact", "/messages-seen", "/correct"])
def test_only_reception_changes(
    role: Role, rest: str, page: Browser, morning: Morning, app: Flask, signed_in_as: SignIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    signed_in_as(role)
    assert page.send(url(morning, rest)).status == 403


def test_it_speaks_english(page: Browser, morning: Morning, rosa: None) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    shown = page.open(url(morning))
    assert "Correct the identity" in shown.text
    assert "MERCIER Ada, 78 years old" in shown.text


def test_the_confirmation_is_printed_again(
    page: Browser, app: Flask, morning: Morning, rosa: None, printer_socket: Path
) -> None:
    app.config["PRINTER_SOCKET"] = printer_socket
    page.open(url(morning))
    sheet = page.follow("Imprimer la confirmation")
    assert sheet.response.mimetype == "application/pdf"
    assert sheet.response.data.startswith(b"%PDF")


def test_a_cancelled_appointment_has_no_sheet(page: Browser, morning: Morning, rosa: None) -> None:
    with transaction() as work:
        appointment_of(work, morning.appointment).cancelled_at = clock.now()
    sheet = f"/reception/appointments/{morning.appointment}/confirmation.pdf"
    assert page.open(sheet).status == 404
