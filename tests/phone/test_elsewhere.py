"""A caller who had the first injection elsewhere is booked for the one that is due."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.phone.conftest import Line, appointments
from vaxcentre.database import transaction
from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.vaccine import Course

FIRST = {"dose_elsewhere": "1", "elsewhere_on": "12/10/2026"}


@pytest.fixture
def zoster(line: Line) -> str:
    """Two doses, two to six months apart; given on the day before the second is due, and on it."""
    with transaction() as session:
        course = make.make_course(session, "zoster")
        make.make_rule(session, course, 2, min_days=60, target_days=70, max_days=180)
        for day in (date(2026, 12, 10), date(2026, 12, 11)):
            make.make_clinic(session, course, day=day, places=1)
        return str(course.id)


def test_the_second_dose_is_offered_from_the_day_on_which_it_may_be_given(
    line: Line, zoster: str, session: Session
) -> None:
    shown = line.look_up(courses=zoster, **FIRST)
    assert "vendredi 11 décembre" in shown.select(".days button")[0].text_content()
    line.choose("1")
    line.confirm(family_name="Mercier", given_names="Ada")
    (dose,) = session.scalars(select(PlannedDose))
    assert (dose.dose_number, dose.previous_on) == (2, date(2026, 10, 12))
    assert appointments(session)[0].booked_at


def test_said_after_a_time_was_held_it_asks_for_another_time(line: Line, zoster: str) -> None:
    with transaction() as session:
        course = session.get_one(Course, int(zoster))
        make.make_clinic(session, course, day=date(2027, 2, 15))
    line.look_up(courses=zoster)
    line.choose("1")
    shown = line.read_back(family_name="Mercier", given_names="Ada", **FIRST)
    assert shown.status == 409
    assert "choisissez de nouveau une heure" in shown.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"dose_elsewhere": "1"}, "Indiquez quelle injection c’était, et sa date."),
        ({"elsewhere_on": "12/10/2026"}, "Indiquez quelle injection c’était, et sa date."),
        (FIRST | {"elsewhere_on": "31/02/2026"}, "Écrivez un jour passé"),
        (FIRST | {"elsewhere_on": "12/10/2027"}, "Écrivez un jour passé"),
    ],
)
def test_half_of_it_is_asked_for(
    line: Line, zoster: str, typed: dict[str, str], sentence: str
) -> None:
    shown = line.look_up(courses=zoster, **typed)
    assert shown.status == 422
    assert sentence in shown.text


def test_it_is_of_the_one_vaccination_that_takes_several(line: Line, zoster: str) -> None:
    shown = line.look_up(courses=str(line.course), **FIRST)
    assert "se fait en une injection" in shown.text


def test_what_is_on_record_goes_before_what_is_said(line: Line, zoster: str) -> None:
    with transaction() as session:
        ada = make.make_patient(session)
        course = session.get_one(Course, int(zoster))
        make.make_declared_dose(session, ada, course, given_on=date(2026, 10, 13))
        number = str(ada.id)
    shown = line.look_up(courses=zoster, patient_id=number, **FIRST)
    assert not shown.select(".days button")
