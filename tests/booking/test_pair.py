"""Two doses: chosen, held, confirmed, moved and cancelled together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.booking import refusals, service
from vaxcentre.booking.service import HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Clinic, Slot
from vaxcentre.models.vaccine import Course, CourseRule
from vaxcentre.rules.course import TooSoonForDose
from vaxcentre.rules.vocabulary import PairChoice, Role

FIRST = date(2026, 11, 24)
ADA = Person("Mercier", "Ada", date(1948, 3, 14))


@dataclass(frozen=True)
class Pair:
    """A course of two doses, 28 to 60 days apart, best 35; slots by days after the first."""

    course_id: int
    slots: dict[int, int]


@pytest.fixture
def pair(app: object, monday: datetime) -> Pair:
    """Clinics on the first day, then 20, 30, 36, 50 and 70 days later."""
    with transaction() as session:
        course = make.make_course(session, "zoster-life", doses=2, name_fr="Zona")
        slots = {}
        for days in (0, 20, 30, 36, 50, 70):
            day = FIRST + timedelta(days=days)
            clinic = make.make_clinic(session, course, day=day, end="09:20", places=1)
            slots[days] = session.scalars(
                select(Slot.id).where(Slot.clinic_id == clinic.id).order_by(Slot.starts_at)
            ).first()
        return Pair(course.id, {days: key for days, key in slots.items() if key})


def choose_first(page: Browser, pair: Pair) -> Page:
    """Choose the first day and its first time."""
    page.open("/book/vaccine")
    page.submit("/book/vaccine", courses=[str(pair.course_id)])
    page.submit("/book/person", day="14", month="3", year="1948")
    page.follow("premier jour libre")
    return page.submit("/book/time", button=f"slot={pair.slots[0]}")


def finish(page: Browser) -> Page:
    """Type the name and confirm."""
    page.open("/book/contact")
    page.submit("/book/contact", family_name="Mercier", given_names="Ada", no_contact="y")
    return page.submit("/book/check")


def booked(session: Session) -> list[Appointment]:
    """The live appointments, in order."""
    session.expire_all()
    live = select(Appointment).where(
        Appointment.cancelled_at.is_(None),
        Appointment.lapsed_at.is_(None),
        Appointment.booked_at.is_not(None),
    )
    return sorted(session.scalars(live), key=lambda found: found.place.slot.starts_at)


def days_apart(session: Session) -> int:
    """The days between the two appointments."""
    first, second = booked(session)
    return (second.place.slot.starts_at.date() - first.place.slot.starts_at.date()).days


def signed(session: Session, appointment_id: int) -> list[tuple[str, dict[str, Any]]]:
    """What was signed about an appointment, in order."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.subject == "appointment", AuditEntry.subject_id == appointment_id)
        .order_by(AuditEntry.id)
    )
    return [(entry.action, entry.details) for entry in session.scalars(statement)]


def test_both_are_booked_together_nearest_to_the_best_day(
    page: Browser, pair: Pair, session: Session
) -> None:
    here = choose_first(page, pair)
    assert "Deuxième rendez-vous : mercredi 30 décembre" in here.text
    here = finish(page)
    assert here.url == "/book/done"
    assert len(here.select(".code")) == 2
    first, second = booked(session)
    assert first.pair_id == second.pair_id is not None
    assert [p.dose_number for p in second.planned_doses] == [2]
    assert days_apart(session) == 36


@pytest.fixture
def two_first_days(pair: Pair) -> dict[int, int]:
    """Two more first days: the next one, and eighteen days after the first; by days after."""
    slots = {}
    with transaction() as session:
        for days in (1, 18):
            day = FIRST + timedelta(days=days)
            course = session.get_one(Course, pair.course_id)
            slots[days] = make.make_slot(session, course, day=day, end="09:10").id
    return slots


def choose_first_again(page: Browser, days: int, slot_id: int) -> Page:
    """Choose another first day."""
    page.open(f"/book/time/{FIRST + timedelta(days=days)}")
    return page.submit("/book/time", button=f"slot={slot_id}")


def test_the_chosen_second_time_stays_when_another_first_day_suits_it(
    page: Browser, pair: Pair, two_first_days: dict[int, int], session: Session
) -> None:
    choose_first(page, pair)
    page.open("/book/second")
    page.follow("Mercredi 13 janvier")
    page.submit("/book/second", button=f"slot={pair.slots[50]}")
    here = choose_first_again(page, 1, two_first_days[1])
    assert "Deuxième rendez-vous : mercredi 13 janvier" in here.text
    assert "a changé aussi" not in here.text
    finish(page)
    assert days_apart(session) == 49
    assert booked(session)[0].pair_id == booked(session)[1].pair_id


