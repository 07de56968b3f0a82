"""What anybody may see of the doses, where the office has agreed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests import make
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock.public_views import rounded


@pytest.mark.parametrize(
    ("doses", "shown"), [(0, None), (10, None), (11, 10), (14, 10), (15, 20), (1234, 1230)]
)
def test_few_are_hidden_and_the_rest_is_rounded(doses: int, shown: int | None) -> None:
    assert rounded(doses) == shown


def test_it_is_off_until_the_office_turns_it_on(
    app: object, page: Browser, signed_in_as: Callable[..., Any]
) -> None:
    assert page.open("/doses").status == 404
    assert "/doses" not in page.open("/").links().values()
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit(publishes_doses="y")
    with transaction() as session:
        assert session.scalars(select(Centre)).one().publishes_doses
    assert "/doses" in page.open("/").links().values()
    assert "Aucune dose" in page.open("/doses").text


def test_it_shows_each_product_rounded(app: object, page: Browser) -> None:
    with transaction() as session:
        session.scalars(select(Centre)).one().publishes_doses = True
        course = make.make_course(session)
        make.make_lot(session, make.make_vaccine(session, course), doses=128)
        make.make_lot(session, make.make_vaccine(session, course, name="VAXIGRIP"), doses=9)
    shown = page.open("/doses")
    cells = [[td.text_content() for td in row.iter("td")] for row in shown.select("tbody tr")]
    assert cells == [
        ["130", "moins de 11", "moins de 11", "130"],
        ["moins de 11", "moins de 11", "moins de 11", "moins de 11"],
    ]
