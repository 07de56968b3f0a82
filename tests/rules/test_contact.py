"""Phones and addresses that reach somebody pass; the others get an instruction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.contact import (
    EmailUnreadable,
    PhoneUnreadable,
    is_mobile,
    read_email,
    read_phone,
    show_phone,
)


@pytest.mark.parametrize(
    ("text", "e164", "shown"),
    [
        ("01 99 00 12 34", "+33199001234", "01 99 00 12 34"),
        ("01.99.00.12.34", "+33199001234", "01 99 00 12 34"),
        ("+33 (0)1 99 00 12 34", "+33199001234", "01 99 00 12 34"),
        ("06 39 98 12 34", "+33639981234", "06 39 98 12 34"),
        ("+33639981234", "+33639981234", "06 39 98 12 34"),
        ("0692 12 34 56", "+262692123456", "0692 12 34 56"),
        ("0639 01 23 45", "+262639012345", "0639 01 23 45"),
        ("0690 12 34 56", "+590690123456", "0690 12 34 56"),
        ("0694 12 34 56", "+594694123456", "0694 12 34 56"),
        ("0696 12 34 56", "+596696123456", "0696 12 34 56"),
        ("+508 55 12 34", "+508551234", "+508 55 12 34"),
        ("+687 75.12.34", "+687751234", "+687 75 12 34"),
        ("+689 87 12 34 56", "+68987123456", "+689 87 12 34 56"),
        ("0032 475 12 34 56", "+32475123456", "+32 475 12 34 56"),
    ],
)
def test_it_reads_and_shows_a_phone(text: str, e164: str, shown: str) -> None:
    assert read_phone(text) == e164
    assert show_phone(e164) == shown


@pytest.mark.parametrize("start", ["019900", "026191", "035301", "046571", "053649", "063998"])
def test_every_range_for_fiction_passes(start: str) -> None:
    assert read_phone(start + "1234") == "+33" + start[1:] + "1234"


@pytest.mark.parametrize(
    "text",
    [
        "87 12 34 56",
        "0612345",
        "061234567",
        "3639",
        "01 99 00 12 34 poste 5",
        "0199001234/0639981234",
        "0000000000",
        "+999 12345678",
        "bonjour",
        "",
    ],
)
def test_it_refuses_what_cannot_ring(text: str) -> None:
    with pytest.raises(PhoneUnreadable) as refusal:
        read_phone(text)

    assert refusal.value.field == "phone"


def test_short_numbers_are_read_where_they_are_at_home() -> None:
    assert read_phone("87 12 34 56", home="PF") == "+68987123456"
    assert read_phone("75 12 34", home="NC") == "+687751234"
    assert read_phone("06 39 98 12 34", home="NC") == "+33639981234"


@pytest.mark.parametrize(
    ("e164", "mobile"),
    [
        ("+33612345678", True),
        ("+33639981234", True),
        ("+262692123456", True),
        ("+33199001234", False),
        ("+33800123456", False),
        ("nonsense", False),
    ],
)
def test_only_a_mobile_receives_an_sms(e164: str, mobile: bool) -> None:
    assert is_mobile(e164) is mobile


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        assert read_phone(text).startswith("+")
    except PhoneUnreadable:
        assert show_phone(text) is not None
    try:
        assert "@" in read_email(text)
    except EmailUnreadable as refusal:
        assert refusal.field == "email"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" ada@example.org ", "ada@example.org"),
        ("Ada.Ben+vax@EXAMPLE.org", "Ada.Ben+vax@example.org"),
        ("hélène@example.org", "hélène@example.org"),
    ],
)
def test_it_reads_an_address(text: str, address: str) -> None:
    assert read_email(text) == address


@pytest.mark.parametrize("text", ["ada", "ada@", "ada@localhost", "ada@centre.invalid", "a b@c.fr"])
def test_it_refuses_an_address_that_nothing_reaches(text: str) -> None:
    with pytest.raises(EmailUnreadable):
        read_email(text)