def test_a_second_time_that_no_longer_suits_is_changed_and_said(
    page: Browser, pair: Pair, two_first_days: dict[int, int], session: Session
) -> None:
    choose_first(page, pair)
    here = choose_first_again(page, 18, two_first_days[18])  # 18 days before the second
    said = " ".join(here.select("main .alert.wait")[0].text_content().split())
    assert "a changé aussi" in said
    assert "mercredi 13 janvier à 09:00 au lieu de mercredi 30 décembre à 09:00" in said
    finish(page)
    assert days_apart(session) == 32


def test_a_second_time_that_filled_meanwhile_is_changed_and_said(
    page: Browser, pair: Pair, two_first_days: dict[int, int]
) -> None:
    choose_first(page, pair)
    with transaction() as session:
        closed = session.get_one(Slot, pair.slots[36]).clinic
        closed.closed_at = clock.now()
    here = choose_first_again(page, 1, two_first_days[1])
    assert "a changé aussi" in here.text


def test_who_left_the_second_for_later_is_not_given_one(
    page: Browser, pair: Pair, two_first_days: dict[int, int]
) -> None:
    with transaction() as writing:
        writing.get_one(Course, pair.course_id).pair_choice = PairChoice.LATER_ALLOWED
    choose_first(page, pair)
    page.open("/book/second")
    page.submit("/book/second/later")
    here = choose_first_again(page, 1, two_first_days[1])
    assert "Deuxième rendez-vous" not in here.text
    here = page.submit("/book/contact", family_name="Mercier", given_names="Ada", no_contact="y")
    assert "à prendre plus tard" in here.text
    page.open("/book/second")
    page.follow("Mercredi 13 janvier")
    here = page.submit("/book/second", button=f"slot={pair.slots[50]}")
    assert "mercredi 13 janvier" in here.text


