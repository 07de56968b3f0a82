"""Coming back with the link or the reference: see, move, cancel."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from icalendar import Calendar
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.booking.conftest import Opening
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.booking import link, service
from vaxcentre.booking.pdf import qr_of_reference
from vaxcentre.booking.service import HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, AppointmentMove, OutboxMessage, PlannedDose
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Clinic
from vaxcentre.models.staff import Attempt
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import MessageKind, Role


@dataclass(frozen=True)
class Booked:
    """An appointment that was booked, and its reference."""

    id: int
    reference: str


@pytest.fixture
def ada(opening: Opening) -> Booked:
    """Ada, born on 14 March 1948, has the first slot."""
    with transaction() as session:
        request = HoldRequest(opening.slot_ids[0], (PlannedFor(opening.course_id),))
        key = service.hold(session, request, by_id=None, now=clock.now()).id
        person = Person("Mercier", "Ada", date(1948, 3, 14), email="ada@example.org")
        (found,) = service.confirm(session, [key], person, by_id=None, now=clock.now())
        return Booked(found.id, found.reference)


def find(page: Browser, reference: str, birth: str = "14 3 1948") -> Page:
    """Type a reference and a birth date."""
    page.open("/find")
    day, month, year = birth.split()
    return page.submit("/find", reference=reference, day=day, month=month, year=year)


def test_reference_and_birth_date_open_the_appointment(page: Browser, ada: Booked) -> None:
    here = find(page, ada.reference)
    assert here.url == "/rv"
    assert "mardi 24 novembre 2026 à 09:00" in here.text
    assert here.response.headers["Referrer-Policy"] == "no-referrer"
    assert here.response.headers["Cache-Control"] == "no-store"


def test_the_reference_is_taken_with_a_hyphen_and_in_small_letters(
    page: Browser, ada: Booked
) -> None:
    typed = f"{ada.reference[:4]}-{ada.reference[4:]}".lower()
    assert find(page, typed).url == "/rv"


def test_a_wrong_birth_date_finds_nothing(page: Browser, ada: Booked) -> None:
    here = find(page, ada.reference, "15 3 1948")
    assert here.status == 422
    assert any("introuvable" in sentence for sentence in here.errors)


def test_after_ten_wrong_tries_the_address_waits_an_hour(
    page: Browser, ada: Booked, session: Session, at: Callable[[str], datetime]
) -> None:
    for _number in range(10):
        assert find(page, "BBBBBBBB").status == 422
    here = find(page, ada.reference)
    assert here.status == 429
    assert "09:00" in here.text
    kept = session.scalars(select(Attempt)).all()
    assert len(kept) == 10
    assert all("127.0.0.1" not in attempt.address for attempt in kept)
    at("2026-11-23 09:01")
    assert find(page, ada.reference).url == "/rv"


def test_the_secret_link_opens_it_and_leaves_the_address_at_once(
    page: Browser, app: Flask, ada: Booked, session: Session
) -> None:
    address = link.secret_link(session.get_one(Appointment, ada.id))
    assert address.startswith("https://vaccination-boulogne.example/rv/")
    here = page.open(address.removeprefix("https://vaccination-boulogne.example"))
    assert here.url == "/rv"
    assert "Ada Mercier" in here.text


def test_a_link_with_one_letter_changed_opens_nothing(
    page: Browser, app: Flask, ada: Booked
) -> None:
    token = link.token_for(ada.id, 1)
    wrong = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    for text in (wrong, token[:-1], "x", "é", link.token_for(ada.id, 2), link.token_for(99, 1)):
        here = page.open(f"/rv/{text}")
        assert here.status == 404
        assert "introuvable" in here.text


def test_a_raised_version_ends_the_link(page: Browser, app: Flask, ada: Booked) -> None:
    token = link.token_for(ada.id, 1)
    page.open(f"/rv/{token}")
    with transaction() as session:
        session.get_one(Appointment, ada.id).link_version = 2
    assert page.open("/rv").url == "/find"


def test_a_stranger_sees_no_appointment(page: Browser, ada: Booked) -> None:
    assert page.open("/rv").url == "/find"
    for url in ("/rv/cancel/1", "/rv/move/1", "/rv/confirmation.pdf", "/rv/appointment.ics"):
        assert page.open(url).status == 404


def test_one_tap_cancels_and_the_place_is_free_at_once(
    page: Browser, ada: Booked, opening: Opening, session: Session
) -> None:
    find(page, ada.reference)
    here = page.submit("/rv/cancel/1")
    assert "Annulé" in here.text
    assert "Ada : le rendez-vous du 24/11/2026 09:00 est annulé." in here.text
    session.expire_all()
    found = session.get_one(Appointment, ada.id)
    assert found.cancelled_at is not None
    assert session.scalars(select(PlannedDose.released_at)).one() is not None
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["hold", "book", "cancel"]
    kinds = session.scalars(select(OutboxMessage.kind)).all()
    assert set(kinds) == {MessageKind.CONFIRMATION, MessageKind.CANCELLATION}
    with transaction() as writing:
        request = HoldRequest(opening.slot_ids[0], (PlannedFor(opening.course_id),))
        again = service.hold(writing, request, by_id=None, now=clock.now())
        assert writing.get_one(Appointment, again.id).place_id == found.place_id


def test_cancelling_twice_is_harmless(page: Browser, ada: Booked, session: Session) -> None:
    find(page, ada.reference)
    assert page.last is not None
    form = page.last.form("/rv/cancel/1")
    sent = {e.get("name"): e.get("value") for e in form.iter("input")}
    page.send("/rv/cancel/1", data=sent)
    page.send("/rv/cancel/1", data=sent)
    entries = select(func.count(AuditEntry.id)).where(AuditEntry.action == "cancel")
    assert session.scalar(entries) == 1


def test_cancelled_and_past_are_told_apart(
    page: Browser, ada: Booked, at: Callable[[str], datetime]
) -> None:
    at("2026-11-24 09:11")
    here = find(page, ada.reference)
    assert "est passé" in here.text
    assert "Déplacer" not in here.text
    with transaction() as session:
        session.get_one(Appointment, ada.id).cancelled_at = clock.now()
    assert "Annulé" in page.open("/rv").text


def test_it_is_too_late_to_cancel_who_is_here(
    page: Browser, ada: Booked, session: Session, at: Callable[[str], datetime]
) -> None:
    at("2026-11-24 08:55")
    find(page, ada.reference)
    assert page.last is not None
    form = page.last.form("/rv/cancel/1")
    sent = {e.get("name"): e.get("value") for e in form.iter("input")}
    with transaction() as writing:
        make.make_visit(writing, writing.get_one(Appointment, ada.id))
    here = page.send("/rv/cancel/1", data=sent)
    assert "déjà enregistré l’arrivée" in here.text
    assert session.get_one(Appointment, ada.id).cancelled_at is None


def test_it_moves_and_keeps_reference_and_link(
    page: Browser, ada: Booked, opening: Opening, session: Session
) -> None:
    find(page, ada.reference)
    page.follow("Déplacer ce rendez-vous")
    page.follow("Mardi 24 novembre")
    here = page.submit("/rv/move", button=f"slot={opening.slot_ids[2]}")
    assert "a été déplacé" in here.text
    assert "à 09:20" in here.text
    session.expire_all()
    found = session.get_one(Appointment, ada.id)
    assert found.reference == ada.reference
    assert session.scalars(select(AppointmentMove)).one().to_place_id == found.place_id
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["hold", "book", "move"]


def test_moving_to_the_same_time_changes_nothing(
    page: Browser, ada: Booked, opening: Opening, session: Session
) -> None:
    find(page, ada.reference)
    page.open("/rv/move/1/2026-11-24")
    page.submit("/rv/move", button=f"slot={opening.slot_ids[0]}")
    assert session.scalar(select(func.count(AppointmentMove.id))) == 0


def test_a_slot_that_filled_meanwhile_is_said(
    page: Browser, ada: Booked, opening: Opening, session: Session
) -> None:
    find(page, ada.reference)
    page.open("/rv/move/1/2026-11-24")
    with transaction() as writing:
        for _number in range(2):
            request = HoldRequest(opening.slot_ids[1], (PlannedFor(opening.course_id),))
            service.hold(writing, request, by_id=None, now=clock.now())
    here = page.submit("/rv/move", button=f"slot={opening.slot_ids[1]}")
    assert here.status == 409
    assert "vient d’être pris" in here.text
    assert session.get_one(Appointment, ada.id).moved_at is None


def test_a_closed_clinic_is_no_place_to_move_to(
    page: Browser, ada: Booked, opening: Opening
) -> None:
    find(page, ada.reference)
    with transaction() as session:
        session.scalars(select(Clinic)).one().closed_at = clock.now()
    here = page.open("/rv/move/1")
    assert "fermé" in here.text


def test_the_calendar_file_follows_the_changes(
    page: Browser, ada: Booked, opening: Opening
) -> None:
    find(page, ada.reference)
    first = event_of(page)
    page.open("/rv/move/1/2026-11-24")
    page.submit("/rv/move", button=f"slot={opening.slot_ids[1]}")
    moved = event_of(page)
    page.open("/rv")
    page.submit("/rv/cancel/1")
    ended = event_of(page)
    assert [int(e["SEQUENCE"]) for e in (first, moved, ended)] == [0, 1, 2]
    assert len({str(e["UID"]) for e in (first, moved, ended)}) == 1
    assert str(ended["STATUS"]) == "CANCELLED"
    assert str(first["SUMMARY"]) == "Rendez-vous"
    assert moved["DTSTART"].dt.isoformat() == "2026-11-24T08:10:00+00:00"


def event_of(page: Browser) -> Any:
    """The one event of the visitor's calendar file."""
    answer = page.client.get("/rv/appointment.ics")
    assert answer.status_code == 200
    assert b"Grippe" not in answer.data
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    return event


