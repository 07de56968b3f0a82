"""The centre's card, and the office's front page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Centre
from vaxcentre.models.staff import StaffMember
from vaxcentre.office.forms import ZONES
from vaxcentre.rules.vocabulary import Role

SignedIn = Callable[..., StaffMember]


def the_row(session: Session) -> Centre:
    """The card as it is now."""
    session.expire_all()
    return session.scalars(select(Centre)).one()


def test_it_saves_the_card_and_every_page_shows_it_at_once(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    max_ = signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", name="Centre du Portel", phone="01 99 00 56 78", box_count="6")
    assert page.last and page.last.status == 200
    assert "Centre du Portel" in page.last.title
    row = the_row(session)
    assert (row.phone, row.box_count) == ("+33199005678", 6)
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.by_id) == ("change_centre", max_.id)
    assert sorted(entry.details["changed"]) == ["box_count", "name", "phone"]


def test_saving_without_a_change_changes_nothing(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    before = the_row(session).updated_at
    page.open("/office/centre")
    page.submit("")
    assert page.last and page.last.status == 200
    assert the_row(session).updated_at == before
    assert session.scalars(select(AuditEntry)).all() == []


def test_of_two_tabs_the_second_is_told_and_keeps_what_was_typed(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    other = Browser(page.app)
    make.sign_in(other, Role.MANAGER, desk="desk-2")
    page.open("/office/centre")
    other.open("/office/centre")
    other.submit("", name="Centre du Portel")
    page.submit("", name="Centre d’Outreau", box_count="9")
    assert page.last and page.last.status == 422
    assert any("Max Renard" in error for error in page.last.errors)
    assert page.last.select("#name")[0].get("value") == "Centre d’Outreau"
    assert the_row(session).name == "Centre du Portel"
    assert the_row(session).box_count == 4


def test_the_stale_tab_stays_refused_when_sent_again(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    other = Browser(page.app)
    make.sign_in(other, Role.MANAGER, desk="desk-2")
    page.open("/office/centre")
    other.open("/office/centre")
    other.submit("", name="Centre du Portel")
    page.submit("", name="Centre d’Outreau")
    page.submit("")
    assert page.last and page.last.status == 422
    assert the_row(session).name == "Centre du Portel"


def test_the_commune_is_filled_in_from_a_postal_code_of_one_commune(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", postal_code="62480", commune="")
    assert page.last and page.last.status == 200
    assert the_row(session).commune == "Le Portel"


def test_a_postal_code_of_several_communes_names_them(
    page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", postal_code="62360", commune="")
    assert page.last and page.last.status == 422
    assert any("Condette" in error and "Hesdigneul" in error for error in page.last.errors)


def test_a_commune_of_another_postal_code_warns_and_is_saved(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", postal_code="62480", commune="Boulogne-sur-Mer")
    assert page.last and "Le Portel" in page.last.text
    assert the_row(session).commune == "Boulogne-sur-Mer"


@pytest.mark.parametrize(("finess", "warns"), [("620100057", False), ("620100058", True)])
def test_a_wrong_finess_key_warns_and_is_saved(
    finess: str, warns: bool, page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", finess=finess)
    assert page.last and page.last.status == 200
    assert bool(page.last.select("main .alert.wait")) is warns
    assert the_row(session).finess == finess


def test_a_corsican_finess_is_taken(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", finess="2a 0000 018")
    assert the_row(session).finess == "2A0000018"


@pytest.mark.parametrize("zone", ZONES)
def test_a_centre_overseas_shows_its_own_time(
    zone: str, page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", time_zone=zone)
    assert page.last and page.last.status == 200
    assert the_row(session).time_zone == zone


def test_a_short_phone_number_is_read_where_the_centre_stands(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", time_zone="Pacific/Noumea", phone="27 27 27")
    assert the_row(session).phone == "+687272727"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "C" * 300),
        ("postal_code", "6220"),
        ("postal_code", "٦٢٢٠٠"),
        ("phone", "12345678"),
        ("phone", ""),
        ("email", "centre@"),
        ("finess", "62000"),
        ("time_zone", "Mars/Olympus"),
        ("public_address", "http://vaccins.example.org"),
        ("public_address", "https://vaccins.example.org/book"),
        ("public_address", "javascript:alert(1)"),
        ("public_address", "https://[::1"),
        ("public_address", "https://host:99999"),
        ("box_count", "0"),
        ("box_count", "51"),
        ("box_count", "four"),
    ],
)
def test_it_refuses_at_the_field_and_keeps_what_was_typed(
    field: str, value: str, page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/centre")
    page.submit("", **{field: value, "opening_text": "Apportez votre carte."})
    assert page.last and page.last.status == 422
    assert page.last.select(f"#{field}-error")
    assert "Apportez votre carte." in page.last.response.text
    assert session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MANAGER])
def test_only_the_manager_changes_the_card(
    role: Role, page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(role)
    assert page.open("/office/centre").status == 403


def test_the_front_page_shows_the_doors_of_the_role(page: Browser, signed_in_as: SignedIn) -> None:
    signed_in_as(Role.MANAGER)
    hrefs = set(page.open("/office").links().values())
    assert {"/office/staff", "/office/centre", "/office/audit"} <= hrefs
    signed_in_as(Role.INSPECTOR)
    hrefs = set(page.open("/office").links().values())
    assert "/office/audit" in hrefs
    assert not {"/office/staff", "/office/centre"} & hrefs


def test_every_door_that_is_shown_opens(page: Browser, signed_in_as: SignedIn) -> None:
    for role in (Role.MANAGER, Role.DOCTOR, Role.INSPECTOR):
        signed_in_as(role)
        doors = [link.get("href") for link in page.open("/office").select("main .days a")]
        for door in doors:
            assert page.open(door).status == 200, (role, door)


def test_the_pages_speak_english(page: Browser, signed_in_as: SignedIn) -> None:
    signed_in_as(Role.MANAGER)
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/office").h1 == "The office"
    assert "New Caledonia" in page.open("/office/centre").text