def test_another_second_day_inside_the_interval_may_be_chosen(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    here = page.open("/book/second")
    said = " ".join(item.text_content() for item in here.select(".days li"))
    assert "24 décembre" in said
    assert "13 janvier" in said
    assert "14 décembre" not in said
    assert "2 février" not in said
    page.follow("Mercredi 13 janvier")
    here = page.submit("/book/second", button=f"slot={pair.slots[50]}")
    assert here.url == "/book/contact"
    finish(page)
    assert days_apart(session) == 50


def test_a_first_slot_without_a_second_is_not_shown(page: Browser, pair: Pair) -> None:
    with transaction() as session:
        for clinic in session.scalars(select(Clinic).where(Clinic.day > FIRST)):
            clinic.closed_at = clock.now()
    page.open("/book/vaccine")
    page.submit("/book/vaccine", courses=[str(pair.course_id)])
    here = page.submit("/book/person", day="14", month="3", year="1948")
    assert "Mardi 24 novembre complet" in here.text
    assert not here.select(".days a")


def test_the_second_may_come_later_only_where_the_manager_allows_it(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    assert "plus tard" not in page.open("/book/second").text
    with transaction() as writing:
        writing.get_one(Course, pair.course_id).pair_choice = PairChoice.LATER_ALLOWED
    page.open("/book/second")
    page.submit("/book/second/later")
    finish(page)
    assert len(booked(session)) == 1


def test_the_public_cannot_book_the_first_alone(pair: Pair) -> None:
    with transaction() as session:
        request = HoldRequest(pair.slots[0], (PlannedFor(pair.course_id),))
        key = service.hold(session, request, by_id=None, now=clock.now()).id
    with pytest.raises(refusals.SecondNeeded), transaction() as session:
        service.confirm(session, [key], ADA, by_id=None, now=clock.now())


@pytest.mark.parametrize(
    ("days", "refusal"), [(20, TooSoonForDose), (70, refusals.PairOutsideInterval)]
)
def test_a_second_outside_the_interval_is_refused(
    pair: Pair, days: int, refusal: type[Exception]
) -> None:
    with transaction() as session:
        now = clock.now()
        keys = [
            service.hold(
                session,
                HoldRequest(pair.slots[at], (PlannedFor(pair.course_id, dose),), pair_id="p"),
                by_id=None,
                now=now,
            ).id
            for at, dose in ((0, 1), (days, 2))
        ]
    with pytest.raises(refusal), transaction() as session:
        service.confirm(session, keys, ADA, by_id=None, now=clock.now())


def test_nobody_gets_half_a_pair_when_the_second_hold_ran_out(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    with transaction() as writing:
        second = writing.scalars(select(Appointment).order_by(Appointment.id.desc())).first()
        assert second is not None
        service.let_go(writing, [second.id], now=clock.now())
    assert finish_lapsed(page).url == "/book/day"
    assert booked(session) == []


def finish_lapsed(page: Browser) -> Page:
    """Go on although a hold is gone."""
    return page.open("/book/contact")


def test_cancelling_the_first_asks_once_about_both(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    finish(page)
    page.open("/rv")
    here = page.follow("Annuler ce rendez-vous")
    assert here.h1 == "Annuler les deux rendez-vous ?"
    page.submit("/rv/cancel/1", button="both=yes")
    assert booked(session) == []


def test_the_second_stays_to_be_reviewed_when_only_the_first_is_cancelled(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    finish(page)
    page.open("/rv/cancel/1")
    page.submit("/rv/cancel/1", button="both=no")
    (second,) = booked(session)
    assert second.to_review_at is not None
    assert signed(session, second.id)[-1] == ("mark_to_review", {})
    assert "Appelez-nous pour revoir celui-ci : 01 99 00 12 34" in page.open("/rv").text


def test_who_cancels_the_second_alone_is_told_to_find_another_day(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    finish(page)
    page.open("/rv")
    here = page.submit("/rv/cancel/2")
    assert len(booked(session)) == 1
    assert "Cette injection n’a plus de rendez-vous" in here.text


def test_moving_the_first_takes_the_second_along_where_it_must(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    finish(page)
    here = page.open("/rv/move/1/2026-12-24")  # 30 days later: 6 days before the second
    assert "sera déplacé aussi" in here.text
    here = page.submit("/rv/move", button=f"slot={pair.slots[30]}")
    assert "Les deux rendez-vous ont été déplacés." in here.text
    assert days_apart(session) == 40


def test_who_moves_a_marked_appointment_has_looked_at_it(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    finish(page)
    second = booked(session)[1].id
    with transaction() as writing:
        writing.get_one(Appointment, second).to_review_at = clock.now()
        service.move(writing, second, pair.slots[50], by_id=None, now=clock.now())
    assert booked(session)[1].to_review_at is None
    assert signed(session, second)[-1] == ("move", {"reason": None, "reviewed": True})


def test_moving_the_second_stays_inside_the_interval(
    page: Browser, pair: Pair, session: Session
) -> None:
    choose_first(page, pair)
    finish(page)
    said = page.open("/rv/move/2").text
    assert "2 février" not in said
    page.open("/rv/move/2/2027-01-13")
    page.submit("/rv/move", button=f"slot={pair.slots[50]}")
    assert days_apart(session) == 50
    second = booked(session)[1].id
    with pytest.raises(refusals.PairOutsideInterval), transaction() as writing:
        service.move(writing, second, pair.slots[70], by_id=None, now=clock.now())


def test_who_missed_the_first_books_again_and_the_second_is_reviewed(
    page: Browser, pair: Pair, session: Session, at: Callable[[str], datetime]
) -> None:
    choose_first(page, pair)
    finish(page)
    at("2026-12-10 08:00")
    with transaction() as writing:
        ada = booked(writing)[0].patient_id
        assert ada is not None
        rosa = make.make_staff(writing, Role.RECEPTION).id
        request = service.BookRequest(ada, (PlannedFor(pair.course_id),), slot_id=pair.slots[20])
        service.book(writing, request, by_id=rosa, now=clock.now())
    second = next(a for a in booked(session) if a.planned_doses[0].dose_number == 2)
    assert second.to_review_at is not None
    assert signed(session, second.id)[-1] == ("mark_to_review", {})


def test_who_had_the_first_elsewhere_books_the_second(
    page: Browser, pair: Pair, session: Session
) -> None:
    page.open("/book/vaccine")
    page.submit("/book/vaccine", courses=[str(pair.course_id)])
    extra = {f"dose_{pair.course_id}": "2"}
    here = page.submit("/book/person", day="14", month="3", year="1948", **extra)
    assert here.status == 422
    assert "Saisissez la date de l’injection précédente" in here.text
    for day, month, year, said in (
        ("31", "2", "2026", "n’existe pas"),
        ("10", "11", "2027", "Ce jour est à venir"),
        ("10", "11", "1940", "avant la naissance"),
        ("10", "11", "2026", "Lundi 14 décembre"),
    ):
        parts = {"day": day, "month": month, "year": year}
        had = {f"{part}_{pair.course_id}": value for part, value in parts.items()}
        here = page.submit("/book/person", **had)
        assert said in here.text
    assert "Mardi 24 novembre" not in here.text
    page.follow("Lundi 14 décembre")
    page.submit("/book/time", button=f"slot={pair.slots[20]}")
    assert finish(page).url == "/book/done"
    (planned,) = booked(session)[0].planned_doses
    assert (planned.dose_number, planned.previous_on) == (2, date(2026, 11, 10))


def test_a_course_is_not_booked_by_half_while_its_second_rule_awaits_confirmation(
    page: Browser, pair: Pair
) -> None:
    with transaction() as session:
        second = select(CourseRule).where(CourseRule.dose_number == 2)
        session.scalars(second).one().confirmed_at = None
    page.open("/book/vaccine")
    page.submit("/book/vaccine", courses=[str(pair.course_id)])
    answer = page.submit("/book/person", day="14", month="3", year="1948")
    assert answer.status == 422
    assert answer.errors
