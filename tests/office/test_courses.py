"""Courses and their dated rules: planted, confirmed, replaced from a day on, never edited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.office.rooms import the_entry
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.vaccine import Course, CourseRule
from vaxcentre.office import rule_service
from vaxcentre.office.rule_refusals import RuleAlreadyThere, RuleIsConfirmed
from vaxcentre.office.rule_request import RuleRequest
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.rules.starter import starter_courses
from vaxcentre.rules.vocabulary import PairChoice, Role

MORNING = "2026-11-02 09:00"


@pytest.fixture
def doctor(at: Callable[[str], Any], signed_in_as: Callable[..., Any]) -> Any:
    at(MORNING)
    return signed_in_as(Role.DOCTOR)


@pytest.fixture
def course_id(doctor: Any, write: Callable[[], Any]) -> int:
    """A pair of doses that nobody has confirmed."""
    with write() as session:
        made: int = make.make_course(session, "zoster-life", doses=2, confirmed_at=None).id
    return made


def _rules(session: Session, course_id: int) -> list[CourseRule]:
    session.expire_all()
    return list(
        session.scalars(
            select(CourseRule)
            .where(CourseRule.course_id == course_id)
            .order_by(CourseRule.dose_number, CourseRule.valid_from)
        )
    )


def test_a_new_centre_gets_the_shipped_courses_unconfirmed(
    write: Callable[[], Any], session: Session, at: Callable[[str], Any]
) -> None:
    now = at(MORNING)
    with write() as writing:
        assert plant_courses(writing, now=now) == len(starter_courses())
    codes = session.scalars(select(Course.code).order_by(Course.position)).all()
    assert codes == [starter.code for starter in starter_courses()]
    rules = session.scalars(select(CourseRule)).all()
    assert len(rules) == sum(len(starter.rules) for starter in starter_courses())
    assert all(rule.source_title and rule.confirmed_at is None for rule in rules)


def test_planting_twice_changes_nothing_that_the_centre_has_changed(
    write: Callable[[], Any], session: Session, at: Callable[[str], Any]
) -> None:
    now = at(MORNING)
    with write() as writing:
        plant_courses(writing, now=now)
        writing.scalars(select(Course)).first().name_fr = "À nous"
    with write() as writing:
        assert plant_courses(writing, now=now) == 0
    assert "À nous" in session.scalars(select(Course.name_fr)).all()


def test_the_list_says_what_waits_for_the_doctor(page: Browser, course_id: int) -> None:
    shown = page.open("/office/vaccines/courses")
    assert "2 à confirmer" in shown.text
    assert "à confirmer par le médecin du centre" in page.follow("Zoster").text


def test_the_doctor_confirms_one_rule(page: Browser, course_id: int, session: Session) -> None:
    page.open(f"/office/vaccines/courses/{course_id}")
    first = _rules(session, course_id)[0]
    answer = page.submit(f"/rules/{first.id}/confirm")
    one, two = _rules(session, course_id)
    assert one.confirmed_at is not None
    assert two.confirmed_at is None
    assert "Ines Laurent" in answer.text
    entry = the_entry(session, "confirm_rule")
    assert entry.subject_id == one.id


def test_confirming_twice_keeps_the_first_signature(
    page: Browser, course_id: int, session: Session, at: Callable[[str], Any]
) -> None:
    shown = page.open(f"/office/vaccines/courses/{course_id}")
    page.submit("/confirm")
    signed = [rule.confirmed_at for rule in _rules(session, course_id)]
    at("2026-11-02 09:05")
    page.last = shown
    page.submit("/confirm")
    assert [rule.confirmed_at for rule in _rules(session, course_id)] == signed


def test_the_manager_confirms_all_rules_of_a_course(
    page: Browser, course_id: int, session: Session, signed_in_as: Callable[..., Any]
) -> None:
    signed_in_as(Role.MANAGER)
    page.open(f"/office/vaccines/courses/{course_id}")
    answer = page.submit(f"/courses/{course_id}/confirm")
    assert all(rule.confirmed_at for rule in _rules(session, course_id))
    assert "2 règles sont confirmées" in answer.text


def test_an_inspector_reads_and_confirms_nothing(
    page: Browser, course_id: int, signed_in_as: Callable[..., Any]
) -> None:
    signed_in_as(Role.INSPECTOR)
    shown = page.open(f"/office/vaccines/courses/{course_id}")
    assert shown.status == 200
    assert not shown.select("main form")
    page.app.config["WTF_CSRF_ENABLED"] = False
    assert page.send(f"/office/vaccines/courses/{course_id}/confirm").status == 403


def test_a_new_version_closes_the_former_one_on_its_day(
    page: Browser, course_id: int, session: Session
) -> None:
    page.open(f"/office/vaccines/courses/{course_id}")
    page.submit(f"/courses/{course_id}/confirm")
    second = _rules(session, course_id)[1]
    page.open(f"/office/vaccines/courses/{course_id}/rules/{second.id}/replace")
    answer = page.submit(
        "/replace",
        valid_from="2026-12-01",
        min_days="56",
        target_days="60",
        max_days="180",
        source_title="Avis de la HAS du 1er novembre",
        source_url="https://has.example/avis",
        is_confirmed=["y"],
    )
    assert answer.status == 200
    _first, former, new = _rules(session, course_id)
    assert (former.min_days, former.valid_until) == (28, date(2026, 12, 1))
    assert (new.min_days, new.valid_from, new.valid_until) == (56, date(2026, 12, 1), None)
    assert (new.dose_number, new.schedule) == (2, "")
    assert new.confirmed_at is not None
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action == "replace_rule")).one()
        is not None
    )


def test_a_rule_that_has_ended_stays_readable(
    page: Browser, course_id: int, session: Session, write: Callable[[], Any]
) -> None:
    with write() as writing:
        course = writing.get_one(Course, course_id)
        make.make_rule(
            writing,
            course,
            2,
            source_title="Avis de 2021",
            valid_from=date(2019, 1, 1),
            valid_until=date(2020, 1, 1),
        )
    shown = page.open(f"/office/vaccines/courses/{course_id}")
    assert "1 règle qui a pris fin" in shown.text
    assert "Avis de 2021" in shown.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"source_title": ""}, "source_title"),
        ({"source_title": "   "}, "source_title"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"min_days": "60", "target_days": "30"}, "min_days"),
        ({"valid_from": "2019-12-31"}, "valid_from"),
        ({"valid_from": "demain"}, "valid_from"),
        ({"last_day": "2026-11-01"}, "last_day"),
        ({"min_age": "18", "min_age_unit": "years", "max_age": "12"}, "max_age"),
        ({"observation_minutes": "1000"}, "observation_minutes"),
    ],
)
def test_a_version_that_cannot_be_is_refused_at_its_field(
    page: Browser, course_id: int, session: Session, typed: dict[str, str], field: str
) -> None:
    second = _rules(session, course_id)[1]
    page.open(f"/office/vaccines/courses/{course_id}/rules/{second.id}/replace")
    answer = page.submit("/replace", **typed)
    assert answer.status == 422
    assert answer.select(f"#{field}[aria-invalid]")
    former = _rules(session, course_id)[1]
    assert len(_rules(session, course_id)) == 2
    assert former.valid_until is None


def test_a_confirmed_rule_is_not_edited(page: Browser, course_id: int, session: Session) -> None:
    page.open(f"/office/vaccines/courses/{course_id}")
    page.submit(f"/courses/{course_id}/confirm")
    first = _rules(session, course_id)[0]
    page.open(f"/office/vaccines/courses/{course_id}/rules/{first.id}/edit")
    answer = page.submit("/edit", observation_minutes="30")
    assert answer.status == 422
    assert "remplacez-la" in answer.text
    assert _rules(session, course_id)[0].observation_minutes == 15


def test_an_unconfirmed_rule_is_corrected_in_place(
    page: Browser, course_id: int, session: Session
) -> None:
    first = _rules(session, course_id)[0]
    page.open(f"/office/vaccines/courses/{course_id}/rules/{first.id}/edit")
    page.submit("/edit", observation_minutes="30", min_age="65", min_age_unit="years")
    first = _rules(session, course_id)[0]
    assert (first.observation_minutes, first.min_age_months) == (30, 780)
    assert len(_rules(session, course_id)) == 2


def test_it_ends_a_rule(page: Browser, course_id: int, session: Session) -> None:
    first = _rules(session, course_id)[0]
    page.open(f"/office/vaccines/courses/{course_id}/rules/{first.id}/end")
    page.submit("/end", last_day="2026-12-31")
    assert _rules(session, course_id)[0].valid_until == date(2027, 1, 1)


def test_a_third_dose_needs_its_second(page: Browser, course_id: int, session: Session) -> None:
    page.open(f"/office/vaccines/courses/{course_id}/rules/new")
    answer = page.submit("/rules/new", dose_number="4", source_title="Avis")
    assert answer.status == 422
    assert answer.select("#dose_number[aria-invalid]")
    page.submit("/rules/new", dose_number="3")
    assert [rule.dose_number for rule in _rules(session, course_id)] == [1, 2, 3]


def test_a_second_rule_for_the_same_days_is_refused(
    write: Callable[[], Any], course_id: int, doctor: Any
) -> None:
    request = RuleRequest(
        schedule="",
        dose_number=2,
        min_age_months=6,
        max_age_months=None,
        min_days=28,
        target_days=None,
        max_days=None,
        observation_minutes=15,
        needs_condition=False,
        source_title="Avis",
        source_url="",
        source_on=None,
        valid_from=date(2026, 11, 2),
        valid_until=None,
        is_confirmed=False,
    )
    with pytest.raises(RuleAlreadyThere), write() as session:
        rule_service.add_rule(session, course_id, request, by_id=doctor.id, now=_now())


def test_editing_a_confirmed_rule_is_refused_below_the_page_too(
    write: Callable[[], Any], course_id: int, doctor: Any, session: Session
) -> None:
    rule = _rules(session, course_id)[0]
    rule_id, now = rule.id, _now()
    with write() as writing:
        rule_service.confirm_rule(writing, rule_id, by_id=doctor.id, now=now, day=now.date())
    request = RuleRequest(
        **{
            name: getattr(rule, name)
            for name in RuleRequest.__dataclass_fields__
            if name not in {"needs_condition", "is_confirmed"}
        },
        needs_condition=False,
        is_confirmed=False,
    )
    with pytest.raises(RuleIsConfirmed), write() as writing:
        rule_service.edit_rule(writing, rule_id, request, by_id=doctor.id, now=now)


def test_it_changes_the_words_of_a_course(page: Browser, course_id: int, session: Session) -> None:
    page.open(f"/office/vaccines/courses/{course_id}/change")
    page.submit(
        "/change",
        name_fr="Zona",
        who_fr="À partir de 65 ans.",
        pair_choice=["later_allowed"],
        is_offered=None,
    )
    session.expire_all()
    course = session.get_one(Course, course_id)
    assert (course.name_fr, course.is_offered) == ("Zona", False)
    assert course.pair_choice is PairChoice.LATER_ALLOWED
    entry = the_entry(session, "change_course")
    assert "name_fr" in entry.details["changed"]


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_a_course_needs_a_name_that_fits(page: Browser, course_id: int, name: str) -> None:
    page.open(f"/office/vaccines/courses/{course_id}/change")
    answer = page.submit("/change", name_fr=name)
    assert answer.status == 422
    assert answer.select("#name_fr[aria-invalid]")


def test_it_adds_the_next_season_of_a_disease(
    page: Browser, course_id: int, session: Session
) -> None:
    page.open(f"/office/vaccines/courses/new?like={course_id}")
    page.submit("/courses/new", season="2027-2028", name_fr="Zona 2027", name_en="Shingles 2027")
    made = session.scalars(select(Course).where(Course.season == "2027-2028")).one()
    assert (made.disease, made.code) == ("zoster", "zoster-2027-2028")


def test_the_same_season_twice_is_refused(page: Browser, course_id: int) -> None:
    page.open(f"/office/vaccines/courses/new?like={course_id}")
    page.submit("/courses/new", season="2027-2028")
    page.open(f"/office/vaccines/courses/new?like={course_id}")
    answer = page.submit("/courses/new", season="2027-2028")
    assert answer.status == 422
    assert answer.select("#season[aria-invalid]")


def test_a_new_course_names_its_disease(page: Browser, doctor: Any, session: Session) -> None:
    page.open("/office/vaccines/courses/new")
    words = {
        "name_fr": "Fièvre jaune",
        "name_en": "Yellow fever",
        "who_fr": "Voyageurs.",
        "who_en": "Travellers.",
    }
    assert page.submit("/courses/new", **words).select("#like[aria-invalid]")
    page.submit("/courses/new", disease="Fièvre jaune")
    assert session.scalars(select(Course)).one().code == "fievre-jaune-life"


def test_a_course_that_is_not_there_has_no_page(page: Browser, doctor: Any) -> None:
    assert page.open("/office/vaccines/courses/99").status == 404
    assert page.open("/office/vaccines/courses/99999999999999999999").status == 404
    assert page.open("/office/vaccines/courses/99/rules/1/edit").status == 404


def test_the_pages_speak_english(page: Browser, course_id: int, session: Session) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    rule = _rules(session, course_id)[0]
    at = f"/office/vaccines/courses/{course_id}"
    assert "to be confirmed by the doctor" in page.open(at).text
    assert "Save these words" in page.open(f"{at}/change").text
    assert "Holds from" in page.open(f"{at}/rules/{rule.id}/replace").text
    assert "End the rule" in page.open(f"{at}/rules/{rule.id}/end").text


def _now() -> Any:
    return clock.now() + timedelta(seconds=1)
