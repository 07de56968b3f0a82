"""A call on one screen: who, what they have, three times on three keys, confirm, read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from tests.phone.conftest import Line, appointments
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import ReadEntry
from vaxcentre.models.clinic import Slot
from vaxcentre.models.patient import Patient
from vaxcentre.rules.vocabulary import Origin, Role

SignIn = Callable[..., Any]
Clock = Callable[[str], datetime]


def test_the_first_field_has_the_cursor(line: Line) -> None:
    shown = line.page.open("/phone/")
    assert shown.select("[autofocus]")[0].get("name") == "birth_on"


def test_three_times_stand_on_three_keys(line: Line) -> None:
    shown = line.look_up()
    buttons = {b.get("data-key"): b.text_content() for b in shown.select(".days button")}
    assert sorted(buttons) == ["1", "2", "3"]
    assert "mardi 24 novembre, 09:00" in buttons["1"]
    assert "09:20" in buttons["3"]
    assert "09:30" in line.choose("4").select(".days button")[0].text_content()


def test_a_new_caller_is_booked_and_the_reference_is_spelled(line: Line, session: Session) -> None:
    line.look_up()
    held = line.choose("2")
    assert "09:10" in held.text
    (hold,) = appointments(session)
    assert (hold.origin, hold.booked_at) == (Origin.PHONE, None)
    assert hold.held_until == clock.now() + timedelta(minutes=10)
    shown = line.confirm(family_name="Mercier", given_names="Ada", phone="0199001234")
    (booked,) = appointments(session)
    assert booked.booked_at == clock.now()
    assert booked.booked_by_id is not None
    assert booked.phone == "+33199001234"
    assert "Réservé : lisez à voix haute" in shown.text
    assert "mardi 24 novembre à 09:10" in shown.text
    spelled = " ".join(f"{booked.reference[:4]}-{booked.reference[4:]}")
    assert spelled in shown.select(".code")[0].text_content()
    assert "Mercier" not in shown.response.request.full_path


def test_a_known_caller_is_shown_with_every_live_booking(line: Line, session: Session) -> None:
    with transaction() as work:
        ada = make.make_patient(work, phone="+33199001234")
        zoster = make.make_course(work, "zoster")
        clinic = make.make_clinic(work, zoster, day=date(2026, 11, 25))
        slot = work.scalars(
            select(Slot).where(Slot.clinic_id == clinic.id).order_by(Slot.id)
        ).first()
        assert slot is not None
        reference = make.make_appointment(work, ada, slot, zoster).reference
    shown = line.look_up()
    assert "c’est cette personne" in shown.text
    assert f"{reference[:4]}-{reference[4:]}" in shown.text
    assert [read.page for read in session.scalars(select(ReadEntry))] == ["phone.desk"]
    held = line.choose("1")
    assert held.select("input[name=phone]")[0].get("value")
    line.confirm()
    assert len(session.scalars(select(Patient)).all()) == 1
    assert appointments(session)[-1].patient_id == appointments(session)[0].patient_id


def test_of_several_the_operator_points_at_one(line: Line) -> None:
    with transaction() as work:
        make.make_patient(work)
        make.make_patient(work, given="Meryl")
    shown = line.look_up()
    assert "MERCIER Ada" in shown.text
    assert "MERCIER Meryl" in shown.text
    assert "c’est cette personne" not in shown.text
    second = shown.select("button[name=caller]")[1].get("value")
    chosen = line.page.submit("/phone/", button=f"caller={second}")
    assert "c’est cette personne" in chosen.text


def test_what_is_already_booked_is_not_booked_twice(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    line.confirm(family_name="Mercier", given_names="Ada")
    line.look_up(letters="")
    line.choose("1")
    shown = line.confirm(family_name="Mercier", given_names="Ada")
    assert shown.status == 409
    assert shown.select(".field.wrong input[name=family_name]")
    assert sum(a.booked_at is not None for a in appointments(session)) == 1


def test_a_pair_is_held_and_booked_together(line: Line, session: Session) -> None:
    with transaction() as work:
        course = make.make_course(work, "zoster", doses=2)
        for day in (date(2026, 11, 25), date(2026, 12, 30)):
            make.make_clinic(work, course, day=day)
        number = str(course.id)
    shown = line.look_up(courses=[number])
    assert "puis mercredi 30 décembre" in shown.text
    line.choose("1")
    assert len(appointments(session)) == 2
    line.confirm(family_name="Mercier", given_names="Ada")
    first, second = appointments(session)
    assert first.pair_id == second.pair_id is not None
    assert [p.dose_number for a in (first, second) for p in a.planned_doses] == [1, 2]
    assert all(a.booked_at for a in (first, second))


def test_with_a_single_dose_beside_only_the_pair_has_a_second(line: Line, session: Session) -> None:
    with transaction() as work:
        flu, zoster = make.make_course(work, "influenza"), make.make_course(work, "zoster", doses=2)
        for day in (date(2026, 11, 25), date(2026, 12, 30)):
            make.make_clinic(work, flu, zoster, day=day)
        wanted = [str(flu.id), str(zoster.id)]
    line.look_up(courses=wanted)
    line.choose("1")
    assert line.confirm(family_name="Mercier", given_names="Ada").status == 200
    first, second = appointments(session)
    assert [p.dose_number for p in first.planned_doses] == [1, 1]
    assert [(p.course.code, p.dose_number) for p in second.planned_doses] == [("zoster", 2)]


def test_whoever_reads_an_appointment_by_its_number_is_noted(line: Line, session: Session) -> None:
    with transaction() as work:
        course = make.make_course(work, "zoster")
        ada = make.make_patient(work)
        number = make.make_appointment(work, ada, make.make_slot(work, course), course).id
    line.page.open(f"/phone/?booked={number}")
    line.page.open(f"/phone/?same={number}")
    assert [read.page for read in session.scalars(select(ReadEntry))] == ["phone.desk"] * 2


def test_another_choice_gives_the_first_one_back(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    other = appointments(session)[0].place.slot_id + 3
    token = line.page.last.select("input[name=csrf_token]")[0].get("value")  # type: ignore[union-attr]
    line.page.send(
        "/phone/",
        data={
            "csrf_token": token,
            "birth_on": "14031948",
            "courses": str(line.course),
            "holds": str(appointments(session)[0].id),
            "choice": f"{other}-",
        },
    )
    first, second = appointments(session)
    assert first.lapsed_at == clock.now()
    assert second.lapsed_at is None


def test_a_time_taken_meanwhile_is_refused_and_nothing_typed_is_lost(
    line: Line, session: Session
) -> None:
    asked = line.look_up()
    line.choose("1")
    line.page.last = asked
    shown = line.choose("1")
    assert shown.status == 409
    assert shown.select("input[name=letters]")[0].get("value") == "mer"


def test_a_hold_that_ran_out_is_said(line: Line, at: Clock, session: Session) -> None:
    line.look_up()
    held = line.choose("1")
    at("2026-11-23 08:09")
    line.page.open("/phone/")
    at("2026-11-23 08:11")
    line.page.last = held
    shown = line.confirm(family_name="Mercier", given_names="Ada")
    assert shown.status == 409
    assert shown.select("input[name=birth_on]")[0].get("value") == "14031948"
    assert all(a.booked_at is None for a in appointments(session))


def test_without_a_name_nothing_is_booked(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    shown = line.confirm(family_name="", given_names="")
    assert shown.status == 422
    assert len(shown.select(".field.wrong")) == 2
    assert appointments(session)[0].booked_at is None


def test_the_second_person_keeps_phone_and_vaccination(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    line.confirm(family_name="Mercier", given_names="Ada", phone="0199001234")
    shown = line.page.follow("Une autre personne")
    assert shown.select("input[name=courses][checked]")[0].get("value") == str(line.course)
    line.page.submit("/phone/", birth_on="01021950", letters="mer")
    held = line.choose("1")
    assert "199001234" in held.select("input[name=phone]")[0].get("value").replace(" ", "")
    line.confirm(family_name="Mercier", given_names="Paul")
    one, other = appointments(session)
    assert one.phone == other.phone == "+33199001234"


def test_when_nothing_is_free_the_next_opening_is_said(line: Line) -> None:
    with transaction() as work:
        course = make.make_course(work, "zoster")
        number = str(course.id)
    shown = line.look_up(courses=[number])
    assert "Aucune place libre." in shown.text
    assert "Proposez de rappeler" in shown.text


def test_too_young_is_said_at_the_birth_date(line: Line) -> None:
    shown = line.look_up(birth="01/11/2026", letters="")
    assert shown.status == 409
    assert shown.select(".field.wrong input[name=birth_on]")


def test_the_same_form_sent_twice_books_once(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    read = line.read_back(family_name="Mercier", given_names="Ada")
    first = line.read_back()
    line.page.last = read
    assert line.read_back().text == first.text
    assert len(appointments(session)) == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.RECEPTION, 200), (Role.NURSE, 403), (Role.STOCK, 403), (Role.INSPECTOR, 403)],
)
def test_operators_and_reception_take_calls(
    role: Role, status: int, app: Flask, page: Browser, signed_in_as: SignIn
) -> None:
    signed_in_as(role)
    assert page.open("/phone/").status == status


def test_it_speaks_english(line: Line) -> None:
    line.page.client.set_cookie("vaxcentre_language", "en")
    assert "Next free times" in line.look_up().text


@pytest.mark.parametrize("text", ["'; DROP TABLE x;--", "🙂", "<b>x</b>", "\x00", "%", "A" * 300])
def test_naughty_strings_are_only_letters(text: str, line: Line) -> None:
    shown = line.look_up(letters=text, phone=text, email=text, holds=text, after=text)
    assert shown.status in {200, 409, 422}
    assert "<b>x</b>" not in shown.response.text


def test_reception_finds_the_phone_in_its_bar(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.RECEPTION)
    page.open("/reception/")
    assert page.follow("Téléphone").url == "/phone/"


def test_later_times_go_on_from_where_the_page_stands(line: Line) -> None:
    line.look_up()
    line.choose("4")
    shown = line.choose("4")
    assert "10:00" in shown.select(".days button")[0].text_content()
