"""A delivery: scan, count, check, save; and every box that must not come in."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from tests.stock.boxes import GTIN, OTHER_GTIN, code
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.stock import BoxSerial, Lot, StockMovement
from vaxcentre.rules.vocabulary import MovementKind, Role

Write = Callable[[], Session]


@pytest.fixture
def desk(write: Write, page: Browser, signed_in_as: Callable[..., object], at: object) -> Browser:
    """Paul at the delivery page on 23 November 2026; boxes hold ten syringes."""
    at("2026-11-23 10:00")  # type: ignore[operator]
    with write() as session:
        flu = make.make_course(session)
        make.make_vaccine(session, flu, gtin14=GTIN, cip13=GTIN[1:])
    signed_in_as(Role.STOCK)
    page.open("/stock/receive")
    return page


def scan(desk: Browser, text: str) -> Page:
    return desk.submit("/receive", scan=text)


def save(desk: Browser, **typed: str) -> Page:
    desk.submit("/receive", **typed)
    return desk.submit("/receive", button="confirmed=yes")


def movements(session: Session) -> list[StockMovement]:
    session.expire_all()
    return list(session.scalars(select(StockMovement).order_by(StockMovement.id)))


def test_a_scan_fills_the_page_and_the_doses_are_shown_before_saving(
    desk: Browser, session: Session
) -> None:
    filled = scan(desk, code())
    assert filled.status == 200
    assert "EFLUELDA · lot U8A213B · expire 30/06/2027" in filled.text
    check = desk.submit("/receive", box_count="3", document_number="BL 4417")
    assert "3 boîtes de 10 = 30 doses" in check.text
    assert not movements(session)

    saved = desk.submit("/receive", button="confirmed=yes")

    assert "30 doses reçues, lot U8A213B" in saved.text
    (movement,) = movements(session)
    assert (movement.kind, movement.doses, movement.box_count) == (MovementKind.RECEIVE, 30, 3)
    assert movement.document_number == "BL 4417"
    assert (movement.lot.number, movement.lot.expires_on) == ("U8A213B", date(2027, 6, 30))
    assert session.scalars(select(BoxSerial)).one().serial == "S1"


def test_it_signs_the_change(desk: Browser, session: Session) -> None:
    scan(desk, code())
    save(desk)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "receive")).one()
    assert entry.subject == "stock_movement"
    assert entry.details == {"doses": 10}
    assert entry.by_id == movements(session)[0].moved_by_id


def test_boxes_scanned_one_after_the_other_add_up(desk: Browser, session: Session) -> None:
    for serial in ("S1", "S2", "S3"):
        scan(desk, code(serial=serial))
    assert "3 boîtes comptées" in desk.last.text  # type: ignore[union-attr]
    save(desk)
    assert movements(session)[0].doses == 30
    assert {row.serial for row in session.scalars(select(BoxSerial))} == {"S1", "S2", "S3"}


def test_a_second_delivery_of_the_lot_goes_into_the_same_lot(
    desk: Browser, session: Session
) -> None:
    for serial in ("S1", "S2"):
        scan(desk, code(serial=serial))
        save(desk)
    assert len(session.scalars(select(Lot)).all()) == 1
    assert sum(m.doses for m in movements(session)) == 20


def test_everything_may_be_typed(desk: Browser, session: Session) -> None:
    vaccine_id = desk.last.select("#vaccine_id option")[1].get("value")  # type: ignore[union-attr]
    save(desk, vaccine_id=vaccine_id, lot_number="ab12", expires_on="06/2027", box_count="2")
    lot = session.scalars(select(Lot)).one()
    assert (lot.number, lot.expires_on) == ("ab12", date(2027, 6, 30))
    save(desk, vaccine_id=vaccine_id, lot_number="AB12", expires_on="30062027", box_count="1")
    assert [m.doses for m in movements(session)] == [20, 10]
    assert len(session.scalars(select(Lot)).all()) == 1


def test_sending_the_last_page_twice_receives_once(desk: Browser, session: Session) -> None:
    scan(desk, code())
    desk.submit("/receive")
    form = desk.last.form("/receive")  # type: ignore[union-attr]
    data = {e.get("name"): e.get("value") or "" for e in form.iter("input")} | {"confirmed": "yes"}
    for _ in range(2):
        assert "10 doses reçues" in desk.send("/stock/receive", data=data).text
    assert len(movements(session)) == 1


def test_a_box_that_was_received_says_when(desk: Browser, session: Session) -> None:
    scan(desk, code())
    save(desk)
    again = scan(desk, code())
    assert again.status == 422
    assert "a déjà été reçue le lundi 23 novembre à 10:00" in again.text
    assert len(movements(session)) == 1


def test_a_box_of_last_year_says_in_which_year(desk: Browser, at: Callable[[str], object]) -> None:
    scan(desk, code())
    save(desk)
    at("2027-01-05 10:00")
    make.sign_in(desk, Role.STOCK)
    desk.open("/stock/receive")
    assert "reçue le lundi 23 novembre 2026 à 10:00" in scan(desk, code()).text


def test_a_box_whose_receipt_was_undone_may_come_again(desk: Browser, session: Session) -> None:
    scan(desk, code())
    save(desk)
    assert "10 doses reprises" in desk.submit("/undo").text
    desk.open("/stock/receive")
    scan(desk, code())
    save(desk)
    assert [m.doses for m in movements(session)] == [10, -10, 10]
    assert "déjà été reçue" in scan(desk, code()).text


def test_the_same_box_scanned_twice_counts_once(desk: Browser) -> None:
    scan(desk, code())
    again = scan(desk, code())
    assert again.status == 422
    assert "vient d’être scannée" in again.text
    assert "1 boîte comptée" in again.text
    assert again.select(".found.go") == []  # green would say that it was taken


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (code(expires_on=date(2026, 11, 22)), "Le lot U8A213B est périmé depuis le 22/11/2026"),
        (code(gtin=OTHER_GTIN), "n’est pas dans les vaccins du centre"),
        (code(gtin="03400930275574"), "son dernier chiffre est faux"),
        ("bonjour tout le monde", "n’est pas le code d’un médicament"),
        ("x" * 600, "n’est pas le code d’un médicament"),
    ],
)
def test_a_scan_that_is_refused_says_why(desk: Browser, raw: str, sentence: str) -> None:
    answer = scan(desk, raw)
    assert answer.status == 422
    assert sentence in answer.text


def test_what_was_typed_wrong_is_not_counted_as_scanned(desk: Browser) -> None:
    vaccine_id = desk.last.select("#vaccine_id option")[1].get("value")  # type: ignore[union-attr]
    typed = {"lot_number": "AB12", "expires_on": "13/2027", "box_count": "2"}
    answer = desk.submit("/receive", vaccine_id=vaccine_id, **typed)
    assert answer.status == 422
    assert "comptée" not in answer.text


def test_the_last_day_of_use_is_still_good(desk: Browser, session: Session) -> None:
    scan(desk, code(expires_on=date(2026, 11, 23)))
    save(desk)
    assert len(movements(session)) == 1


def test_another_lot_waits_until_the_first_is_saved(desk: Browser) -> None:
    scan(desk, code())
    answer = scan(desk, code(lot="U9", serial="S9"))
    assert answer.status == 422
    assert "n’est pas du lot U8A213B" in answer.text
    assert "1 boîte comptée" in answer.text


def test_a_known_lot_with_another_expiry_names_the_known_one(
    desk: Browser, session: Session
) -> None:
    scan(desk, code())
    save(desk)
    answer = scan(desk, code(serial="S2", expires_on=date(2027, 7, 31)))
    assert answer.status == 422
    assert "connu avec la péremption 30/06/2027" in answer.text
    vaccine_id = answer.select("#vaccine_id option")[1].get("value")
    typed = {"lot_number": "u8a213b", "expires_on": "07/2027", "box_count": "1"}
    answer = desk.submit("/receive", vaccine_id=vaccine_id, **typed)
    assert answer.status == 422
    assert "connu avec la péremption 30/06/2027" in answer.text
    assert len(movements(session)) == 1


def test_a_code_that_lost_its_separator_is_chosen_by_a_person(
    desk: Browser, session: Session
) -> None:
    answer = scan(desk, f"01{GTIN}1727063010AB12321XYZ9876")
    assert "Lequel est imprimé sur la boîte" in answer.h1
    readings = [form.text_content() for form in answer.select("main form")]
    index = next(i for i, text in enumerate(readings) if "lot AB123 ·" in " ".join(text.split()))
    form = answer.select("main form")[index]
    data = {e.get("name"): e.get("value") or "" for e in form.iter("input")}
    filled = desk.send("/stock/receive", data=data | {"reading": str(index)})
    assert "lot AB123 ·" in filled.text
    save(desk)
    assert session.scalars(select(Lot)).one().number == "AB123"
    assert session.scalars(select(BoxSerial)).one().serial == "XYZ9876"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"lot_number": ""}, "numéro de lot"),
        ({"lot_number": "A B"}, "sans espace"),
        ({"lot_number": "A" * 21}, "20 lettres"),
        ({"lot_number": "Ω1"}, "20 lettres"),
        ({"expires_on": "31/02/2027"}, "06/2027"),
        ({"expires_on": "12/2099"}, "plus de dix ans"),
        ({"expires_on": "10/2026"}, "périmé"),
        ({"box_count": "0"}, "1 à 2000"),
        ({"box_count": "-3"}, "1 à 2000"),
        ({"box_count": "trois"}, ""),
        ({"vaccine_id": "0"}, "Choisissez le vaccin"),
        ({"vaccine_id": "999999"}, "Choisissez le vaccin"),
        ({"document_number": "é" * 61}, "60 caractères"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(
    desk: Browser, session: Session, typed: dict[str, str], sentence: str
) -> None:
    scan(desk, code())
    answer = desk.submit("/receive", **typed)
    assert answer.status == 422
    assert any(sentence in error for error in answer.errors)
    assert not movements(session)


def test_fewer_boxes_than_were_scanned_are_refused(desk: Browser) -> None:
    scan(desk, code())
    scan(desk, code(serial="S2"))
    answer = desk.submit("/receive", box_count="1")
    assert answer.status == 422
    assert "2 boîtes" in answer.text


def test_boxes_of_one_product_are_not_received_as_another(desk: Browser, write: Write) -> None:
    with write() as session:
        other = make.make_vaccine(session, name="VAXIGRIP").id
    scan(desk, code())
    answer = desk.submit("/receive", vaccine_id=str(other))
    assert answer.status == 422
    assert "ne sont pas de ce vaccin" in answer.text


def test_a_withdrawn_product_is_no_longer_received(
    desk: Browser, write: Write, session: Session
) -> None:
    scan(desk, code())
    with write() as writing:
        from vaxcentre import clock  # noqa: PLC0415
        from vaxcentre.models.vaccine import Vaccine  # noqa: PLC0415

        writing.scalars(select(Vaccine)).one().withdrawn_at = clock.now()
    assert desk.submit("/receive").status == 422
    assert not movements(session)


def test_going_back_from_the_check_keeps_what_was_typed(desk: Browser) -> None:
    scan(desk, code())
    desk.submit("/receive", box_count="7")
    form = desk.last.select("main form")[1]  # type: ignore[union-attr]
    data = {e.get("name"): e.get("value") or "" for e in form.iter("input")}
    page = desk.send("/stock/receive", data=data | {"change": "yes"})
    assert page.select("#box_count")[0].get("value") == "7"
    assert page.select("#lot_number")[0].get("value") == "U8A213B"


def test_only_the_stock_keeper_receives(page: Browser, signed_in_as: Callable[..., object]) -> None:
    signed_in_as(Role.NURSE)
    assert page.open("/stock/receive").status == 403


def test_it_speaks_english(desk: Browser) -> None:
    desk.client.set_cookie("vaxcentre_language", "en")
    assert desk.open("/stock/receive").h1 == "Receive a delivery"
    scan(desk, code())
    assert "1 box of 10 = 10 doses" in desk.submit("/receive").text


def test_a_code_without_its_lot_says_what_to_type(desk: Browser) -> None:
    filled = scan(desk, f"01{GTIN}21SERIAL0110U8A213B\x1d17270630")
    assert "EFLUELDA : ce code ne contient pas le lot" in filled.text
    assert filled.select("#lot_number")[0].get("autofocus") is not None
