"""A name and a password open the desk; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import Attempt, StaffMember, StaffSession
from vaxcentre.rules.vocabulary import Role
from vaxcentre.signin import service
from vaxcentre.web import signin
from vaxcentre.web.visitor import address_mark

At = Callable[[str], datetime]


def staff_of_the_day() -> int:
    """Rosa works here."""
    with transaction() as session:
        return make.make_staff(session, Role.RECEPTION, email="rosa@centre.example").id


def type_in(page: Browser, login: str = "rosa", password: str = make.PASSWORD) -> object:
    """Open the sign-in page, type, send."""
    page.open("/sign-in")
    return page.submit("sign-in", login=login, password=password)


def test_it_opens_the_desk_by_short_name_and_asks_for_the_station(
    page: Browser, session: Session
) -> None:
    staff_of_the_day()
    type_in(page, "ROSA")
    assert page.last and page.last.url == "/station"
    assert "Rosa" in page.last.text
    row = session.scalars(select(StaffSession)).one()
    cookie = page.client.get_cookie(signin.COOKIE)
    assert cookie and row.token_hash == signin.hash_token(cookie.value)
    assert cookie.http_only and cookie.same_site == "Strict"
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.by_id) == ("sign_in", row.staff_member_id)


def test_it_opens_the_desk_by_e_mail(page: Browser) -> None:
    staff_of_the_day()
    type_in(page, "Rosa@Centre.example")
    assert page.last and page.last.url == "/station"


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(page: Browser) -> None:
    staff_of_the_day()
    type_in(page, "rosa", "wrong horse battery")
    wrong = page.last
    type_in(page, "nobody", "wrong horse battery")
    unknown = page.last
    assert wrong and unknown
    assert wrong.status == unknown.status == 422
    assert wrong.errors == unknown.errors != []


def test_what_was_typed_is_kept_but_the_password(page: Browser) -> None:
    staff_of_the_day()
    type_in(page, "rosa", "wrong horse battery")
    assert page.last
    assert page.last.select("#login")[0].get("value") == "rosa"
    assert "wrong horse" not in page.last.response.text


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    page: Browser, at: At
) -> None:
    at("2026-11-23 09:00")
    staff_of_the_day()
    for _ in range(5):
        type_in(page, "rosa", "wrong horse battery")
    type_in(page)
    assert page.last and page.last.status == 422
    assert any("09:15" in error for error in page.last.errors)
    at("2026-11-23 09:15")
    type_in(page)
    assert page.last.url == "/station"


def test_the_lock_holds_under_the_other_name_of_the_account(page: Browser, at: At) -> None:
    at("2026-11-23 09:00")
    staff_of_the_day()
    for _ in range(5):
        type_in(page, "rosa", "wrong horse battery")
    type_in(page, "rosa@centre.example")
    assert page.last and page.last.status == 422


def test_a_locked_account_counts_no_more_tries(page: Browser, session: Session) -> None:
    staff_of_the_day()
    for _ in range(7):
        type_in(page, "rosa", "wrong horse battery")
    assert len(session.scalars(select(Attempt)).all()) == 5


def test_the_right_password_forgets_earlier_slips(page: Browser, session: Session) -> None:
    staff_of_the_day()
    for _ in range(4):
        type_in(page, "rosa", "wrong horse battery")
    type_in(page)
    assert page.last and page.last.url == "/station"
    assert session.scalars(select(Attempt)).all() == []


def test_an_address_that_tries_many_accounts_waits(page: Browser, at: At) -> None:
    at("2026-11-23 09:00")
    staff_of_the_day()
    with page.app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        address = address_mark()
    with transaction() as session:
        for number in range(29):
            shown = service.Shown(f"login:somebody{number}", None, is_right=False)
            service.sign_in(session, shown, desk="d", address=address, now=clock.now())
    type_in(page, "somebody29", "wrong horse battery")
    type_in(page)
    assert page.last and page.last.status == 422
    assert any("09:15" in error for error in page.last.errors)


def test_a_disabled_account_gets_the_same_words(page: Browser) -> None:
    with transaction() as session:
        make.make_staff(session, Role.RECEPTION, disabled_at=clock.now())
    type_in(page)
    assert page.last and page.last.status == 422


def test_an_account_without_a_password_cannot_sign_in(page: Browser) -> None:
    with transaction() as session:
        make.make_staff(session, Role.RECEPTION, password_hash=None)
    type_in(page, "rosa", "0")
    assert page.last and page.last.status == 422


def test_signing_in_again_ends_the_first_seat(page: Browser, session: Session) -> None:
    staff_of_the_day()
    type_in(page)
    first = page.client.get_cookie(signin.COOKIE)
    type_in(page)
    assert first
    ended, live = session.scalars(select(StaffSession).order_by(StaffSession.id)).all()
    assert ended.ended_at is not None and live.ended_at is None
    page.client.set_cookie(signin.COOKIE, first.value)
    assert page.open("/station").url == "/sign-in"


def test_it_goes_on_to_the_page_that_was_asked_for(page: Browser) -> None:
    with transaction() as session:
        make.make_staff(session, Role.MANAGER)
    page.open("/office/staff")
    assert page.last and page.last.url == "/sign-in"
    page.submit("sign-in", login="max", password=make.PASSWORD)
    assert page.last.url == "/office/staff"


def test_it_never_goes_on_to_another_site(page: Browser) -> None:
    with transaction() as session:
        make.make_staff(session, Role.MANAGER)
    page.open("/sign-in?next=https://elsewhere.example/office")
    page.submit("sign-in", login="max", password=make.PASSWORD)
    assert page.last and page.last.url == "/office"


def test_the_nurse_chooses_the_box_and_changes_it_later(page: Browser, session: Session) -> None:
    with transaction() as writing:
        make.make_staff(writing, Role.NURSE)
    type_in(page, "noor")
    page.submit("station", box="3")
    row = session.scalars(select(StaffSession)).one()
    assert (row.box, row.station) == (3, "Box 3")
    page.open("/station")
    page.submit("station", box="2", station="Salle B")
    session.expire_all()
    row = session.scalars(select(StaffSession)).one()
    assert (row.box, row.station) == (2, "Salle B")


def test_a_box_that_the_centre_does_not_have_is_refused(page: Browser) -> None:
    with transaction() as session:
        make.make_staff(session, Role.NURSE)
    type_in(page, "noor")
    page.open("/station")
    assert page.last
    token = page.last.select("main input[name=csrf_token]")[0].get("value")
    page.send("/station", data={"csrf_token": token, "box": "99"})
    assert page.last.status == 422


def test_reception_cannot_take_a_box(page: Browser, session: Session) -> None:
    staff_of_the_day()
    type_in(page)
    page.submit("station", box="3", station="Accueil 2")
    row = session.scalars(select(StaffSession)).one()
    assert (row.box, row.station) == (None, "Accueil 2")


def test_the_desk_remembers_the_station_of_the_day(page: Browser) -> None:
    staff_of_the_day()
    type_in(page)
    page.submit("station", station="Accueil 2")
    type_in(page)
    assert page.last and page.last.url != "/station"
    assert "Accueil 2" in page.open("/station").text


def test_signing_out_ends_the_seat_and_a_replayed_cookie_opens_nothing(
    page: Browser, session: Session
) -> None:
    staff_of_the_day()
    type_in(page)
    cookie = page.client.get_cookie(signin.COOKIE)
    assert cookie
    page.submit("sign-out")
    assert page.last and page.last.url == "/sign-in"
    assert page.client.get_cookie(signin.COOKIE) is None
    row = session.scalars(select(StaffSession)).one()
    assert row.ended_at is not None and row.token_hash is None
    page.client.set_cookie(signin.COOKIE, cookie.value)
    assert page.open("/station").url == "/sign-in"
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["sign_in", "sign_out"]


def test_signing_out_twice_is_harmless(page: Browser) -> None:
    staff_of_the_day()
    type_in(page)
    page.submit("sign-out")
    page.open("/sign-in")
    assert page.last
    token = page.last.select("input[name=csrf_token]")[0].get("value")
    assert page.send("/sign-out", data={"csrf_token": token}).url == "/sign-in"


def test_a_shift_ends_after_twelve_hours(page: Browser, at: At) -> None:
    at("2026-11-23 07:00")
    staff_of_the_day()
    type_in(page)
    at("2026-11-23 19:00")
    assert page.open("/station").url == "/sign-in"


def test_the_page_speaks_english(page: Browser) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/sign-in").h1 == "Sign in"
    page.client.set_cookie("vaxcentre_language", "fr")
    assert page.open("/sign-in").h1 == "Se connecter"


def test_the_door_leads_in_or_to_the_sign_in_page(page: Browser) -> None:
    assert page.open("/staff").url == "/sign-in"
    make.sign_in(page, Role.MANAGER)
    assert page.open("/staff").url == "/office"


def test_disabling_ends_the_seat_at_once(page: Browser, session: Session) -> None:
    staff_of_the_day()
    type_in(page)
    with transaction() as writing:
        writing.scalars(select(StaffMember)).one().disabled_at = clock.now()
    assert page.open("/station").url == "/sign-in"
