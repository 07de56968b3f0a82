"""Who knows somebody's name and birth date does not learn whether they are booked here."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.booking.conftest import Opening, open_morning
from tests.booking.test_book import to_check
from tests.booking.test_come_back import find
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.booking import link, service
from vaxcentre.booking.pdf import confirmation_html
from vaxcentre.booking.queries import appointment_cards
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Slot
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import Attempt
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.course import TooSoonForDose
from vaxcentre.rules.vocabulary import Role

OUTSIDE = "90.12.34.56"


@pytest.fixture
def wide(app: object, monday: datetime) -> Opening:
    """A morning with room for everybody."""
    return open_morning(date(2026, 11, 24), places=30)


def book(page: Browser, opening: Opening, **fields: str) -> Page:
    """Go through all pages and confirm."""
    to_check(page, opening, 0, **fields)
    return page.submit("/book/check")


def alert(page: Page) -> str:
    """What the page says no with."""
    return " ".join(page.select("main .alert.stop")[0].text_content().split())


def test_booked_already_and_on_record_sound_the_same(app: object, wide: Opening) -> None:
    with transaction() as session:
        course = session.get_one(Course, wide.course_id)
        make.make_declared_dose(session, make.make_patient(session, "Ada"), course)
        slot = session.get_one(Slot, wide.slot_ids[0])
        make.make_appointment(session, make.make_patient(session, "Ben"), slot, course)
    said = set()
    for name in ("Ada", "Ben"):
        here = book(Browser(app), wide, given_names=name)  # type: ignore[arg-type]
        assert here.status == 409
        said.add(alert(here))
    assert len(said) == 1
    assert "existe déjà" not in said.pop()


def test_only_the_browser_that_booked_is_told_of_it(page: Browser, wide: Opening) -> None:
    book(page, wide)
    assert page.last is not None
    reference = page.last.select(".code")[0].text.strip()
    page.submit("/book/another")
    here = book_from_vaccine(page, wide, family_name="MERCIER", given_names="ada")
    assert here.status == 409
    assert f"Vous venez de prendre ce rendez-vous pour Ada : référence {reference}" in alert(here)


def book_from_vaccine(page: Browser, opening: Opening, **fields: str) -> Page:
    """Book one more person in the same sitting."""
    page.submit("/book/vaccine")
    page.submit("/book/person", day="14", month="3", year="1948")
    page.follow("premier jour libre")
    page.submit("/book/time", button=f"slot={opening.slot_ids[1]}")
    page.submit("/book/contact", **fields)
    return page.submit("/book/check")


def test_a_name_is_shown_as_it_was_typed(page: Browser, wide: Opening, session: Session) -> None:
    with transaction() as writing:
        make.make_patient(writing, "Adèle Jeanne", "Mercier-Élan")
    book(page, wide, given_names="ADELE", family_name="mercier elan")
    (booked,) = session.scalars(select(Appointment)).all()
    assert session.scalar(select(func.count(Patient.id))) == 1
    shown = [page.last.text if page.last else "", page.open("/rv").text]
    shown.append(page.open("/questionnaire/").text)
    with page.app.test_request_context():
        shown.append(confirmation_html([appointment_cards(session, [booked.id])]))
    for text in shown:
        assert "ADELE" in text
        assert "Adèle" not in text
        assert "Élan" not in text


def test_a_name_is_kept_twice_only_where_the_record_writes_it_otherwise(
    page: Browser, wide: Opening, session: Session
) -> None:
    book(page, wide)
    assert session.scalars(select(Appointment.typed_family_name)).all() == [None]


@pytest.fixture
def recent(app: object, monday: datetime) -> dict[date, int]:
    """A slot too soon after the dose that Ada had in September, and one that is not."""
    days = (date(2026, 11, 24), date(2027, 3, 10))
    with transaction() as session:
        old = make.make_course(session, "covid-2025", is_offered=False)
        course = make.make_course(session, "covid-2026", min_days=181)
        ada = make.make_patient(session, "Ada")
        make.make_declared_dose(session, ada, old, given_on=date(2026, 9, 1))
        return {day: make.make_slot(session, course, places=3, day=day).id for day in days}


def to_the_later_day(page: Browser, slots: dict[date, int]) -> Page:
    """Book Ada by her name and birth date on the day that suits her record."""
    page.open("/book/vaccine")
    assert page.submit("/book/vaccine").url == "/book/person"  # the only one is chosen
    page.submit("/book/person", day="14", month="3", year="1948")
    page.follow("Mercredi 10 mars")
    page.submit("/book/time", button=f"slot={slots[date(2027, 3, 10)]}")
    page.submit("/book/contact", family_name="Mercier", given_names="Ada", no_contact="y")
    return page.submit("/book/check")


def test_moving_tells_nothing_of_the_record(
    page: Browser, recent: dict[date, int], session: Session
) -> None:
    page.client.environ_base["REMOTE_ADDR"] = OUTSIDE
    assert to_the_later_day(page, recent).url == "/book/done"
    soon = date(2026, 11, 24)
    page.open(f"/rv/move/1/{soon}")
    here = page.submit("/rv/move", button=f"slot={recent[soon]}")
    assert here.status == 409
    assert "ne peut pas être déplacé" in alert(here)
    assert "2027" not in alert(here)
    assert session.scalar(select(func.count(Attempt.id))) == 1
    booked, rosa = session.scalars(select(Appointment.id)).one(), Role.RECEPTION
    with pytest.raises(TooSoonForDose), transaction() as writing:
        by_id = make.make_staff(writing, rosa).id
        service.move(writing, booked, recent[soon], by_id=by_id, now=clock.now())


def test_who_asks_about_ten_people_waits(app: object, wide: Opening, session: Session) -> None:
    names = [f"Ada{letter}" for letter in "bcdefghijkl"]
    with transaction() as writing:
        course = writing.get_one(Course, wide.course_id)
        for name in names:
            make.make_declared_dose(writing, make.make_patient(writing, name), course)
    asking = Browser(app)  # type: ignore[arg-type]
    asking.client.environ_base["REMOTE_ADDR"] = OUTSIDE
    for name in names[:10]:
        assert "en ligne" in alert(book(asking, wide, given_names=name))
        if name != names[9]:
            assert "en ligne" in alert(asking.submit("/book/check"))  # pressed again: one try
        asking.client.delete_cookie("vaxcentre_draft")
    assert session.scalar(select(func.count(Attempt.id))) == 10
    assert "après lundi 23 novembre à 09:00" in alert(book(asking, wide, given_names=names[10]))
    asking.client.delete_cookie("vaxcentre_draft")
    assert "09:00" in alert(book(asking, wide, given_names="Nobody"))


def test_ten_refusals_of_one_house_close_the_booking_to_nobody(app: object, wide: Opening) -> None:
    names = [f"Ada{letter}" for letter in "bcdefghijkl"]
    with transaction() as writing:
        course = writing.get_one(Course, wide.course_id)
        for name in names:
            make.make_declared_dose(writing, make.make_patient(writing, name), course)
    house = Browser(app)  # type: ignore[arg-type]
    house.client.environ_base["REMOTE_ADDR"] = "192.168.1.20"
    for name in names:
        assert "en ligne" in alert(book(house, wide, given_names=name))
        house.client.delete_cookie("vaxcentre_draft")
    assert book(house, wide, given_names="Nobody").url == "/book/done"


def test_a_wrong_birth_date_and_a_wrong_reference_sound_the_same(
    page: Browser, wide: Opening
) -> None:
    book(page, wide)
    assert page.last is not None
    reference = page.last.select(".code")[0].text.strip()
    stranger = Browser(page.app)
    answers = [find(stranger, reference, "15 3 1948"), find(stranger, "BCDE-FGHJ")]
    assert answers[0].errors == answers[1].errors
    assert [answer.status for answer in answers] == [422, 422]
    assert stranger.open("/rv").url == "/find"


def test_a_link_that_ended_and_one_that_never_was_sound_the_same(
    page: Browser, wide: Opening, session: Session
) -> None:
    book(page, wide)
    booked = session.scalars(select(Appointment.id)).one()
    stranger = Browser(page.app)
    tokens = (link.token_for(booked, 7), link.token_for(booked + 1, 1), "xxxx")
    answers = [stranger.open(f"/rv/{token}") for token in tokens]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
