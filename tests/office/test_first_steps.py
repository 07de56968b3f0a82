"""A new centre is told what is left to do before its first appointment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.vocabulary import Role

ALONE = "Avant le premier rendez-vous"


def done(page: Page) -> list[bool]:
    """Of each step, whether it is done."""
    return ["go" in (one.get("class") or "") for one in page.select("ol .state")]


@pytest.fixture
def new(app: object, signed_in_as: Callable[..., Any]) -> None:
    """The manager alone, in a centre without a card."""
    with transaction() as session:
        centre = session.scalars(select(Centre)).one()
        centre.phone = centre.commune = ""
    signed_in_as(Role.MANAGER)


def test_a_new_centre_has_all_of_it_before_it(new: None, page: Browser) -> None:
    shown = page.open("/office")
    assert ALONE in shown.text
    assert done(shown) == [False] * 7
    page.follow("Remplir la fiche")
    assert page.last is not None
    assert page.last.url == "/office/centre"


def test_each_is_ticked_off_and_at_the_end_the_list_is_gone(
    new: None, page: Browser, session: Session
) -> None:
    def all_but_one(work: Session) -> None:
        centre = work.scalars(select(Centre)).one()
        centre.phone, centre.commune = "+33321990000", "Boulogne-sur-Mer"
        make.make_staff(work, Role.NURSE)
        course = make.make_course(work)
        make.make_lot(work, make.make_vaccine(work, course), doses=5)

    with transaction() as work:
        all_but_one(work)
    shown = page.open("/office")
    assert done(shown) == [True, True, True, True, True, False, False]
    with transaction() as work:
        course = make.make_course(work, "zoster")
        make.make_clinic(work, course, day=clock.today(make.PARIS) + timedelta(days=1))
        work.scalars(select(Centre)).one().smtp_host = "smtp.example.org"
    assert ALONE not in page.open("/office").text


def test_only_the_manager_is_told(app: object, page: Browser, signed_in_as: Any) -> None:
    signed_in_as(Role.DOCTOR)
    assert ALONE not in page.open("/office").text


def test_a_clinic_of_last_year_is_no_first_clinic(new: None, page: Browser) -> None:
    with transaction() as work:
        make.make_clinic(work, make.make_course(work), day=date(2025, 1, 6))
    assert done(page.open("/office"))[5] is False
