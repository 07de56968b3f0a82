"""What a caller declares on honour: each vaccination has its own tick."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.phone.conftest import Line
from vaxcentre.database import transaction
from vaxcentre.models.appointment import PlannedDose


@pytest.fixture
def two(line: Line) -> tuple[str, str]:
    """Two vaccinations for the young in a situation of their own, given together on Wednesday."""
    young: dict[str, Any] = {"min_age_months": 216, "condition": "risk"}
    with transaction() as session:
        covid = make.make_course(session, "covid", condition_fr="Je suis enceinte.", **young)
        zoster = make.make_course(session, "zoster", condition_fr="Je suis affaibli.", **young)
        make.make_clinic(session, covid, zoster, day=date(2026, 11, 25))
        return str(covid.id), str(zoster.id)


def test_one_tick_does_not_speak_for_the_other(
    line: Line, two: tuple[str, str], session: Session
) -> None:
    shown = line.look_up("01011990", courses=list(two), condition=[two[0]])
    assert not shown.select(".days button")
    line.look_up("01011990", courses=list(two), condition=list(two))
    line.choose("1")
    line.confirm(family_name="Mercier", given_names="Ada")
    doses = list(session.scalars(select(PlannedDose)))
    assert len(doses) == 2
    assert all(dose.declared_at for dose in doses)


def test_a_condition_of_what_was_not_chosen_is_not_kept(
    line: Line, two: tuple[str, str], session: Session
) -> None:
    line.look_up(courses=str(line.course), condition=list(two))
    line.choose("1")
    line.confirm(family_name="Mercier", given_names="Ada")
    assert [dose.declared_at for dose in session.scalars(select(PlannedDose))] == [None]


def test_a_vaccination_without_a_condition_asks_for_no_tick(line: Line) -> None:
    assert not line.page.open("/phone/").select("[name=condition]")
