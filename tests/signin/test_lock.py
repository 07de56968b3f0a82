"""A locked desk opens with six digits, for the same person or a colleague of the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import StaffSession
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import signin

At = Callable[[str], datetime]


def both_at_one_desk(page: Browser) -> tuple[int, int]:
    """Rosa, then Max, have signed in with their passwords; Max has the desk."""
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION).id
        max_ = make.make_staff(session, Role.MANAGER).id
    for name in ("rosa", "max"):
        page.open("/sign-in")
        page.submit("sign-in", login=name, password=make.PASSWORD)
    return rosa, max_


def test_f9_locks_and_offers_todays_agents(page: Browser) -> None:
    both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    assert page.last and page.last.url == "/locked"
    names = [" ".join(one.text_content().split()) for one in page.last.select(".pick label")]
    assert names == ["Max Renard", "Rosa Martin"]


def test_the_lock_covers_every_page(page: Browser) -> None:
    both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    assert page.open("/office/staff").url == "/locked"
    assert "Renard" not in page.open("/sign-in").select(".bar")[0].text_content()


def test_the_same_person_comes_back_to_the_same_page(page: Browser, session: Session) -> None:
    _rosa, max_ = both_at_one_desk(page)
    page.open("/office/staff")
    page.submit("/lock")
    page.open("/office/staff")
    page.submit("locked", agent=str(max_), code=make.CODE)
    assert page.last and page.last.url == "/office/staff"


def test_a_colleague_takes_the_desk_and_the_others_token_ends(
    page: Browser, session: Session
) -> None:
    rosa, _max = both_at_one_desk(page)
    of_max = page.client.get_cookie(signin.COOKIE)
    page.open("/office")
    page.submit("/lock")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert of_max and "Rosa" in page.open("/station").text
    with_token = session.scalars(
        select(StaffSession).where(StaffSession.token_hash.is_not(None))
    ).one()
    assert with_token.staff_member_id == rosa
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry and (entry.action, entry.by_id) == ("switch_agent", rosa)
    page.client.set_cookie(signin.COOKIE, of_max.value)
    assert page.open("/office").url == "/sign-in"


def test_the_wrong_digits_open_nothing(page: Browser) -> None:
    rosa, _max = both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    page.submit("locked", agent=str(rosa), code="999999")
    assert page.last and page.last.status == 422
    assert page.open("/office").url == "/locked"


def test_five_wrong_codes_leave_only_the_password(page: Browser) -> None:
    rosa, _max = both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    for _ in range(5):
        page.submit("locked", agent=str(rosa), code="999999")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert page.last and page.last.status == 422
    assert any("mot de passe" in error for error in page.last.errors)
    page.open("/sign-in")
    page.submit("sign-in", login="rosa", password=make.PASSWORD)
    page.submit("/lock")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert "Rosa" in page.open("/station").text


def test_five_wrong_codes_of_one_do_not_lock_the_other(page: Browser) -> None:
    rosa, max_ = both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    for _ in range(5):
        page.submit("locked", agent=str(rosa), code="999999")
    page.submit("locked", agent=str(max_), code=make.CODE)
    assert "Max" in page.open("/office").text


def cookie(page: Browser, name: str) -> str:
    found = page.client.get_cookie(name)
    assert found is not None
    return found.value


def test_the_same_digits_sent_twice_are_one_change(page: Browser, session: Session) -> None:
    """Six digits send themselves; a key too many sends them again, in whichever order they end."""
    rosa, _max = both_at_one_desk(page)
    page.open("/office")
    shown = page.submit("/lock")
    before = {name: cookie(page, name) for name in (signin.COOKIE, "vaxcentre_all")}
    filled = {**page.defaults(shown.form("locked")), "agent": str(rosa), "code": make.CODE}
    assert page.send("/locked", data=filled).url == "/reception/"
    answered = cookie(page, signin.COOKIE)
    assert page.send("/locked", data=filled).url == "/reception/"
    for name, value in before.items():
        page.client.set_cookie(name, value)
    assert page.send("/locked", data=filled).url == "/reception/"
    assert cookie(page, signin.COOKIE) == answered
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.by_id == rosa))
    assert list(actions).count("switch_agent") == 1


def test_who_was_sent_to_the_door_while_the_desk_changed_hands_goes_on(page: Browser) -> None:
    both_at_one_desk(page)
    assert page.open("/sign-in?next=/office/staff").url == "/office/staff"


def test_a_second_tab_of_a_colleague_is_not_signed_by_who_sits_here(page: Browser) -> None:
    rosa, max_ = both_at_one_desk(page)
    of_max = page.defaults(page.open("/office/staff/new").form("staff/new"))
    page.submit("/lock")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert page.send("/office/staff/new", data=of_max).status == 400
    page.open("/reception/")
    page.submit("/lock")
    page.submit("locked", agent=str(max_), code=make.CODE)
    assert page.send("/office/staff/new", data=of_max).status == 422


def test_when_the_shift_is_over_the_six_digits_say_why_they_open_nothing(
    page: Browser, at: At
) -> None:
    at("2026-11-23 08:00")
    _rosa, max_ = both_at_one_desk(page)
    page.open("/office")
    at("2026-11-23 19:55")
    page.open("/office")
    at("2026-11-23 20:05")
    shown = page.submit("locked", agent=str(max_), code=make.CODE)
    assert shown.url == "/sign-in"
    assert "Douze heures" in shown.text


def test_who_has_not_signed_in_here_cannot_take_the_desk(page: Browser) -> None:
    both_at_one_desk(page)
    with transaction() as session:
        noor = make.make_staff(session, Role.NURSE).id
    page.open("/office")
    page.submit("/lock")
    assert page.last
    token = page.last.select("main input[name=csrf_token]")[0].get("value")
    page.send("/locked", data={"csrf_token": token, "agent": str(noor), "code": make.CODE})
    assert page.last.status == 422
    assert page.open("/office").url == "/locked"


def test_another_browser_knows_nobody(page: Browser) -> None:
    both_at_one_desk(page)
    assert Browser(page.app).open("/locked").url == "/sign-in"


def test_ten_idle_minutes_lock_the_desk(page: Browser, at: At) -> None:
    at("2026-11-23 09:00")
    both_at_one_desk(page)
    at("2026-11-23 09:10")
    assert page.open("/office").url == "/office"
    at("2026-11-23 09:20")
    assert page.open("/office").url == "/office"
    at("2026-11-23 09:31")
    assert page.open("/office").url == "/locked"


def test_a_panel_that_refreshes_itself_keeps_nobody_awake(page: Browser, at: At) -> None:
    at("2026-11-23 09:00")
    both_at_one_desk(page)
    at("2026-11-23 09:08")
    page.open("/office", headers={"Sec-Fetch-Dest": "empty"})
    at("2026-11-23 09:11")
    assert page.open("/office").url == "/locked"


def test_a_locked_desk_can_be_signed_out(page: Browser, session: Session) -> None:
    _rosa, max_ = both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    assert page.last
    token = page.last.select("main input[name=csrf_token]")[0].get("value")
    page.send("/sign-out", data={"csrf_token": token})
    row = session.scalars(select(StaffSession).where(StaffSession.staff_member_id == max_)).one()
    assert row.ended_at is not None


def test_after_signing_out_the_colleague_still_comes_back_with_six_digits(page: Browser) -> None:
    rosa, _max = both_at_one_desk(page)
    page.open("/office")
    page.submit("sign-out")
    page.follow("six chiffres")
    page.submit("locked", agent=str(rosa), code=make.CODE)
    assert "Rosa" in page.open("/station").text


def test_it_speaks_english(page: Browser) -> None:
    both_at_one_desk(page)
    page.client.set_cookie("vaxcentre_language", "en")
    page.open("/office")
    page.submit("/lock")
    assert page.last and page.last.h1 == "This desk is locked"


def test_after_the_lock_one_is_back_on_the_same_list(page: Browser) -> None:
    _rosa, max_ = both_at_one_desk(page)
    page.open("/office")
    page.submit("/lock")
    page.open("/office/audit?day=2026-11-20&show=looks")
    shown = page.submit("locked", agent=str(max_), code=make.CODE)
    assert shown.url == "/office/audit"
    assert shown.response.request.args["day"] == "2026-11-20"