def test_the_confirmation_prints_the_same_bytes(
    page: Browser, app: Flask, ada: Booked, printer_socket: Path
) -> None:
    app.config["PRINTER_SOCKET"] = printer_socket
    find(page, ada.reference)
    first = page.client.get("/rv/confirmation.pdf").data
    text = PdfReader(io.BytesIO(first)).pages[0].extract_text()
    assert f"{ada.reference[:4]}-{ada.reference[4:]}" in text
    assert "Ada MERCIER" in text
    assert page.client.get("/rv/confirmation.pdf").data == first


def test_the_qr_code_says_the_reference(app: Flask, ada: Booked) -> None:
    picture = base64.b64decode(qr_of_reference(ada.reference).split(",", 1)[1])
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert [code.text for code in found] == [ada.reference]


def test_a_printer_that_is_away_is_said(page: Browser, app: Flask, ada: Booked) -> None:
    app.config["PRINTER_SOCKET"] = Path("/nonexistent/printer.sock")
    find(page, ada.reference)
    here = page.open("/rv/confirmation.pdf")
    assert here.status == 409
    assert "impression" in here.text


def test_closing_forgets_the_appointment(page: Browser, ada: Booked) -> None:
    find(page, ada.reference)
    page.submit("/rv/leave")
    assert page.open("/rv").url == "/find"


