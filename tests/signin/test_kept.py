"""What was typed before the lock comes back to whoever typed it, and to nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock, nightly
from vaxcentre.database import transaction
from vaxcentre.models.staff import StaffMember, StaffSession
from vaxcentre.rules.vocabulary import Role

At = Callable[[str], datetime]
NEW = "/office/staff/new"


@pytest.fixture
def both(page: Browser) -> tuple[int, int]:
    """Rosa, then Max, have signed in with their passwords; Max has the desk."""
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION).id
        max_ = make.make_staff(session, Role.MANAGER).id
    for name in ("rosa", "max"):
        page.open("/sign-in")
        page.submit("sign-in", login=name, password=make.PASSWORD)
    return rosa, max_


def half_typed(action: str = NEW, **fields: str) -> str:
    """What the script sends along with the lock."""
    typed = fields or {"given_name": "Noor", "family_name": "<b>& “Benali”"}
    return json.dumps([f"http://localhost{action}", list(typed.items())])


def back(page: Browser) -> list[object] | None:
    """What the last page puts back: the form's address, and each field."""
    assert page.last is not None
    found = page.last.select("#kept")
    return json.loads(found[0].get("data-kept")) if found else None


def unlock(page: Browser, staff_id: int) -> None:
    page.open("/locked")
    page.submit("locked", agent=str(staff_id), code=make.CODE)


def test_what_is_half_typed_at_f9_stands_in_its_form_again(
    page: Browser, both: tuple[int, int]
) -> None:
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    assert page.last and "gardé" in page.last.text
    assert "Benali" not in page.last.response.text
    page.submit("locked", agent=str(both[1]), code=make.CODE)
    assert page.last.url == NEW
    fields = [["given_name", "Noor"], ["family_name", "<b>& “Benali”"]]
    assert back(page) == [f"http://localhost{NEW}", fields]


def test_it_comes_back_once(page: Browser, both: tuple[int, int]) -> None:
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    page.submit("locked", agent=str(both[1]), code=make.CODE)
    page.open(NEW)
    assert back(page) is None


def test_a_colleague_in_between_never_sees_it(page: Browser, both: tuple[int, int]) -> None:
    rosa, max_ = both
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert page.last is not None
    assert page.last.url == "/reception/"
    assert back(page) is None
    assert "gardé" not in page.submit("/lock").text
    assert page.submit("locked", agent=str(max_), code=make.CODE).url == NEW
    assert back(page) is not None


def test_a_tab_that_a_colleague_left_open_keeps_for_the_colleague(
    page: Browser, both: tuple[int, int]
) -> None:
    rosa, max_ = both
    of_max = page.defaults(page.open(NEW).form("/lock"))
    page.submit("/lock")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert page.last is not None
    of_rosa = page.defaults(page.last.form("/lock"))
    page.send("/lock", data={**of_max, "csrf_token": of_rosa["csrf_token"], "kept": half_typed()})
    unlock(page, rosa)
    page.open("/reception/")
    assert back(page) is None
    page.submit("/lock")
    unlock(page, max_)
    assert back(page) is not None


def test_two_tabs_each_get_theirs(page: Browser, both: tuple[int, int]) -> None:
    lock = page.defaults(page.open(NEW).form("/lock"))
    page.send("/lock", data={**lock, "kept": half_typed(NEW)})
    other = {"page": "/office/centre", "kept": half_typed("/office/centre", commune="Lens")}
    page.send("/lock", data={**lock, **other})
    unlock(page, both[1])
    assert page.last is not None
    assert page.last.url == "/office/centre"
    assert back(page) == ["http://localhost/office/centre", [["commune", "Lens"]]]
    page.open(NEW)
    assert back(page) is not None


def test_the_database_holds_it_sealed(
    page: Browser, session: Session, both: tuple[int, int]
) -> None:
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    sealed = session.scalars(select(StaffSession.kept).where(StaffSession.kept.is_not(None))).one()
    assert sealed is not None
    assert "Noor" not in sealed


def test_passwords_are_never_kept(page: Browser, both: tuple[int, int]) -> None:
    page.open("/messages/server")
    page.submit("/lock", kept=half_typed("/messages/server", host="smtp.a.fr", password="sésame"))
    page.submit("locked", agent=str(both[1]), code=make.CODE)
    assert back(page) == ["http://localhost/messages/server", [["host", "smtp.a.fr"]]]


