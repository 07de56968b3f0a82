"""What is booked is what was read aloud; an error stands at its field, and nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests import make
from tests.phone.conftest import Line, appointments
from vaxcentre import clock
from vaxcentre.database import transaction


def test_the_name_is_on_the_page_to_be_read_aloud_before_it_is_booked(
    line: Line, session: Session
) -> None:
    line.look_up()
    line.choose("1")
    shown = line.read_back(family_name="Mercier", given_names="Ada")
    assert "Ada Mercier, date de naissance 14 mars 1948 : Grippe, dose 1, mardi" in shown.text
    assert shown.select("button[name=confirm][autofocus]")
    assert appointments(session)[0].booked_at is None
    line.read_back()
    assert appointments(session)[0].booked_at == clock.now()


def test_what_is_corrected_while_reading_is_read_again(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    line.read_back(family_name="Mercier", given_names="Ada")
    shown = line.read_back(given_names="Adda")
    assert "Adda Mercier" in shown.text
    assert appointments(session)[0].booked_at is None


def test_another_vaccination_asks_for_a_time_again(line: Line, session: Session) -> None:
    with transaction() as work:
        zoster = make.make_course(work, "zoster")
        make.make_clinic(work, zoster, day=date(2026, 11, 25))
        number = str(zoster.id)
    line.look_up()
    line.choose("1")
    shown = line.read_back(family_name="Mercier", given_names="Ada", courses=number)
    assert shown.status == 409
    assert "mercredi 25 novembre" in shown.select(".days button")[0].text_content()
    assert appointments(session)[0].lapsed_at == clock.now()


def test_escape_begins_anew_and_frees_what_was_held(line: Line, session: Session) -> None:
    line.look_up()
    held = line.choose("1")
    (button,) = held.select("button[data-key=Escape]")
    assert button.get("name") == "clear"
    shown = line.press("clear", family_name="Merc")
    assert shown.select("input[name=birth_on]")[0].get("value") == ""
    assert appointments(session)[0].lapsed_at == clock.now()


def test_another_time_gives_the_held_one_back(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    shown = line.press("release", family_name="Mercier")
    assert "09:00" in shown.select(".days button")[0].text_content()
    assert shown.select("input[name=family_name]")[0].get("value") == "Mercier"
    assert appointments(session)[0].lapsed_at == clock.now()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", None),
        ("0692 12 34 56", "+262692123456"),
        ("0690 35 12 34", "+590690351234"),
        ("+32 475 12 34 56", "+32475123456"),
        ("+687 75 12 34", "+687751234"),
    ],
)
def test_without_e_mail_or_with_an_overseas_number(
    typed: str, kept: str | None, line: Line, session: Session
) -> None:
    line.look_up()
    line.choose("1")
    shown = line.confirm(family_name="Mercier", given_names="Ada", phone=typed, email="")
    assert shown.status == 200
    assert "Réservé" in shown.text
    (booked,) = appointments(session)
    assert (booked.phone, booked.email) == (kept, None)


@pytest.mark.parametrize(
    ("field", "text"), [("phone", "0199 00 12"), ("email", "ada@"), ("birth_on", "31/02/1948")]
)
def test_each_error_stands_at_its_field_and_the_time_stays_held(
    field: str, text: str, line: Line, session: Session
) -> None:
    line.look_up()
    line.choose("1")
    typed = {"family_name": "Mercier", "given_names": "Ada", field: text}
    shown = line.read_back(**typed)
    assert shown.status == 422
    assert shown.select(f".field.wrong input[name={field}]")[0].get("value") == text
    assert shown.select("input[name=family_name]")[0].get("value") == "Mercier"
    assert appointments(session)[0].lapsed_at is None
    assert not shown.select("button[name=confirm][autofocus]")  # nothing wrong is read aloud


def test_any_order_will_do(line: Line, session: Session) -> None:
    """Who begins with the name and the number is booked as well."""
    line.look_up(letters="", family_name="Mercier", given_names="Ada", phone="0199001234")
    shown = line.choose("1")
    assert "Ada Mercier, date de naissance 14 mars 1948" in shown.text
    line.read_back()
    assert appointments(session)[0].phone == "+33199001234"