def answer_at_home(page: Browser) -> Page:
    """No to every question."""
    asked = page.open("/questionnaire/")
    assert asked.links()["Retour"] == "/rv"
    names = {box.get("name") for box in asked.select("main input[type=radio]")}
    return page.submit("/questionnaire/", **dict.fromkeys(names, "no"))


def test_it_says_when_the_questions_were_answered(page: Browser, ada: Booked) -> None:
    assert "Répondre maintenant" in find(page, ada.reference).text
    answer_at_home(page)
    here = page.open("/rv")
    assert "Réponses données le lundi 23 novembre à 08:00" in here.text
    assert "Répondre maintenant" not in here.text
    assert here.links()["Changer mes réponses"] == "/questionnaire/"


def test_what_a_nurse_wrote_down_is_not_shown(page: Browser, ada: Booked) -> None:
    with transaction() as session:
        make.make_interview(session, session.get_one(Appointment, ada.id))
    assert "Répondre maintenant" in find(page, ada.reference).text
    here = page.open("/questionnaire/")
    assert not here.select("input[checked]")
    assert "Vous avez déjà répondu" not in here.text


def test_the_questions_are_those_of_the_appointment_to_come(
    page: Browser, ada: Booked, opening: Opening, at: Callable[[str], datetime]
) -> None:
    with transaction() as session:
        first = session.get_one(Appointment, ada.id)
        course = session.get_one(Course, opening.course_id)
        slot = make.make_slot(session, course, day=date(2026, 12, 30))
        person = first.patient
        assert person is not None
        first.pair_id = "pair"
        make.make_appointment(session, person, slot, course, dose_number=2, pair_id="pair")
    at("2026-11-24 12:00")
    find(page, ada.reference)
    assert answer_at_home(page).status == 200
    assert "Réponses données le mardi 24 novembre à 12:00" in page.open("/rv").text


def test_after_the_visit_the_certificate_is_one_tap_away(
    page: Browser, ada: Booked, opening: Opening, at: Callable[[str], datetime]
) -> None:
    assert "Imprimer mon attestation" not in find(page, ada.reference).text
    at("2026-11-24 09:05")
    with transaction() as session:
        visit = make.make_visit(session, session.get_one(Appointment, ada.id))
        course = session.get_one(Course, opening.course_id)
        lot = make.make_lot(session, make.make_vaccine(session, course))
        make.make_injection(session, visit, course, lot, box=1)
    here = page.open("/rv")
    assert "Vaccination faite le mardi 24 novembre à 09:05" in here.text
    form = here.form("/mon-attestation")
    assert "Imprimer mon attestation de vaccination" in form.text_content()
    assert {e.get("name"): e.get("value") for e in form.iter("input")}["own"] == "yes"


def test_staff_move_and_cancel_with_a_reason(ada: Booked, opening: Opening) -> None:
    with transaction() as session:
        max_ = make.make_staff(session, Role.MANAGER).id
        now, target = clock.now(), opening.slot_ids[1]
        service.move(session, ada.id, target, by_id=max_, now=now, reason="fermeture")
        service.cancel(session, ada.id, by_id=max_, now=now, reason="fermeture")
        found = session.get_one(Appointment, ada.id)
        assert (found.cancelled_by_id, found.cancel_reason) == (max_, "fermeture")
        assert session.scalars(select(AppointmentMove.moved_by_id)).one() == max_


def test_the_page_speaks_english(page: Browser, ada: Booked) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert find(page, ada.reference).h1 == "Appointment of Ada Mercier"
