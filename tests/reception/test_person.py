"""One person's page: appointments, doses, and what is done from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from vaxcentre.models.clinic import Slot
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import Answer, MessageKind, Role

SignIn = Callable[..., Any]
Clock = Callable[[str], datetime]


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


@pytest.fixture
def two_contacts(morning: Morning, rosa: None) -> None:
    """Ada's record has one phone number and an address; her daughter booked with another number."""
    with transaction() as session:
        booked = appointment_of(session, morning.appointment)
        booked.phone, booked.email = "+33199002222", "ada@exemple.fr"
        ada = session.get_one(Patient, morning.ada)
        ada.phone, ada.email = "+33199001111", "ada@exemple.fr"


def contacts(session: Session, morning: Morning) -> list[tuple[str | None, str | None]]:
    session.expire_all()
    ada = session.get_one(Patient, morning.ada)
    booked = appointment_of(session, morning.appointment)
    return [(ada.phone, ada.email), (booked.phone, booked.email)]


def test_two_contacts_are_flagged_and_shown_side_by_side(
    page: Browser, morning: Morning, two_contacts: None
) -> None:
    page.open("/reception/")
    assert "Coordonnées différentes" in page.submit("/reception/", q=morning.reference).text
    shown = page.open(url(morning))
    labels = shown.select("form[action$='settle-contact'] label")
    assert [" ".join(label.text_content().split()) for label in labels] == [
        "01 99 00 11 11 (fiche)",
        "01 99 00 22 22 (rendez-vous du 23/11/2026 10:30)",
    ]


@pytest.mark.parametrize(
    ("source", "phone"), [("record", "+33199001111"), ("appointment", "+33199002222")]
)
def test_the_contact_that_was_picked_holds_everywhere_with_its_trace(
    source: str,
    phone: str,
    page: Browser,
    morning: Morning,
    two_contacts: None,
    session: Session,
) -> None:
    page.open(url(morning))
    picked = "record" if source == "record" else str(morning.appointment)
    shown = page.submit("/settle", phone_from=picked)
    assert "Les coordonnées ont été modifiées." in shown.text
    assert not shown.select("form[action$='settle-contact']")
    assert contacts(session, morning) == [(phone, "ada@exemple.fr")] * 2
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "change_contact")).one()
    assert entry.by_id is not None
    assert entry.details["phone"] == f"…1111 > …{phone[-4:]}"
    assert ("phone_from" in entry.details) == (source == "appointment")


def test_nobody_elses_contact_is_picked(
    page: Browser, morning: Morning, two_contacts: None, session: Session
) -> None:
    page.open(url(morning))
    shown = page.submit("/settle", phone_from="999")
    assert shown.status == 422
    assert contacts(session, morning)[0][0] == "+33199001111"


def test_the_same_contact_asks_nothing(
    page: Browser, morning: Morning, two_contacts: None, session: Session
) -> None:
    with transaction() as work:
        appointment_of(work, morning.appointment).phone = "+33199001111"
    assert not page.open(url(morning)).select("form[action$='settle-contact']")


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


@dataclass(frozen=True)
class Pair:
    """Zoé's two doses: Wednesday 25 November, and 30 days later; clinics by days after that."""

    first: int
    second: int
    zoe: int
    slots: dict[int, int]


@pytest.fixture
def pair(morning: Morning, signed_in_as: SignIn) -> Pair:
    """A course of two doses, 28 to 60 days apart."""
    with transaction() as work:
        course = make.make_course(work, "zoster-life", doses=2, name_fr="Zona")
        zoe = make.make_patient(work, given="Zoé", birth_on=date(1950, 1, 1))
        slots = {}
        for days in (0, 10, 30, 50, 80):
            day = date(2026, 11, 25) + timedelta(days=days)
            # The last but one is not open to the public yet: staff may book it.
            opens_at = clock.now() + timedelta(days=1 if days == 50 else -1)
            clinic = make.make_clinic(work, course, day=day, end="09:20", opens_at=opens_at)
            slots[days] = slot_at(work, clinic.id, 0).id
        first, second = (
            make.make_appointment(
                work,
                zoe,
                work.get_one(Slot, slots[days]),
                course,
                dose_number=number,
                pair_id="pair",
            ).id
            for days, number in ((0, 1), (30, 2))
        )
        found = Pair(first, second, zoe.id, slots)
    signed_in_as(Role.RECEPTION)
    return found


def slot_of(session: Session, appointment: int) -> int:
    return appointment_of(session, appointment).place.slot_id


