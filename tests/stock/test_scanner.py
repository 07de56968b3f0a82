"""The scanner of a desk is tried, and what it types for a separator is remembered."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from tests.stock.boxes import GTIN, code
from vaxcentre.models.stock import BoxSerial
from vaxcentre.rules.scan_text import GS
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock.scanner_views import SEPARATOR_COOKIE, TEST_CODE

Write = Callable[[], Session]


@pytest.mark.parametrize(
    ("typed", "answer", "kept"),
    [
        (TEST_CODE, "La douchette est bien réglée", None),
        (TEST_CODE.replace(GS, "<GS>"), "La douchette est bien réglée", None),
        (TEST_CODE.replace(GS, "|"), "Elle tape « | » pour un séparateur", "|"),
        (TEST_CODE.replace(GS, ""), "Le séparateur est perdu", None),
        ("VQXà&é\"'(-è_çQWAZ?", "Le séparateur est perdu", None),
        ("bonjour", "Ce n’est pas le code d’essai", None),
    ],
)
def test_it_says_what_arrives(
    page: Browser, signed_in_as: Callable[..., object], typed: str, answer: str, kept: str | None
) -> None:
    signed_in_as(Role.STOCK)
    page.open("/stock/scanner")
    said = page.submit("/scanner", scan=typed).text.replace("\xa0", " ")
    assert answer in said
    cookie = page.client.get_cookie(SEPARATOR_COOKIE)
    assert (cookie.value if cookie else None) == kept


def test_a_delivery_is_then_read_with_that_separator(
    write: Write, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    with write() as writing:
        make.make_vaccine(writing, make.make_course(writing), gtin14=GTIN, cip13=GTIN[1:])
    signed_in_as(Role.STOCK)
    page.open("/stock/scanner")
    page.submit("/scanner", scan=TEST_CODE.replace(GS, "|"))
    page.open("/stock/receive")
    filled = page.submit("/receive", scan=code(lot="AB12321", serial="XYZ9").replace(GS, "|"))
    assert "lot AB12321 ·" in filled.text
    page.submit("/receive")
    page.submit("/receive", button="confirmed=yes")
    assert session.scalars(select(BoxSerial)).one().serial == "XYZ9"
