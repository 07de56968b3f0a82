"""Opening clinics: laid out first, then opened in one action, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as hour
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.office.rooms import book_people, the_entry
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.vaccine import Course
from vaxcentre.office import clinic_service
from vaxcentre.office.clinic_plan import ClinicRequest, make_plan
from vaxcentre.office.clinic_refusals import (
    ClinicAlreadyThere,
    DayPast,
    OpensAfterStart,
    TooManyPlaces,
)
from vaxcentre.rules.slots import ClinicEndsBeforeStart
from vaxcentre.rules.vocabulary import Role

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def _request(**fields: Any) -> ClinicRequest:
    return ClinicRequest(
        **{
            "first_day": date(2026, 3, 23),
            "last_day": None,
            "weekdays": frozenset(),
            "start": hour(9),
            "until": hour(12),
            "slot_minutes": 10,
            "places_per_slot": 2,
            "course_ids": (1,),
            "opens_at": None,
            "leaves_out_days_off": False,
        }
        | fields
    )


def _plan(**fields: Any) -> Any:
    return make_plan(_request(**fields), zone=PARIS, now=NOW)


@pytest.fixture
def manager(at: Callable[[str], Any], signed_in_as: Callable[..., Any]) -> Any:
    at("2026-03-02 09:00")
    return signed_in_as(Role.MANAGER)


@pytest.fixture
def course_id(manager: Any, write: Callable[[], Any]) -> int:
    """Influenza, with more doses than anybody will open places for."""
    with write() as session:
        course = make.make_course(session)
        make.make_lot(session, make.make_vaccine(session, course), doses=50_000)
        made: int = course.id
    return made


WEEKS = {
    "first_day": "2026-03-23",
    "last_day": "2026-04-05",
    "weekdays": ["0", "2", "4"],
    "starts_at": "09:00",
    "ends_at": "12:00",
    "minutes": "10",
    "places": "2",
}


def _preview(page: Browser, course_id: int, **typed: Any) -> Any:
    page.open("/office/clinics/new")
    return page.submit("/preview", **(WEEKS | {"courses": [str(course_id)]} | typed))


def _clinics(session: Session) -> list[Clinic]:
    session.expire_all()
    return list(session.scalars(select(Clinic).order_by(Clinic.starts_at)))


def test_one_day_is_cut_into_slots() -> None:
    plan = _plan()
    assert (len(plan.clinics), plan.slots, plan.places) == (1, 18, 36)


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change() -> None:
    weekly = {"last_day": date(2026, 4, 5), "weekdays": frozenset({6})}
    plan = _plan(first_day=date(2026, 3, 22), **weekly)
    starts = [clinic.starts_at for clinic in plan.clinics]
    assert [start.hour for start in starts] == [8, 7, 7]  # UTC: summer time from 29 March
    assert [start.astimezone(PARIS).hour for start in starts] == [9, 9, 9]
    assert {len(clinic.slots) for clinic in plan.clinics} == {18}


def test_the_nights_of_the_clock_change_have_real_hours() -> None:
    night = {"start": hour(1), "until": hour(4), "slot_minutes": 60, "places_per_slot": 1}
    assert _plan(first_day=date(2026, 3, 29), **night).slots == 2
    assert _plan(first_day=date(2026, 10, 25), **night).slots == 4
    assert _plan(first_day=date(2026, 10, 26), **night).slots == 3


def test_an_opening_inside_the_hour_that_is_skipped_is_refused() -> None:
    with pytest.raises(ClinicEndsBeforeStart):
        _plan(first_day=date(2026, 3, 29), start=hour(2, 30), until=hour(3, 15))


def test_midnight_is_the_end_of_the_day() -> None:
    plan = _plan(start=hour(22), until=hour(0), slot_minutes=60)
    assert plan.slots == 2


def test_public_holidays_are_marked_and_can_be_left_out() -> None:
    easter = {
        "first_day": date(2026, 4, 6),
        "last_day": date(2026, 4, 12),
        "weekdays": frozenset({0, 1}),
    }
    assert [clinic.day_off for clinic in _plan(**easter).clinics] == ["Easter Monday", None]
    plan = _plan(**easter, leaves_out_days_off=True)
    assert [clinic.day for clinic in plan.clinics] == [date(2026, 4, 7)]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"first_day": date(2026, 3, 1)}, DayPast),
        ({"opens_at": datetime(2026, 3, 23, 8, tzinfo=UTC)}, OpensAfterStart),
        (
            {
                "last_day": date(2027, 3, 1),
                "weekdays": frozenset(range(7)),
                "places_per_slot": 200,
                "slot_minutes": 1,
            },
            TooManyPlaces,
        ),
    ],
)
def test_a_plan_that_cannot_be_is_refused(fields: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        _plan(**fields)


def test_the_preview_counts_and_writes_nothing(
    page: Browser, course_id: int, session: Session
) -> None:
    shown = _preview(page, course_id)
    assert "6 séances, 108 créneaux, 216 places" in shown.text
    assert "vendredi 3 avril" in shown.text
    assert _clinics(session) == []


def test_the_preview_names_clinics_at_the_same_time(
    page: Browser, course_id: int, write: Callable[[], Any]
) -> None:
    with write() as session:
        course = session.get_one(Course, course_id)
        make.make_clinic(session, course, day=date(2026, 3, 25), start="11:00", end="13:00")
    shown = _preview(page, course_id)
    assert "En même temps que d’autres séances" in shown.text
    assert "11:00–13:00" in shown.text


def test_the_preview_marks_a_public_holiday(page: Browser, course_id: int) -> None:
    shown = _preview(page, course_id, first_day="2026-05-01", last_day="")
    assert "jour férié : fête du Travail" in shown.text


def test_the_preview_says_that_no_rule_is_confirmed(
    page: Browser, manager: Any, write: Callable[[], Any]
) -> None:
    with write() as session:
        made = make.make_course(session, "rsv", confirmed_at=None).id
    assert "Aucune règle de cette vaccination n’est confirmée" in _preview(page, made).text


def test_it_opens_what_was_shown(page: Browser, course_id: int, session: Session) -> None:
    _preview(page, course_id)
    answer = page.submit("/create")
    assert "6 séances sont ouvertes." in answer.text
    clinics = _clinics(session)
    assert [clinic.day.isoformat() for clinic in clinics][:3] == [
        "2026-03-23",
        "2026-03-25",
        "2026-03-27",
    ]
    assert len({clinic.series for clinic in clinics}) == 1
    assert [offered.course_id for offered in clinics[0].courses] == [course_id]
    assert clinics[0].is_open_to_public_at(clock.now())
    assert session.scalar(select(func.count(Slot.id))) == 108
    assert session.scalar(select(func.count(Place.id))) == 216
    entry = the_entry(session, "open_clinics")
    assert entry.details["places"] == 216


def test_sent_twice_it_leads_to_the_first_result(
    page: Browser, course_id: int, session: Session
) -> None:
    shown = _preview(page, course_id)
    first = page.submit("/create")
    page.last = shown
    again = page.submit("/create")
    assert again.status == 200
    assert again.url == first.url
    assert len(_clinics(session)) == 6


def test_two_tabs_do_not_open_the_same_clinics_twice(
    page: Browser, course_id: int, session: Session
) -> None:
    one = _preview(page, course_id)
    other = _preview(page, course_id)
    page.last = one
    page.submit("/create")
    page.last = other
    answer = page.submit("/create")
    assert answer.status == 422
    assert "La même séance est déjà ouverte" in answer.text
    assert len(_clinics(session)) == 6


def test_the_same_hours_for_another_vaccination_may_open(
    page: Browser, course_id: int, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        covid = make.make_course(writing, "covid-2026")
        make.make_lot(writing, make.make_vaccine(writing, covid, name="COMIRNATY"), doses=500)
        other = covid.id
    _preview(page, course_id, last_day="")
    page.submit("/create")
    _preview(page, other, last_day="")
    page.submit("/create")
    assert len(_clinics(session)) == 2


def test_booking_can_open_later(page: Browser, course_id: int, session: Session) -> None:
    _preview(page, course_id, opens=["later"], opens_on="2026-03-16", opens_hour="08:00")
    page.submit("/create")
    (first, *_rest) = _clinics(session)
    assert first.opens_at == datetime(2026, 3, 16, 7, tzinfo=UTC)
    assert not first.is_open_to_public_at(clock.now())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"courses": []}, "courses"),
        ({"first_day": "2026-03-01"}, "first_day"),
        ({"first_day": "31/02/2026"}, "first_day"),
        ({"first_day": "0001-01-01"}, "first_day"),
        ({"last_day": "2026-03-01"}, "last_day"),
        ({"last_day": "2028-03-01"}, "last_day"),
        ({"weekdays": []}, "weekdays"),
        ({"ends_at": "08:00"}, "ends_at"),
        ({"starts_at": "25:00"}, "starts_at"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "200"}, "minutes"),
        ({"places": "201"}, "places"),
        ({"places": "deux"}, "places"),
        ({"opens": ["later"], "opens_on": ""}, "opens"),
        ({"opens": ["later"], "opens_on": "2026-03-30"}, "opens_on"),
    ],
)
def test_what_cannot_be_opened_is_refused_at_its_field_and_kept(
    page: Browser, course_id: int, session: Session, typed: dict[str, Any], field: str
) -> None:
    answer = _preview(page, course_id, **typed)
    assert answer.status == 422
    assert answer.select(f"#{field}-error"), answer.errors
    assert not answer.select("form[action$='/create']")
    value = typed.get(field)
    if isinstance(value, str):
        assert answer.select(f"#{field}")[0].get("value") == value
    assert _clinics(session) == []


def test_twelve_weeks_open_quickly(
    course_id: int, write: Callable[[], Any], session: Session, manager: Any
) -> None:
    request = _request(
        first_day=date(2026, 3, 23),
        last_day=date(2026, 6, 14),
        weekdays=frozenset(range(6)),
        start=hour(9),
        until=hour(17),
        places_per_slot=6,
        course_ids=(course_id,),
    )
    began = time.process_time()
    with write() as writing:
        clinic_service.open_clinics(writing, request, by_id=manager.id, now=clock.now(), zone=PARIS)
    assert time.process_time() - began < 3  # our own work; one second on a small machine
    assert session.scalar(select(func.count(Place.id))) == 72 * 48 * 6
    twice = select(func.count()).select_from(
        select(Place.slot_id).group_by(Place.slot_id).having(func.count() != 6).subquery()
    )
    assert session.scalar(twice) == 0


def test_the_same_clinic_is_refused_below_the_page_too(
    course_id: int, write: Callable[[], Any], manager: Any
) -> None:
    request = _request(course_ids=(course_id,))
    now = clock.now()
    with write() as writing:
        clinic_service.open_clinics(writing, request, by_id=manager.id, now=now, zone=PARIS)
    with pytest.raises(ClinicAlreadyThere), write() as writing:
        clinic_service.open_clinics(writing, request, by_id=manager.id, now=now, zone=PARIS)


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.INSPECTOR, Role.RECEPTION])
def test_only_the_manager_opens(
    page: Browser, course_id: int, signed_in_as: Callable[..., Any], role: Role
) -> None:
    signed_in_as(role)
    assert page.open("/office/clinics/new").status == 403
    page.app.config["WTF_CSRF_ENABLED"] = False
    assert page.send("/office/clinics/new/create").status == 403


def test_the_week_shows_booked_of_places(
    page: Browser, course_id: int, write: Callable[[], Any]
) -> None:
    with write() as session:
        course = session.get_one(Course, course_id)
        clinic = make.make_clinic(session, course, day=date(2026, 3, 4))
        book_people(session, course, clinic, 3)
    shown = page.open("/office/clinics/")
    assert "3 sur 36" in shown.text
    assert "mercredi 4 mars" in shown.text
    assert "Aucune séance" in page.follow("Semaine suivante").text
    assert page.open("/office/clinics/?day=not-a-day").status == 200


def test_the_pages_speak_english(page: Browser, course_id: int) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    shown = _preview(page, course_id, first_day="2026-05-01", last_day="")
    assert "1 clinic, 18 slots, 36 places" in shown.text
    assert "public holiday: Labour Day" in shown.text
    page.submit("/create")
    assert "Clinics, week of 27 April 2026" in page.last.text  # type: ignore[union-attr]
