"""A call by keyboard alone: 45 keys for one person, 20 more for the second; in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.browsing import Keyboard
from tests.databases import once
from tests.world import PARIS
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.rules.vocabulary import Role

pytestmark = [pytest.mark.browser, once]


@pytest.fixture
def desk(chromium: Browser, address: str) -> Iterator[Keyboard]:
    """Flu and COVID-19 tomorrow, shingles in two doses; Omar has signed in."""
    today = clock.today(PARIS)
    with transaction() as session:
        flu = make.make_course(session, short_fr="Grippe")
        covid = make.make_course(session, "covid-2026", short_fr="Covid-19")
        zoster = make.make_course(session, "zoster", doses=2, short_fr="Zona")
        for days in (1, 36):
            day = today + timedelta(days=days)
            make.make_clinic(session, flu, covid, zoster, day=day, places=3)
        make.make_staff(session, Role.OPERATOR)
    context = chromium.new_context(base_url=address, locale="fr-FR")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#login", "omar")
    page.fill("#password", make.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto("/phone/")
    yield Keyboard(page)
    context.close()


def booked(session: Session) -> list[Appointment]:
    session.rollback()  # what the server has written since
    statement = select(Appointment).where(Appointment.booked_at.is_not(None))
    return list(session.scalars(statement.order_by(Appointment.id)))


def hold_for_ada(desk: Keyboard) -> None:
    """Ada was never here: birth date, letters, flu, the first time, name, number."""
    desk.type("14031948")
    desk.press("Tab")
    desk.type("mer")
    desk.press("Tab", "Space")
    desk.press_and_wait("Enter")
    desk.press_and_wait("1")
    desk.type("Mercier")
    desk.press("Tab")
    desk.type("Ada")
    desk.press("Tab")
    desk.type("0199001234")
    desk.press_and_wait("Enter")
    assert "Ada Mercier, date de naissance 14 mars 1948" in desk.says


def test_a_new_caller_takes_45_keys_and_the_second_person_20(
    desk: Keyboard, session: Session
) -> None:
    hold_for_ada(desk)
    alone = desk.counted() + 1  # and Enter, where nobody comes along
    desk.press_and_wait("+")
    desk.type("01021950")
    desk.press("Tab")
    desk.type("Paul")
    desk.press_and_wait("Enter")
    assert "Paul Mercier, date de naissance 1er février 1950" in desk.says
    desk.press_and_wait("Enter")
    together = desk.counted()
    assert "Réservé : lisez à voix haute" in desk.says
    ada, paul = booked(session)
    assert ada.place.slot_id == paul.place.slot_id
    assert alone <= 45
    assert together <= 20


def test_the_second_person_may_be_remembered_after_the_first(
    desk: Keyboard, session: Session
) -> None:
    hold_for_ada(desk)
    desk.press_and_wait("Enter")
    desk.counted()
    desk.press_and_wait("+")
    desk.type("01021950")
    desk.press("Tab")
    desk.type("Paul")
    desk.press_and_wait("Enter")
    desk.press_and_wait("Enter")
    assert desk.counted() <= 20
    assert len({one.place.slot_id for one in booked(session)}) == 1


def test_a_pair_beside_two_courses_at_once(desk: Keyboard, session: Session) -> None:
    desk.type("14031948")
    desk.press("Tab")
    desk.type("mer")
    desk.press("Tab", "Space", "Tab", "Tab", "Space")
    desk.press_and_wait("Enter")
    desk.press_and_wait("1")
    desk.type("Mercier")
    desk.press("Tab")
    desk.type("Ada")
    desk.press_and_wait("Enter")
    desk.press_and_wait("Enter")
    assert desk.counted() <= 45
    first, second = booked(session)
    assert [dose.course.code for dose in first.planned_doses] == ["influenza-2026", "zoster"]
    assert [(dose.course.code, dose.dose_number) for dose in second.planned_doses] == [
        ("zoster", 2)
    ]


def test_a_caller_with_a_reference_moves_in_twelve_keys(desk: Keyboard, session: Session) -> None:
    hold_for_ada(desk)
    desk.press_and_wait("Enter")
    (before,) = booked(session)
    reference, slot = before.reference, before.place.slot_id
    desk.press_and_wait("F2")
    desk.counted()
    desk.type(reference.lower())
    desk.press_and_wait("Enter")
    desk.press_and_wait("Enter")
    desk.press_and_wait("2")
    assert desk.counted() <= 12
    assert "Déplacé : lisez à voix haute" in desk.says
    assert booked(session)[0].place.slot_id != slot


def test_escape_begins_anew_from_any_field(desk: Keyboard) -> None:
    desk.type("14031948")
    desk.press("Tab")
    desk.type("mer")
    desk.press_and_wait("Escape")
    assert desk.page.input_value("#birth_on") == ""
    assert desk.page.evaluate("document.activeElement.id") == "birth_on"
