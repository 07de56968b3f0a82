"""The manager opens, changes, closes and re-opens accounts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import Invitation, StaffMember, StaffRole, StaffSession
from vaxcentre.office import staff_service
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role

SignedIn = Callable[..., StaffMember]


def open_account(page: Browser, **fields: object) -> Page:
    """Fill in the form for Noor, and send it."""
    page.open("/office/staff/new")
    typed: dict[str, Any] = {"given_name": "Noor", "family_name": "Benali", "roles": ["nurse"]}
    typed |= fields
    return page.submit("", **typed)


def link_on(page: Page) -> str:
    """The path of the one-time link that the page shows."""
    found = re.search(r"http://localhost(/welcome/\S+)", page.text)
    assert found, page.text
    return found.group(1)


def noor_in(session: Session) -> StaffMember:
    """Noor's account, read anew."""
    session.expire_all()
    return session.scalars(select(StaffMember).where(StaffMember.given_name == "Noor")).one()


def test_it_opens_an_account_and_shows_a_link_that_works(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    max_ = signed_in_as(Role.MANAGER)
    shown = open_account(page, roles=["nurse", "stock"], profession="infirmière")
    assert shown.status == 200
    noor = noor_in(session)
    assert noor.short_name == "noor"
    assert noor.roles == {Role.NURSE, Role.STOCK}
    assert noor.created_by_id == max_.id
    assert Browser(page.app).open(link_on(shown)).status == 200
    row = session.scalars(select(Invitation)).one()
    assert row.expires_at - row.created_at == timedelta(days=7)
    signed = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.action, one.by_id) for one in signed] == [
        ("create_staff", max_.id),
        ("invite_staff", max_.id),
    ]