def test_the_desk_moves_both_of_a_pair_where_the_interval_asks_for_it(
    page: Browser, pair: Pair, session: Session
) -> None:
    shown = page.open(f"/reception/appointments/{pair.first}/move?day=2026-12-05")
    assert "L’autre rendez-vous" in shown.text
    button = shown.select("button[name=slot]")[0]
    assert button.get("value") == f"{pair.slots[10]}-{pair.slots[50]}"
    assert "14/01/2027" in button.text_content() or "14 janv" in button.text_content()
    moved = page.submit("/move", button=f"slot={button.get('value')}")
    assert "Les deux rendez-vous ont été déplacés." in moved.text
    assert slot_of(session, pair.first) == pair.slots[10]
    assert slot_of(session, pair.second) == pair.slots[50]
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "move")).all()
    assert len(actions) == 2


def test_the_second_of_a_pair_moves_alone_and_only_inside_the_interval(
    page: Browser, pair: Pair, session: Session
) -> None:
    shown = page.open(f"/reception/appointments/{pair.second}/move")
    offered = {link for link in shown.links().values() if "day=" in link}
    assert not any("2026-12-05" in link or "2027-02-13" in link for link in offered)
    page.open(f"/reception/appointments/{pair.second}/move?day=2027-01-14")
    moved = page.submit("/move", button=f"slot={pair.slots[50]}")
    assert "Le rendez-vous a été déplacé." in moved.text
    assert slot_of(session, pair.first) == pair.slots[0]


def test_a_second_time_that_is_gone_moves_neither(
    page: Browser, pair: Pair, session: Session
) -> None:
    page.open(f"/reception/appointments/{pair.first}/move?day=2026-12-05")
    shown = page.submit("/move", button=f"slot={pair.slots[10]}-{pair.slots[80]}")
    assert shown.status == 409
    assert slot_of(session, pair.first) == pair.slots[0]
    assert slot_of(session, pair.second) == pair.slots[30]


def test_after_the_first_dose_the_record_says_where_the_second_may_go(
    page: Browser, pair: Pair, session: Session, at: Clock, signed_in_as: SignIn
) -> None:
    with transaction() as work:
        first = appointment_of(work, pair.first)
        lot = work.scalars(select(Lot)).one()
        at("2026-11-25 09:05")
        course = first.planned_doses[0].course
        make.make_injection(work, make.make_visit(work, first), course, lot)
    signed_in_as(Role.RECEPTION)
    page.open(f"/reception/appointments/{pair.second}/move?day=2027-01-14")
    page.submit("/move", button=f"slot={pair.slots[50]}")
    assert slot_of(session, pair.second) == pair.slots[50]


@pytest.mark.parametrize("action", ["move", "cancel"])
def test_who_opens_an_appointment_to_change_it_is_noted(
    action: str, page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    page.open(f"/reception/appointments/{morning.appointment}/{action}")
    (read,) = session.scalars(select(ReadEntry))
    assert (read.page, read.patient_id) == (f"reception.{action}", morning.ada)


def test_who_opens_an_identity_to_correct_it_is_noted(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    page.open(url(morning, "/correct"))
    (read,) = session.scalars(select(ReadEntry))
    assert (read.page, read.patient_id) == ("reception.correct", morning.ada)


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


def test_the_paper_of_the_moment_is_one_key_from_the_panel(
    page: Browser, morning: Morning, rosa: None
) -> None:
    page.open("/reception/")
    expected = page.submit("/reception/", q=morning.reference)
    (sheet,) = expected.select("[data-key=F8]")
    assert sheet.get("href") == f"/reception/appointments/{morning.appointment}/confirmation.pdf"
    with transaction() as session:
        appointment = appointment_of(session, morning.appointment)
        course = session.get_one(Course, morning.course)
        lot = session.scalars(select(Lot)).one()
        make.make_injection(session, make.make_visit(session, appointment), course, lot)
    (paper,) = page.submit("/reception/", q=morning.reference).select("[data-key=F8]")
    assert paper.get("href") == f"/papers/patients/{morning.ada}"
    assert "Imprimer l’attestation" in page.follow("Imprimer l’attestation").text


def test_a_cancelled_appointment_has_no_sheet(page: Browser, morning: Morning, rosa: None) -> None:
    with transaction() as work:
        appointment_of(work, morning.appointment).cancelled_at = clock.now()
    sheet = f"/reception/appointments/{morning.appointment}/confirmation.pdf"
    assert page.open(sheet).status == 404