@pytest.mark.parametrize("typed", ["", "[", "{}", "[1, 2]", '["", [["a"]]]', '["", [["a", 1]]]'])
def test_what_the_script_never_sends_is_not_kept(
    typed: str, page: Browser, session: Session, both: tuple[int, int]
) -> None:
    page.open(NEW)
    page.submit("/lock", kept=typed)
    assert page.last and page.last.url == "/locked"
    assert list(session.scalars(select(StaffSession.kept))) == [None, None]


def test_signing_out_drops_it(page: Browser, session: Session, both: tuple[int, int]) -> None:
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    assert page.last is not None
    page.send("/sign-out", data=page.defaults(page.last.form("locked")))
    assert list(session.scalars(select(StaffSession.kept))) == [None, None]


def test_the_password_brings_it_back_as_the_digits_do(page: Browser, both: tuple[int, int]) -> None:
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    page.follow("Quelqu’un d’autre")
    page.submit("sign-in", login="max", password=make.PASSWORD)
    assert page.last and page.last.url == NEW
    assert back(page) is not None


def test_it_is_dropped_when_the_shift_is_over(
    page: Browser, session: Session, both: tuple[int, int]
) -> None:
    page.open(NEW)
    page.submit("/lock", kept=half_typed())
    with transaction() as writing:
        assert nightly.forget_kept_forms(writing, now=clock.now()) == 0
    with transaction() as writing:
        tomorrow = clock.now() + timedelta(hours=13)
        assert nightly.forget_kept_forms(writing, now=tomorrow) == 1
    assert list(session.scalars(select(StaffSession.kept))) == [None, None]


def test_a_form_shown_again_with_errors_comes_back_to_its_page(
    page: Browser, both: tuple[int, int]
) -> None:
    page.open("/office/clinics/new")
    page.submit("preview", button="")
    assert page.last and page.last.status == 422
    page.submit("/lock", kept=half_typed("/office/clinics/new/preview", start="09:00"))
    page.submit("locked", agent=str(both[1]), code=make.CODE)
    assert page.last.url == "/office/clinics/new"
    assert back(page) is not None


def noor(session: Session) -> list[StaffMember]:
    statement = select(StaffMember).where(StaffMember.given_name == "Noor")
    return list(session.scalars(statement))


def test_a_form_that_meets_the_lock_is_kept_and_sent_on(
    page: Browser, session: Session, both: tuple[int, int]
) -> None:
    form = page.defaults(page.open(NEW).form("staff/new"))
    page.submit("/lock")
    typed = {"given_name": "Noor", "family_name": "<b>& “Benali”", "roles": ["nurse", "doctor"]}
    met = page.send(NEW, data={**form, **typed})
    assert (met.status, noor(session)) == (403, [])
    assert "Benali" not in met.response.text
    page.submit("locked", agent=str(both[1]), code=make.CODE)
    assert page.last and page.last.h1 == "Rien n’est perdu"
    page.submit("office/staff/new")
    made = noor(session)[0]
    assert (made.family_name, made.roles) == ("<b>& “Benali”", frozenset({Role.NURSE, Role.DOCTOR}))


def test_the_kept_form_survives_a_wrong_code_and_a_colleague(
    page: Browser, session: Session, both: tuple[int, int], at: At
) -> None:
    rosa, max_ = both
    form = page.defaults(page.open(NEW).form("staff/new"))
    page.submit("/lock")
    page.send(NEW, data={**form, "given_name": "Noor", "family_name": "B", "roles": ["nurse"]})
    page.submit("locked", agent=str(max_), code="999999")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert page.last and page.last.url == "/reception/"
    page.submit("/lock")
    page.submit("locked", agent=str(max_), code=make.CODE)
    page.submit("office/staff/new")
    assert noor(session)[0].roles == {Role.NURSE}


def test_a_form_with_a_password_goes_back_to_its_page_instead_of_on(
    page: Browser, both: tuple[int, int]
) -> None:
    form = page.defaults(page.open("/messages/server").form("messages/server"))
    page.submit("/lock")
    page.send("/messages/server", data={**form, "host": "smtp.a.fr", "password": "sésame"})
    page.submit("locked", agent=str(both[1]), code=make.CODE)
    assert page.last and page.last.url == "/messages/server"
    kept = back(page)
    assert kept is not None
    assert ["host", "smtp.a.fr"] in kept[1]  # type: ignore[operator]
    assert "sésame" not in str(kept)