def test_the_link_is_not_in_the_database(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    token = link_on(open_account(page)).rsplit("/", 1)[1]
    row = session.scalars(select(Invitation)).one()
    assert token not in (row.token_hash, str(row.id))
    details = [str(entry.details) for entry in session.scalars(select(AuditEntry))]
    assert not any(token in text for text in details)


def test_sent_twice_it_opens_one_account(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    page.open("/office/staff/new")
    form = page.last
    typed: dict[str, Any] = {"given_name": "Noor", "family_name": "Benali", "roles": ["nurse"]}
    page.submit("", **typed)
    page.last = form
    again = page.submit("", **typed)
    noor = noor_in(session)
    assert again.url == f"/office/staff/{noor.id}"
    assert len(session.scalars(select(Invitation)).all()) == 1


def test_a_taken_short_name_gets_letters_of_the_family_name(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    open_account(page)
    open_account(page, given_name="Nóor", family_name="Étienne")
    names = set(session.scalars(select(StaffMember.short_name)))
    assert names == {"max", "noor", "noore"}


def test_a_name_in_another_alphabet_gets_a_short_name_that_can_be_typed(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    open_account(page, given_name="Анна", family_name="Петрова")
    assert "agent" in set(session.scalars(select(StaffMember.short_name)))


def test_a_typed_short_name_that_is_taken_is_refused_at_its_field(
    page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(Role.MANAGER)
    shown = open_account(page, short_name="MAX")
    assert shown.status == 422
    assert shown.select("#short_name-error")
    assert shown.select("#given_name")[0].get("value") == "Noor"


def test_an_address_that_is_taken_is_refused(page: Browser, signed_in_as: SignedIn) -> None:
    signed_in_as(Role.MANAGER)
    open_account(page, email="noor@centre.example")
    shown = open_account(page, given_name="Nora", email="Noor@Centre.example")
    assert shown.status == 422
    assert shown.select("#email-error")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("given_name", "N" * 300),
        ("family_name", " "),
        ("short_name", "no or"),
        ("short_name", "noor@x"),
        ("email", "noor"),
        ("rpps", "1234567890"),
        ("rpps", "١٢٣٤٥٦٧٨٩٠١"),
        ("roles", []),
        ("roles", ["emperor"]),
    ],
)
def test_it_refuses_what_is_no_person(
    field: str, value: object, page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    shown = open_account(page, **{field: value})
    assert shown.status == 422
    assert shown.errors
    assert len(session.scalars(select(StaffMember)).all()) == 1


def test_a_wrong_rpps_key_warns_and_is_saved(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    shown = open_account(page, rpps="10003456781")
    assert "RPPS" in shown.text
    assert noor_in(session).rpps == "10003456781"


def test_a_right_rpps_key_does_not_warn(page: Browser, signed_in_as: SignedIn) -> None:
    signed_in_as(Role.MANAGER)
    assert "RPPS" not in open_account(page, rpps="1000 3456 786").text


def test_roles_are_given_and_taken_with_their_moments(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    max_ = signed_in_as(Role.MANAGER)
    open_account(page)
    noor = noor_in(session)
    page.open(f"/office/staff/{noor.id}")
    page.submit(f"staff/{noor.id}", roles=["doctor"])
    assert noor_in(session).roles == {Role.DOCTOR}
    rows = session.scalars(
        select(StaffRole).where(StaffRole.staff_member_id == noor.id).order_by(StaffRole.id)
    ).all()
    assert [(row.role, row.removed_at is None, row.removed_by_id) for row in rows] == [
        (Role.NURSE, False, max_.id),
        (Role.DOCTOR, True, None),
    ]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry and (entry.action, entry.details) == (
        "change_roles",
        {"given": ["doctor"], "taken": ["nurse"]},
    )


def test_saving_without_a_change_signs_nothing(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    signed_in_as(Role.MANAGER)
    open_account(page)
    before = len(session.scalars(select(AuditEntry)).all())
    noor = noor_in(session)
    page.open(f"/office/staff/{noor.id}")
    page.submit(f"staff/{noor.id}")
    assert page.last and page.last.status == 200
    assert len(session.scalars(select(AuditEntry)).all()) == before


def test_a_new_role_counts_from_the_next_page(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    with transaction() as writing:
        make.make_staff(writing, Role.MANAGER)
    other = Browser(page.app)
    rosa = make.sign_in(other, Role.RECEPTION, desk="desk-2")
    assert other.open("/office/staff").status == 403
    signed_in_as(Role.MANAGER)
    page.open(f"/office/staff/{rosa.id}")
    page.submit(f"staff/{rosa.id}", roles=["reception", "manager"])
    assert other.open("/office/staff").status == 200


def test_closing_an_account_ends_its_seat_at_once(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    other = Browser(page.app)
    rosa = make.sign_in(other, Role.RECEPTION, desk="desk-2")
    assert other.open("/station").url == "/station"
    signed_in_as(Role.MANAGER)
    page.open(f"/office/staff/{rosa.id}")
    page.submit("disable")
    assert other.open("/station").url == "/sign-in"
    seat = session.scalars(
        select(StaffSession).where(StaffSession.staff_member_id == rosa.id)
    ).one()
    assert seat.ended_at is not None and seat.token_hash is None
    other.open("/sign-in")
    assert other.submit("sign-in", login="rosa", password=make.PASSWORD).status == 422
    page.open(f"/office/staff/{rosa.id}")
    page.submit("enable")
    other.open("/sign-in")
    assert other.submit("sign-in", login="rosa", password=make.PASSWORD).status == 200


def test_closing_twice_is_harmless(page: Browser, signed_in_as: SignedIn, session: Session) -> None:
    max_ = signed_in_as(Role.MANAGER)
    with transaction() as writing:
        rosa = make.make_staff(writing, Role.RECEPTION).id
        for _ in range(2):
            staff_service.disable(writing, rosa, by_id=max_.id, now=clock.now())
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_a_reset_stops_the_old_password_and_shows_a_new_link(
    page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(Role.MANAGER)
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION).id
    page.open(f"/office/staff/{rosa}")
    shown = page.submit("link")
    other = Browser(page.app)
    other.open("/sign-in")
    assert other.submit("sign-in", login="rosa", password=make.PASSWORD).status == 422
    assert other.open(link_on(shown)).status == 200


def test_the_last_manager_can_neither_be_closed_nor_lose_the_role(
    page: Browser, signed_in_as: SignedIn, session: Session
) -> None:
    max_ = signed_in_as(Role.MANAGER)
    open_account(page, given_name="Mia", roles=["manager"])  # has not set a password yet
    page.open(f"/office/staff/{max_.id}")
    page.submit("disable")
    assert page.last and page.last.status == 409
    page.open(f"/office/staff/{max_.id}")
    page.submit(f"staff/{max_.id}", roles=["doctor"])
    assert page.last.status == 422
    assert page.last.select("#roles-error")
    session.expire_all()
    assert session.get_one(StaffMember, max_.id).may(Role.MANAGER)


def test_two_managers_who_close_each_other_at_once_leave_one(app: Flask) -> None:
    with transaction() as session:
        pair = [make.make_staff(session, Role.MANAGER, given=name).id for name in ("Max", "Mia")]
    refused: list[Refusal] = []
    ready = threading.Barrier(2)

    def close(own_id: int, other_id: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                with transaction() as session:
                    staff_service.disable(session, other_id, by_id=own_id, now=clock.now())
            except Refusal as refusal:
                refused.append(refusal)

    threads = [threading.Thread(target=close, args=ids) for ids in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert isinstance(refused[0], staff_service.LastManager)


def test_an_account_that_does_not_exist_is_a_plain_404(
    page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(Role.MANAGER)
    assert page.open("/office/staff/999999").status == 404
    assert page.open(f"/office/staff/{2**70}").status == 404


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MANAGER])
def test_nobody_but_the_manager_sees_accounts(
    role: Role, page: Browser, signed_in_as: SignedIn
) -> None:
    signed_in_as(role)
    assert page.open("/office/staff").status == 403
    assert page.open("/office/staff/new").status == 403


def test_the_pages_speak_english(page: Browser, signed_in_as: SignedIn) -> None:
    max_ = signed_in_as(Role.MANAGER)
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/office/staff").h1 == "Staff"
    assert "stock keeper" in page.open("/office/staff/new").text.lower()
    assert "Make a new link" in page.open(f"/office/staff/{max_.id}").text
