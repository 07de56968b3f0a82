"""One clinic: its slots, another moment of opening, more places, fewer free ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.office.rooms import book_people, count_places, slots_of, the_entry
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.rules.vocabulary import Role

DAY = date(2026, 3, 10)
SERIES: dict[str, Any] = {"opening-whole_series": ["y"]}


@pytest.fixture
def manager(at: Callable[[str], Any], signed_in_as: Callable[..., Any]) -> Any:
    at("2026-03-02 09:00")
    return signed_in_as(Role.MANAGER)


@pytest.fixture
def clinic_id(manager: Any, write: Callable[[], Any]) -> int:
    """Nine to noon, ten minutes, two places; three people on the first two slots."""
    with write() as session:
        course = make.make_course(session)
        make.make_lot(session, make.make_vaccine(session, course), doses=5_000)
        clinic = make.make_clinic(session, course, day=DAY, series="s" * 20)
        make.make_clinic(session, course, day=DAY + timedelta(days=7), series="s" * 20)
        book_people(session, course, clinic, 3)
        made: int = clinic.id
    return made


def _hold(session: Session, slot: Slot, until: datetime) -> Appointment:
    hold = Appointment(
        reference=make.make_reference(),
        place_id=make.free_place(session, slot).id,
        origin="web",
        held_until=until,
    )
    session.add(hold)
    session.flush()
    return hold


def test_it_shows_booked_held_and_free_of_each_slot(
    page: Browser, clinic_id: int, write: Callable[[], Any]
) -> None:
    with write() as session:
        slots = slots_of(session, session.get_one(Clinic, clinic_id))
        _hold(session, slots[1], clock.now() + timedelta(minutes=5))
        _hold(session, slots[2], clock.now() - timedelta(minutes=5))
    shown = page.open(f"/office/clinics/{clinic_id}")
    rows = [
        [cell.text_content().strip() for cell in row.iter("th", "td")]
        for row in shown.select("main table tbody tr")
    ]
    assert rows[:3] == [
        ["09:00", "2", "–", "0"],
        ["09:10", "1", "1", "0"],
        ["09:20", "0", "–", "2"],
    ]


def test_booking_opens_at_another_moment(page: Browser, clinic_id: int, session: Session) -> None:
    page.open(f"/office/clinics/{clinic_id}")
    typed: dict[str, Any] = {
        "opening-opens": ["later"],
        "opening-opens_on": "2026-03-05",
        "opening-opens_hour": "08:00",
    }
    page.submit("/opening", **typed)
    opens = session.scalars(select(Clinic.opens_at).order_by(Clinic.day)).all()
    assert opens[0] == datetime(2026, 3, 5, 7, tzinfo=UTC)
    assert opens[1] != opens[0]
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action == "change_opening")).one()
        is not None
    )


def test_the_whole_series_opens_together(page: Browser, clinic_id: int, session: Session) -> None:
    page.open(f"/office/clinics/{clinic_id}")
    typed: dict[str, Any] = {"opening-opens": ["later"], "opening-opens_on": "2026-03-05"}
    page.submit("/opening", **typed, **SERIES)
    assert set(session.scalars(select(Clinic.opens_at))) == {datetime(2026, 3, 4, 23, tzinfo=UTC)}


def test_opening_after_the_clinic_began_is_refused(page: Browser, clinic_id: int) -> None:
    page.open(f"/office/clinics/{clinic_id}")
    typed: dict[str, Any] = {"opening-opens": ["later"], "opening-opens_on": "2026-03-11"}
    answer = page.submit("/opening", **typed)
    assert answer.status == 422
    assert answer.select("#opening-opens_on[aria-invalid]")


def test_it_adds_places_between_two_hours(page: Browser, clinic_id: int, session: Session) -> None:
    page.open(f"/office/clinics/{clinic_id}")
    answer = page.submit(
        "/add-places",
        **{"add-from_hour": "10:00", "add-until_hour": "11:00", "add-places": "3"},
    )
    assert "18 places ajoutées" in answer.text
    assert count_places(session, clinic_id) == 36 + 18
    numbers = session.scalars(
        select(Place.number)
        .join(Slot)
        .where(Slot.clinic_id == clinic_id, Slot.starts_at == datetime(2026, 3, 10, 9, tzinfo=UTC))
        .order_by(Place.number)
    ).all()
    assert list(numbers) == [1, 2, 3, 4, 5]
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action == "add_places")).one()
        is not None
    )


def test_adding_twice_by_a_double_click_adds_once(
    page: Browser, clinic_id: int, session: Session
) -> None:
    shown = page.open(f"/office/clinics/{clinic_id}")
    page.submit("/add-places", **{"add-places": "1"})
    page.last = shown
    page.submit("/add-places", **{"add-places": "1"})
    assert count_places(session, clinic_id) == 36 + 18


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"add-places": "0"}, "add-places"),
        ({"add-places": "199"}, "add-places"),
        ({"add-places": "1", "add-from_hour": "13:00", "add-until_hour": "14:00"}, "add-from_hour"),
        ({"add-places": "1", "add-from_hour": "neuf heures"}, "add-from_hour"),
    ],
)
def test_places_that_cannot_be_added_are_refused(
    page: Browser, clinic_id: int, session: Session, typed: dict[str, str], field: str
) -> None:
    page.open(f"/office/clinics/{clinic_id}")
    answer = page.submit("/add-places", **typed)
    assert answer.status == 422
    assert answer.select(f"#{field}[aria-invalid]")
    assert count_places(session, clinic_id) == 36


def _remove(page: Browser, clinic_id: int, places: str = "2", **typed: str) -> Any:
    page.open(f"/office/clinics/{clinic_id}")
    values = {"remove-places": places, "remove-reason": "Un infirmier absent"}
    return page.submit("/remove-places", **(values | typed))


def test_it_removes_free_places_only(page: Browser, clinic_id: int, session: Session) -> None:
    answer = _remove(page, clinic_id)
    assert "33 places libres retirées" in answer.text
    assert count_places(session, clinic_id) == 3
    booked = session.scalars(select(Appointment)).all()
    assert len(booked) == 3
    assert all(appointment.place.slot.clinic_id == clinic_id for appointment in booked)
    entry = the_entry(session, "remove_places")
    assert entry.details["reason"] == "Un infirmier absent"


def test_a_place_that_is_being_booked_stays(
    page: Browser, clinic_id: int, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        slots = slots_of(writing, writing.get_one(Clinic, clinic_id))
        place_id = _hold(writing, slots[5], clock.now() + timedelta(minutes=5)).place_id
    _remove(page, clinic_id)
    session.expire_all()
    assert session.get(Place, place_id) is not None
    assert count_places(session, clinic_id) == 4


def test_a_place_with_a_past_goes_to_a_closed_twin(
    page: Browser, clinic_id: int, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        slots = slots_of(writing, writing.get_one(Clinic, clinic_id))
        hold = _hold(writing, slots[5], clock.now() - timedelta(minutes=5))
        hold_id, starts_at = hold.id, slots[5].starts_at
    _remove(page, clinic_id)
    session.expire_all()
    hold = session.get_one(Appointment, hold_id)
    twin = hold.place.slot.clinic
    assert hold.lapsed_at is not None
    assert hold.place.slot.starts_at == starts_at
    assert twin.id != clinic_id
    assert twin.closed_reason == "Un infirmier absent"
    assert count_places(session, clinic_id) == 3


def test_nothing_free_says_so(page: Browser, clinic_id: int, session: Session) -> None:
    answer = _remove(page, clinic_id, **{"remove-until_hour": "09:10"})
    assert answer.status == 422
    assert "Aucune place n’est libre" in answer.text
    assert count_places(session, clinic_id) == 36


def test_removing_needs_a_reason(page: Browser, clinic_id: int) -> None:
    answer = _remove(page, clinic_id, **{"remove-reason": " "})
    assert answer.status == 422
    assert answer.select("#remove-reason[aria-invalid]")


def test_a_clinic_that_is_over_is_left_alone(
    page: Browser, clinic_id: int, at: Callable[[str], Any], session: Session
) -> None:
    page.app.config["WTF_CSRF_ENABLED"] = False  # the page was opened a week ago
    page.open(f"/office/clinics/{clinic_id}")
    at("2026-03-10 13:00")
    make.sign_in(page, Role.MANAGER)
    answer = page.submit("/add-places", **{"add-places": "1"})
    assert answer.status == 422
    assert "terminée" in answer.text
    assert not page.open(f"/office/clinics/{clinic_id}").select("form[action$='/add-places']")


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.INSPECTOR])
def test_readers_see_the_slots_and_no_form(
    page: Browser, clinic_id: int, signed_in_as: Callable[..., Any], role: Role
) -> None:
    signed_in_as(role)
    shown = page.open(f"/office/clinics/{clinic_id}")
    assert shown.status == 200
    assert not shown.select("main form")
    page.app.config["WTF_CSRF_ENABLED"] = False
    assert page.send(f"/office/clinics/{clinic_id}/add-places").status == 403
    assert page.send(f"/office/clinics/{clinic_id}/remove-places").status == 403
    assert page.send(f"/office/clinics/{clinic_id}/opening").status == 403


def test_the_page_speaks_english(page: Browser, clinic_id: int) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    shown = page.open(f"/office/clinics/{clinic_id}")
    assert "Tuesday 10 March, 09:00 to 12:00" in shown.text
    assert "open to booking" in shown.text
