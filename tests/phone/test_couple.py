"""Two who come together are one action: one contact, one time, both booked or neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests import make
from tests.page import Page
from tests.phone.conftest import Line, appointments
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment

Clock = Callable[[str], datetime]
ADA = {"family_name": "Mercier", "given_names": "Ada", "phone": "0199001234"}
PAUL = {"birth_on": "01021950", "given_names": "Paul"}


@pytest.fixture
def roomy(line: Line) -> Line:
    """A clinic with three places in each slot, an hour before the narrow one of tomorrow."""
    with transaction() as session:
        zoster = make.make_course(session, "zoster", doses=2)
        for day in (date(2026, 11, 24), date(2026, 12, 29)):
            make.make_clinic(session, zoster, day=day, places=3)
        line.course = zoster.id
    return line


def both(line: Line) -> Page:
    """Ada's time is held and read back; Paul comes along, and gets his."""
    line.look_up()
    line.choose("2")
    line.read_back(**ADA)
    line.press("add")
    return line.page.submit("/phone/", **PAUL)


def _slots(found: list[Appointment]) -> list[int]:
    return [appointment.place.slot_id for appointment in found]


def test_the_second_is_held_at_the_first_ones_time(roomy: Line, session: Session) -> None:
    shown = both(roomy)
    ada_first, ada_second, paul_first, paul_second = appointments(session)
    assert _slots([ada_first, ada_second]) == _slots([paul_first, paul_second])
    assert all(one.booked_at is None for one in appointments(session))
    assert "Ada Mercier" in shown.text
    assert "Paul Mercier, date de naissance 1er février 1950" in shown.text


def test_where_the_slot_is_full_the_second_gets_the_nearest(line: Line, session: Session) -> None:
    both(line)
    ada, paul = appointments(session)
    apart = abs(ada.place.slot.starts_at - paul.place.slot.starts_at)
    assert apart == timedelta(minutes=10)


def test_both_are_booked_in_one_action(roomy: Line, session: Session) -> None:
    both(roomy)
    shown = roomy.read_back()
    found = appointments(session)
    assert len(found) == 4
    assert all(one.booked_at == clock.now() and one.phone == "+33199001234" for one in found)
    names = [one.patient.given_names for one in found if one.patient]
    assert names == ["Ada", "Ada", "Paul", "Paul"]
    assert {one.pair_id for one in found[:2]} != {one.pair_id for one in found[2:]}
    assert len(shown.select(".code")) == 4


def test_of_two_neither_is_booked_where_one_cannot_be(line: Line, session: Session) -> None:
    line.look_up()
    line.choose("1")
    line.confirm(**ADA)
    line.page.open("/phone/")
    line.look_up(letters="")
    line.choose("1")
    line.read_back(**ADA)
    line.press("add")
    line.page.submit("/phone/", **PAUL)
    shown = line.read_back()
    assert shown.status == 409
    assert any("Ada Mercier" in error for error in shown.errors)
    assert sum(one.booked_at is not None for one in appointments(session)) == 1
    assert shown.select("input[name=given_names]")[0].get("value") == "Paul"


def test_without_the_second_person_the_first_is_still_held(line: Line, session: Session) -> None:
    both(line)
    shown = line.press("alone")
    ada, paul = appointments(session)
    assert (ada.lapsed_at, paul.lapsed_at) == (None, clock.now())
    assert "Ada Mercier, date de naissance 14 mars 1948" in shown.text
    line.read_back()
    assert [one.booked_at for one in appointments(session)] == [clock.now(), None]


def test_the_first_time_may_run_out_and_is_chosen_again(
    line: Line, at: Clock, session: Session
) -> None:
    line.look_up()
    line.choose("1")
    line.read_back(**ADA)
    line.press("add")
    at("2026-11-23 08:09")
    line.page.submit("/phone/", **PAUL)
    at("2026-11-23 08:11")
    shown = line.read_back()
    assert shown.status == 409
    assert all(one.booked_at is None for one in appointments(session))
    again = line.press("alone")
    assert again.select(".days button")
    assert again.select("input[name=given_names]")[0].get("value") == "Ada"


def test_what_is_sealed_in_the_page_is_ours_alone(line: Line, session: Session) -> None:
    both(line)
    shown = line.page.submit("/phone/", button="confirm=y", first="gAAAAAforged")
    assert shown.status == 200
    assert [one.booked_at is not None for one in appointments(session)] == [False, True]


def test_a_third_comes_after_the_second(line: Line, session: Session) -> None:
    both(line)
    line.read_back()
    line.page.follow("Une autre personne")
    line.page.submit("/phone/", birth_on="03031951", given_names="Zoé")
    line.read_back()
    found = appointments(session)
    assert [one.patient.given_names for one in found if one.patient] == ["Ada", "Paul", "Zoé"]
    assert {one.phone for one in found} == {"+33199001234"}
