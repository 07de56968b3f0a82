"""Vials: opened with a number and an end, drawn from by their box, ended with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.injection import Injection
from vaxcentre.models.stock import Lot, StockMovement, Vial
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind, Role
from vaxcentre.stock import service, vials

Clock = Callable[[str], datetime]


@pytest.fixture
def lot_id(
    page: Browser, at: Clock, write: Callable[[], Session], signed_in_as: Callable[..., object]
) -> int:
    """Monday 10:00; two sealed vials of six doses, good for six hours once opened."""
    at("2026-11-23 10:00")
    with write() as session:
        covid = make.make_course(session, "covid-2026", short_fr="Covid-19")
        vaccine = make.make_vaccine(
            session,
            covid,
            name="COMIRNATY",
            doses_per_container=6,
            minutes_after_opening=360,
        )
        found = make.make_lot(session, vaccine, doses=12).id
    signed_in_as(Role.STOCK)
    return found


def open_one(page: Browser, lot: int, **typed: str) -> Page:
    page.open("/stock/vials")
    return page.submit("/vials/open", **({"lot_id": str(lot), "box": "2"} | typed))


def press(page: Browser, url: str) -> Page:
    """A button of a page that was open before things changed."""
    assert page.last is not None
    (token, *_others) = page.last.select("input[name=csrf_token]")
    return page.send(url, data={"csrf_token": token.get("value")})


def in_the_box(lot_id: int) -> int:
    """Somebody is here and ready; the number of the visit."""
    with transaction() as work:
        lot = service.lock_lot(work, lot_id)
        course = lot.vaccine.accepted_for[0].course
        clinic = make.make_clinic(work, course, day=clock.today(make.PARIS))
        ada = make.make_patient(work)
        appointment = make.make_appointment(work, ada, clinic.slots[6], course)
        visit = make.make_visit(work, appointment)
        make.make_interview(work, appointment)
        return visit.id


def opened(session: Session) -> list[Vial]:
    session.expire_all()
    return list(session.scalars(select(Vial).order_by(Vial.id)))


def draw(lot_id: int, box: int | None = 2) -> int:
    """A dose goes to somebody in a box; gives the injection."""
    with transaction() as session:
        lot = service.lock_lot(session, lot_id)
        course = lot.vaccine.accepted_for[0].course
        slot = make.make_slot(session, course)
        ada = make.make_patient(session, f"Ada{make.make_reference()}")
        visit = make.make_visit(session, make.make_appointment(session, ada, slot, course))
        injection = make.make_record(session, visit, course, lot, box=box)
        service.take_for_injection(
            session, injection, day=clock.today(make.PARIS), by_id=1, now=clock.now()
        )
        return injection.id


def contents(session: Session, number: int = 0) -> int:
    return vials.contents_of(session, opened(session)[number].id)


def test_it_gets_a_number_and_an_end(lot_id: int, page: Browser, session: Session) -> None:
    shown = open_one(page, lot_id)
    assert "Le flacon 1 est ouvert : écrivez ce numéro dessus." in shown.text
    assert "jusqu’à 16:00" in shown.text
    (vial,) = opened(session)
    assert (vial.number, vial.box, vial.doses) == (1, 2, 6)
    assert vial.discard_at == clock.now() + timedelta(hours=6)
    assert service.doses_on_hand(session, lot_id) == 12
    assert vials.doses_in_vials(session, lot_id) == 6


def test_without_a_time_it_is_opened_now_while_the_clock_runs(
    lot_id: int, page: Browser, session: Session
) -> None:
    with time_machine.travel(clock.now(), tick=True):
        open_one(page, lot_id)
    assert len(opened(session)) == 1


def test_an_injection_takes_it_by_itself(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    draw(lot_id)
    assert contents(session) == 5
    assert service.doses_on_hand(session, lot_id) == 11
    given = StockMovement.kind == MovementKind.GIVE
    movement = session.scalars(select(StockMovement).where(given)).one()
    assert movement.vial_id == opened(session)[0].id


def test_a_box_does_not_draw_from_the_vial_of_another(
    lot_id: int, page: Browser, session: Session
) -> None:
    open_one(page, lot_id)
    with pytest.raises(vials.NoVialOpen):
        draw(lot_id, box=3)
    assert contents(session) == 6


def test_past_its_time_it_cannot_be_drawn_from_and_the_rest_is_discarded(
    lot_id: int, page: Browser, session: Session, at: Clock, signed_in_as: Callable[..., Any]
) -> None:
    open_one(page, lot_id)
    draw(lot_id)
    at("2026-11-23 16:00")
    signed_in_as(Role.STOCK)
    with pytest.raises(vials.VialPastTime):
        draw(lot_id)
    shown = page.open("/stock/vials")
    assert "délai dépassé depuis 16:00" in shown.text
    page.submit("/discard")
    movement = session.scalars(select(StockMovement).order_by(StockMovement.id.desc())).first()
    assert movement is not None
    assert (movement.doses, movement.discard_reason) == (-5, DiscardReason.PAST_TIME)
    assert contents(session) == 0
    assert service.doses_on_hand(session, lot_id) == 6


def test_a_dose_beyond_the_number_is_flagged(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    for _ in range(6):
        draw(lot_id)
    with pytest.raises(vials.NoVialOpen):
        draw(lot_id)
    page.open("/stock/vials")
    shown = page.submit("/extra")
    assert "notée au-delà de son nombre" in shown.text
    draw(lot_id)
    assert contents(session) == 0
    assert service.doses_on_hand(session, lot_id) == 6


def test_no_dose_is_added_while_some_are_left(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    shown = press(page, f"/stock/vials/{opened(session)[0].id}/extra")
    assert shown.status == 409
    assert contents(session) == 6


def test_one_vial_at_a_time_in_a_box(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    shown = open_one(page, lot_id)
    assert any("Le flacon 1 contient encore 6 doses dans ce box." in one for one in shown.errors)
    open_one(page, lot_id, box="3")
    assert [vial.number for vial in opened(session)] == [1, 2]


def test_what_is_not_there_cannot_be_opened(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    open_one(page, lot_id, box="3")
    shown = open_one(page, lot_id, box="4")
    assert any("Il ne reste aucun flacon fermé" in one for one in shown.errors)
    assert len(opened(session)) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"lot_id": "0"}, "Choisissez le lot."),
        ({"opened_at": "12:00"}, "Saisissez l’heure d’ouverture"),
        ({"opened_at": "25:61"}, "Saisissez une heure comme 10:35."),
        ({"box": "100"}, "Choisissez un des box"),
    ],
)
def test_a_wrong_opening_is_refused_at_its_field(
    lot_id: int, page: Browser, session: Session, typed: dict[str, str], sentence: str
) -> None:
    shown = open_one(page, lot_id, **typed)
    assert shown.status == 422
    assert any(sentence in one for one in shown.errors)
    assert opened(session) == []


def test_opened_a_while_ago_it_ends_earlier(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id, opened_at="9:30")
    assert opened(session)[0].discard_at == clock.now() + timedelta(hours=5, minutes=30)


def test_a_dilution_is_checked_by_a_second_person(
    lot_id: int, page: Browser, session: Session
) -> None:
    with transaction() as work:
        service.lock_lot(work, lot_id).vaccine.needs_dilution = True
        noor = make.make_staff(work, Role.NURSE).id
    shown = open_one(page, lot_id)
    assert any("nommez la seconde personne" in one for one in shown.errors)
    open_one(page, lot_id, checked_by_id=str(noor))
    assert opened(session)[0].checked_by_id == noor


def test_an_undone_injection_is_in_its_vial_again(
    lot_id: int, page: Browser, session: Session
) -> None:
    open_one(page, lot_id)
    number = draw(lot_id)
    with transaction() as work:
        injection = work.get_one(Injection, number)
        service.put_back_for_injection(work, injection, by_id=1, now=clock.now(), note="")
    assert contents(session) == 6


def test_it_was_not_opened_after_all(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    page.submit("/undo")
    assert vials.doses_in_vials(session, lot_id) == 0
    assert service.doses_on_hand(session, lot_id) == 12
    open_one(page, lot_id)
    assert [vial.number for vial in opened(session)] == [1, 2]


def test_drawn_from_it_stays_opened(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    draw(lot_id)
    shown = press(page, f"/stock/vials/{opened(session)[0].id}/undo")
    assert shown.status == 409
    assert "son ouverture ne peut plus être annulée" in shown.text


def test_what_stands_in_a_vial_is_neither_sent_nor_discarded_as_sealed(
    lot_id: int, page: Browser, session: Session
) -> None:
    open_one(page, lot_id)
    page.open(f"/stock/lots/{lot_id}")
    shown = page.submit("/discard", doses="7", reason="broken")
    assert any("Il ne reste que 6 doses" in one for one in shown.errors)
    page.open(f"/stock/lots/{lot_id}/move")
    shown = page.submit("/count", counted="5")
    assert any("6 doses sont dans des flacons entamés" in one for one in shown.errors)


def test_the_nurse_opens_it_where_she_stands_and_injects(
    lot_id: int, page: Browser, session: Session, signed_in_as: Callable[..., Any]
) -> None:
    number = in_the_box(lot_id)
    signed_in_as(Role.NURSE)
    page.open("/vaccination/box")
    page.submit("/box", box="2")
    shown = page.open(f"/vaccination/visits/{number}")
    assert "Aucun flacon du lot" in shown.text
    shown = page.submit("/vials/open")
    assert "Flacon 1, ouvert à 10:00" in shown.text
    assert "6 doses restantes" in shown.text
    page.submit("/injection")
    assert contents(session) == 5
    assert session.scalars(select(Visit)).one().id == number


def test_past_its_time_the_nurse_discards_the_rest_and_opens_another_in_the_box(
    lot_id: int, page: Browser, session: Session, signed_in_as: Callable[..., Any], at: Clock
) -> None:
    open_one(page, lot_id)
    number = in_the_box(lot_id)
    at("2026-11-23 16:05")
    signed_in_as(Role.NURSE)
    page.open("/vaccination/box")
    page.submit("/box", box="2")
    shown = page.open(f"/vaccination/visits/{number}")
    assert "Jeter les 6 doses restantes du flacon 1" in shown.text
    shown = page.submit("/discard")
    assert contents(session) == 0
    assert "Aucun flacon du lot" in shown.text
    assert "Flacon 2, ouvert à 16:05" in page.submit("/vials/open").text


def test_one_vial_names_its_own_people_and_no_others(
    lot_id: int, page: Browser, session: Session
) -> None:
    open_one(page, lot_id)
    open_one(page, lot_id, box="3")
    inside = [draw(lot_id), draw(lot_id)]
    draw(lot_id, box=3)
    assert len(page.open(f"/stock/lots/{lot_id}/recipients").select("tbody tr")) == 3
    page.follow("Flacon 1")
    assert page.last is not None
    assert page.last.h1 == "Qui a reçu le flacon 1 du lot " + session.get_one(Lot, lot_id).number
    names = {session.get_one(Injection, key).patient.given_names for key in inside}
    rows = [row.text_content() for row in page.last.select("tbody th")]
    assert len(rows) == 2
    assert all(any(name in row for row in rows) for name in names)
    page.follow("CSV")
    lines = page.last.response.text.splitlines()
    assert lines[0].startswith("\ufeffNom;Prénoms;")
    assert len(lines) == 3
    assert "MERCIER" in page.last.response.text.upper()


def test_a_vial_of_another_lot_is_not_found(lot_id: int, page: Browser, session: Session) -> None:
    open_one(page, lot_id)
    with transaction() as work:
        vaccine = service.lock_lot(work, lot_id).vaccine
        other = make.make_lot(work, vaccine, number="OTHER").id
    number = opened(session)[0].id
    assert page.open(f"/stock/lots/{other}/recipients?vial={number}").status == 404
    assert page.open(f"/stock/lots/{lot_id}/recipients?vial=99").status == 404


def test_its_label_says_which_vial_what_is_in_it_and_until_when(
    lot_id: int, page: Browser, session: Session, printer: object
) -> None:
    open_one(page, lot_id)
    url = f"/stock/vials/{opened(session)[0].id}/label.pdf"
    first = page.client.get(url).data
    (sheet,) = PdfReader(BytesIO(first)).pages
    text = sheet.extract_text()
    assert all(word in text for word in ("Flacon 1", "COMIRNATY", "ouvert à 10:00", "box 2"))
    assert "à jeter à 16:00" in text
    assert [round(float(side) * 25.4 / 72) for side in sheet.mediabox[2:]] == [62, 29]
    assert page.client.get(url).data == first


def test_the_labels_of_the_day_stand_on_one_sheet(
    lot_id: int, page: Browser, printer: object
) -> None:
    assert page.open("/stock/vials/labels.pdf").status == 404
    open_one(page, lot_id)
    open_one(page, lot_id, box="3")
    (sheet,) = PdfReader(BytesIO(page.client.get("/stock/vials/labels.pdf").data)).pages
    text = sheet.extract_text()
    assert "Flacon 1" in text
    assert "Flacon 2" in text


def test_a_vial_that_was_not_opened_has_no_label(
    lot_id: int, page: Browser, session: Session
) -> None:
    open_one(page, lot_id)
    number = opened(session)[0].id
    page.open("/stock/vials")
    page.submit("/undo")
    assert page.open(f"/stock/vials/{number}/label.pdf").status == 404
