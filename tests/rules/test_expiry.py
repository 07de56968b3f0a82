"""An expiry typed from a box."""

from datetime import date

import pytest

from vaxcentre.rules.expiry import ExpiryUnreadable, read_expiry


@pytest.mark.parametrize(
    "text",
    [
        "06/2027",
        "6/27",
        "06 2027",
        "062027",
        "06.2027",
        "30/06/2027",
        "30062027",
        "2027-06-30",
        "2027-06",
        " 30-06-27 ",
    ],
)
def test_a_month_or_a_day_is_read(text: str) -> None:
    assert read_expiry(text) == date(2027, 6, 30)


def test_february_ends_when_it_ends() -> None:
    assert read_expiry("02/2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "13/2027",
        "00/2027",
        "31/06/2027",
        "2027",
        "juin 2027",
        "1/2/3/4",
        "-1/2027",
        "062",
        "99999999",
        "٠٦/٢٠٢٧",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpiryUnreadable):
        read_expiry(text)
