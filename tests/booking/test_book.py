"""The seven pages of booking, over HTTP and without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.booking.conftest import Opening
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.booking import availability, service
from vaxcentre.booking.service import HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import Origin


def to_person(page: Browser, opening: Opening) -> Page:
    """Open the front page and choose the vaccination."""
    page.open("/")
    page.follow("Prendre rendez-vous")
    return page.submit("/book/vaccine", courses=[str(opening.course_id)])


def to_days(page: Browser, opening: Opening, birth: str = "14 3 1948", **fields: str) -> Page:
    """Say who it is for."""
    to_person(page, opening)
    day, month, year = birth.split()
    return page.submit("/book/person", day=day, month=month, year=year, **fields)


def to_contact(page: Browser, opening: Opening, slot: int = 0, **fields: str) -> Page:
    """Choose the first free day and a time."""
    to_days(page, opening, **fields)
    page.follow("premier jour libre")
    return page.submit("/book/time", button=f"slot={opening.slot_ids[slot]}")


def to_check(page: Browser, opening: Opening, slot: int = 0, **fields: str) -> Page:
    """Type a name and an address."""
    to_contact(page, opening, slot)
    who = {"family_name": "Mercier", "given_names": "Ada", "email": "ada@example.org"}
    return page.submit("/book/contact", **(who | fields))


def test_somebody_books_in_seven_pages(page: Browser, opening: Opening) -> None:
    assert "Étape 2 sur 6" in to_person(page, opening).text
    assert page.submit("/book/person", day="14", month="3", year="1948").url == "/book/day"
    assert page.follow("premier jour libre").url == "/book/time/2026-11-24"
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[1]}")
    assert here.url == "/book/contact"
    assert "mardi 24 novembre à 09:10" in here.text
    here = page.submit(
        "/book/contact", family_name="Mercier", given_names="Ada", phone="0199000001"
    )
    assert here.url == "/book/check"
    here = page.submit("/book/check")
    assert here.url == "/book/done"
    assert len(here.select(".code")[0].text.strip()) == 9


def test_the_confirmation_leaves_a_confirmed_appointment_and_a_signature(
    page: Browser, opening: Opening, session: Session
) -> None:
    to_check(page, opening)
    page.submit("/book/check")
    found = session.scalars(select(Appointment)).one()
    assert found.booked_at is not None
    assert (found.email, found.language, found.origin) == ("ada@example.org", "fr", Origin.WEB)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["hold", "book"]


def test_the_confirm_button_pressed_twice_books_once(
    page: Browser, opening: Opening, session: Session
) -> None:
    to_check(page, opening)
    assert page.last is not None
    form = page.last.form("/book/check")
    sent = {e.get("name"): e.get("value") for e in form.iter("input")}
    draft = page.client.get_cookie("vaxcentre_draft")
    assert page.send("/book/check", data=sent).url == "/book/done"
    assert draft is not None
    page.client.set_cookie("vaxcentre_draft", draft.value)
    again = page.send("/book/check", data=sent)
    assert again.url == "/book/done"
    assert session.scalar(select(func.count(Appointment.id))) == 1


def test_a_second_tab_that_sends_after_the_first_shows_what_is_booked(
    page: Browser, opening: Opening, session: Session
) -> None:
    to_check(page, opening)
    assert page.last is not None
    form = page.last.form("/book/check")
    other_tab = {e.get("name"): e.get("value") for e in form.iter("input")}
    page.open("/book/check")
    assert page.submit("/book/check").url == "/book/done"
    assert page.send("/book/check", data=other_tab).url == "/book/done"
    assert page.open("/book/check").url == "/book/done"
    assert session.scalar(select(func.count(Appointment.id))) == 1


def test_who_books_again_is_not_taken_for_the_person_before(
    page: Browser, opening: Opening
) -> None:
    to_check(page, opening)
    page.submit("/book/check")
    here = page.open("/book/person")
    assert not here.select("#year")[0].get("value")
    assert "Un rendez-vous est déjà pris" in here.text
    assert here.links()["Voir le rendez-vous"] == "/book/done"


def test_another_tab_that_changed_the_draft_is_noticed(page: Browser, opening: Opening) -> None:
    to_check(page, opening)
    assert page.last is not None
    form = page.last.form("/book/check")
    sent = {e.get("name"): e.get("value") for e in form.iter("input")}
    page.open("/book/contact")
    page.submit("/book/contact", given_names="Adèle")
    here = page.send("/book/check", data=sent)
    assert here.status == 409
    assert "autre fenêtre" in here.text


def test_the_time_stays_kept_when_going_back(
    page: Browser, opening: Opening, session: Session
) -> None:
    to_check(page, opening)
    page.open("/book/day")
    page.open("/book/person")
    assert page.submit("/book/person").url == "/book/check"
    holds = session.scalars(select(Appointment).where(Appointment.lapsed_at.is_(None)))
    assert len(holds.all()) == 1


def test_another_time_moves_the_hold(page: Browser, opening: Opening, session: Session) -> None:
    to_check(page, opening)
    page.open("/book/time/2026-11-24")
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[2]}")
    assert here.url == "/book/check"
    assert "09:20" in here.text
    live = session.scalars(select(Appointment).where(Appointment.lapsed_at.is_(None))).all()
    assert [found.place.slot_id for found in live] == [opening.slot_ids[2]]


def test_a_time_that_somebody_took_is_said_and_nothing_typed_is_lost(
    page: Browser, opening: Opening
) -> None:
    to_days(page, opening)
    page.follow("premier jour libre")
    for name in ("Ben", "Cléo"):
        book_elsewhere(opening, name)
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    assert here.status == 409
    assert "vient d’être pris" in here.text
    assert [button.text_content() for button in here.select(".times button")] == ["09:10", "09:20"]


def test_a_time_just_taken_is_not_offered_again_from_memory(
    page: Browser, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "KEPT_SECONDS", 60.0)
    to_days(page, opening)
    page.follow("premier jour libre")
    for name in ("Ben", "Cléo"):
        book_elsewhere(opening, name)
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    assert here.status == 409
    assert [button.text_content() for button in here.select(".times button")] == ["09:10", "09:20"]


def test_a_hold_that_ran_out_leads_back_to_the_days_with_a_sentence(
    page: Browser, opening: Opening, at: Callable[[str], datetime]
) -> None:
    to_check(page, opening)
    at("2026-11-23 08:11")
    here = page.submit("/book/check")
    assert here.url == "/book/day"
    assert "ne vous est plus gardé" in here.text
    page.open("/book/time/2026-11-24")
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    assert here.url == "/book/check"
    assert "Mercier" in here.text


def test_a_name_typed_while_the_hold_ran_out_is_kept(
    page: Browser, opening: Opening, at: Callable[[str], datetime]
) -> None:
    to_contact(page, opening)
    at("2026-11-23 08:11")
    here = page.submit("/book/contact", family_name="Mercier", given_names="Ada")
    assert here.status == 422  # neither phone nor e-mail: still on this page
    assert "ne vous est plus gardé" in here.text
    here = page.submit("/book/contact", phone="0199000001")
    assert here.url == "/book/day"
    assert "ne vous est plus gardé" in here.text
    page.open("/book/time/2026-11-24")
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    assert here.url == "/book/check"
    assert "01 99 00 00 01" in here.text


def test_a_corrected_person_is_told_that_the_time_is_given_back(
    page: Browser, monday: datetime
) -> None:
    with transaction() as session:
        course = make.make_course(session, min_age_months=65 * 12)
        early = make.make_slot(session, course, day=date(2026, 11, 24))
        make.make_clinic(session, course, day=date(2026, 11, 26))
        opening = Opening(course.id, (early.id,))
    to_contact(page, opening)
    page.open("/book/person")
    here = page.submit("/book/person", day="25", month="11", year="1961")
    assert here.url == "/book/day"
    assert "ne vous est plus gardé" in here.text


def test_the_remaining_time_is_said(page: Browser, opening: Opening) -> None:
    assert "jusqu’à 08:10" in to_contact(page, opening).text


def test_a_second_booking_is_told_where_the_first_is(page: Browser, opening: Opening) -> None:
    to_check(page, opening)
    page.submit("/book/check")
    stranger = Browser(page.app)
    to_check(stranger, opening, 1, email="somebody@example.org")
    here = stranger.submit("/book/check")
    assert here.status == 409
    assert here.title.startswith("Erreur")
    assert "retrouvez-le avec sa référence" in here.text
    assert here.links()["Retrouver mon rendez-vous"] == "/find"
    assert "ada@example.org" not in here.text


def test_a_record_is_never_shown_to_a_stranger(page: Browser, opening: Opening) -> None:
    with transaction() as session:
        ada = make.make_patient(session, "Ada Jeanne", phone="+33199005555")
        make.make_declared_dose(session, ada, session.get_one(Course, opening.course_id))
    to_check(page, opening)
    here = page.submit("/book/check")
    assert here.status == 409
    assert "ne peut pas être pris en ligne" in here.text
    assert "Jeanne" not in here.text


def test_a_match_shows_nothing_of_what_is_stored(page: Browser, opening: Opening) -> None:
    with transaction() as session:
        make.make_patient(session, "Ada Jeanne", phone="+33199005555", used_name="Duprez")
    to_check(page, opening)
    here = page.submit("/book/check")
    assert here.url == "/book/done"
    for secret in ("Jeanne", "01 99 00 55 55", "Duprez"):
        assert secret not in here.text


def test_the_age_is_checked_on_the_page_of_the_person(page: Browser, monday: datetime) -> None:
    with transaction() as session:
        course = make.make_course(session, min_age_months=65 * 12)
        make.make_clinic(session, course, day=date(2026, 11, 24))
        opening = Opening(course.id, ())
    here = to_days(page, opening, "1 1 2000")
    assert here.status == 422
    assert here.title.startswith("Erreur")
    assert any("à partir de 65 ans, âge atteint le 01/01/2065" in said for said in here.errors)


def test_who_is_old_enough_in_time_sees_only_the_days_that_suit(
    page: Browser, monday: datetime
) -> None:
    with transaction() as session:
        course = make.make_course(session, min_age_months=65 * 12)
        for day in (24, 26):
            make.make_clinic(session, course, day=date(2026, 11, day))
        opening = Opening(course.id, ())
    here = to_days(page, opening, "25 11 1961")
    assert here.url == "/book/day"
    assert "Jeudi 26 novembre" in here.text
    assert "Mardi 24 novembre" not in here.text


def test_a_condition_is_declared_on_honour(page: Browser, monday: datetime) -> None:
    with transaction() as session:
        course = make.make_course(
            session,
            min_age_months=18 * 12,
            condition="risk",
            condition_fr="Vous avez une maladie chronique.",
            condition_en="You have a chronic illness.",
        )
        make.make_clinic(session, course, day=date(2026, 11, 24))
        opening = Opening(course.id, ())
    here = to_days(page, opening, "1 1 1990")
    assert "sur l’honneur" in here.text
    assert here.status == 422
    tick = {f"declared_{opening.course_id}": "y"}
    assert page.submit("/book/person", **tick).url == "/book/day"


def test_two_vaccinations_on_one_day_are_one_place(
    page: Browser, monday: datetime, session: Session
) -> None:
    with transaction() as writing:
        flu, covid = make.make_course(writing), make.make_course(writing, "covid-19-2026")
        make.make_clinic(writing, flu, day=date(2026, 11, 24))
        both = make.make_clinic(writing, flu, covid, day=date(2026, 11, 25))
        slot, courses = both.slots[0].id, [str(flu.id), str(covid.id)]
    page.open("/book/vaccine")
    page.submit("/book/vaccine", courses=courses)
    here = page.submit("/book/person", day="14", month="3", year="1948")
    assert "Mardi 24 novembre" not in here.text
    page.follow("Mercredi 25 novembre")
    page.submit("/book/time", button=f"slot={slot}")
    page.submit("/book/contact", family_name="Mercier", given_names="Ada", no_contact="y")
    assert page.submit("/book/check").url == "/book/done"
    assert len(session.scalars(select(Appointment)).one().planned_doses) == 2


def test_full_and_closed_days_are_said(page: Browser, monday: datetime) -> None:
    with transaction() as session:
        course = make.make_course(session)
        full = make.make_slot(session, course, day=date(2026, 11, 24))
        make.make_appointment(session, make.make_patient(session, "Ben"), full, course)
        make.make_clinic(session, course, day=date(2026, 11, 25), closed_at=clock.now())
        soon = clock.now() + timedelta(hours=2)
        make.make_clinic(session, course, day=date(2026, 11, 26), opens_at=soon)
        make.make_clinic(session, course, day=date(2026, 11, 27), places=1, end="09:30")
        opening = Opening(course.id, ())
    here = to_days(page, opening)
    said = [" ".join(item.text_content().split()) for item in here.select(".days li")]
    assert said[0] == "Mardi 24 novembre complet"
    assert said[1] == "Mercredi 25 novembre fermé"
    assert "réservable à partir du lundi 23 novembre à 10:00" in said[2]
    assert said[3] == "Vendredi 27 novembre premier jour libre 3 places"


def test_ten_days_a_page(page: Browser, monday: datetime) -> None:
    with transaction() as session:
        course = make.make_course(session)
        for number in range(12):
            day = date(2026, 11, 24) + timedelta(days=number)
            make.make_clinic(session, course, day=day, end="09:30")
        opening = Opening(course.id, ())
    assert len(to_days(page, opening).select(".days li")) == 10
    here = page.follow("Jours suivants")
    assert len(here.select(".days li")) == 2
    assert len(page.follow("Jours précédents").select(".days li")) == 10


def test_an_unconfirmed_vaccination_is_not_offered(page: Browser, monday: datetime) -> None:
    with transaction() as session:
        course = make.make_course(session, confirmed_at=None)
        make.make_clinic(session, course, day=date(2026, 11, 24))
    assert "Aucune vaccination n’est ouverte" in page.open("/book/vaccine").text


def test_one_more_person_keeps_the_contact(
    page: Browser, opening: Opening, session: Session
) -> None:
    to_check(page, opening)
    page.submit("/book/check")
    page.submit("/book/another")
    page.submit("/book/vaccine")
    page.submit("/book/person", day="2", month="4", year="1946")
    page.follow("premier jour libre")
    here = page.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    assert here.select("#email")[0].get("value") == "ada@example.org"
    assert here.select("#family_name")[0].get("value") == ""
    page.submit("/book/contact", family_name="Mercier", given_names="Luc")
    here = page.submit("/book/check")
    assert len(here.select(".code")) == 2
    assert "Luc Mercier" in here.text
    assert "Ada Mercier" in here.text


def test_each_page_leads_back_to_the_first_unanswered_question(
    page: Browser, opening: Opening
) -> None:
    for url in ("/book/person", "/book/day", "/book/contact", "/book/check", "/book/done"):
        assert page.open(url).url == "/book/vaccine"
    to_person(page, opening)
    for url in ("/book/day", "/book/time/2026-11-24", "/book/contact", "/book/second"):
        assert page.open(url).url == "/book/person"


def test_nothing_stays_on_the_computer_when_asked(page: Browser, opening: Opening) -> None:
    to_check(page, opening)
    page.submit("/book/check")
    page.submit("/book/start-again")
    assert page.open("/book/done").url == "/book/vaccine"


def test_nothing_typed_is_in_an_address_or_readable_in_the_cookie(
    page: Browser, opening: Opening
) -> None:
    to_check(page, opening)
    cookie = page.client.get_cookie("vaxcentre_draft")
    assert cookie is not None
    assert "Mercier" not in cookie.value
    assert cookie.http_only
    page.client.set_cookie("vaxcentre_draft", cookie.value[:-2] + "xx")
    assert page.open("/book/check").url == "/book/vaccine"


def test_the_pages_speak_english(page: Browser, opening: Opening) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    page.open("/")
    page.follow("Book an appointment")
    page.submit("/book/vaccine", courses=[str(opening.course_id)])
    here = page.submit("/book/person", day="14", month="3", year="1948")
    assert "Tuesday 24 November" in here.text
    page.follow("first free day")
    page.submit("/book/time", button=f"slot={opening.slot_ids[0]}")
    page.submit("/book/contact", family_name="Mercier", given_names="Ada", no_contact="y")
    assert page.submit("/book/check").h1 == "The appointment is booked"


def book_elsewhere(opening: Opening, name: str, slot: int = 0) -> None:
    """Somebody else books a place of this slot."""
    with transaction() as session:
        request = HoldRequest(opening.slot_ids[slot], (PlannedFor(opening.course_id),))
        key = service.hold(session, request, by_id=None, now=clock.now()).id
        person = Person("Roche", name, date(1950, 1, 1))
        service.confirm(session, [key], person, by_id=None, now=clock.now())


def test_what_was_cancelled_since_is_no_longer_shown_as_booked(
    page: Browser, opening: Opening
) -> None:
    to_check(page, opening)
    page.submit("/book/check")
    page.open("/rv")
    page.submit("/rv/cancel/1")
    here = page.open("/book/done")
    assert here.url == "/rv"
    assert "Annulé" in here.text
    assert "déjà pris" not in page.open("/book/vaccine").text


def test_who_is_too_young_for_every_product_in_use_is_told_at_once(
    page: Browser, opening: Opening
) -> None:
    with transaction() as session:
        course = session.get_one(Course, opening.course_id)
        make.make_vaccine(session, course, min_age_months=600)
    page.open("/book/vaccine")
    page.submit("/book/vaccine", courses=[str(opening.course_id)])
    here = page.submit("/book/person", day="14", month="3", year="2000")
    assert here.status == 422
    assert "pas de vaccin pour cet âge" in here.text
    assert page.submit("/book/person", day="14", month="3", year="1960").url == "/book/day"
