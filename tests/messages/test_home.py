"""How the day went, and whom to call because no message reached them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.messages.conftest import make_message, name_server, the_message
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.messages import smtp
from vaxcentre.models.appointment import OutboxMessage
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages

SignIn = Callable[..., StaffMember]
REFUSED = "550 5.1.1 user … unknown, 100% sure"


def fail(message_id: int, words: str = REFUSED) -> int:
    """The mail server refused it."""
    with transaction() as session:
        row = session.get_one(OutboxMessage, message_id)
        row.failed_at, row.last_error, row.attempts = clock.now(), words, 1
    return message_id


def signed(action: str) -> list[AuditEntry]:
    with transaction() as session:
        found = list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))
        session.expunge_all()
    return found


def test_it_shows_the_person_the_phone_and_the_servers_words(
    page: Browser, signed_in_as: SignIn
) -> None:
    name_server(25)
    fail(make_message())
    signed_in_as(Role.RECEPTION)
    text = page.open("/messages/").text
    assert "Ada Mercier" in text
    assert "01 99 00 12 34" in text
    assert "Le serveur de messagerie a répondu : 550 5.1.1 user … unknown, 100% sure" in text
    assert "confirmation" in text
    assert "ada@patients" not in text


def test_our_own_reasons_are_said_in_both_languages(page: Browser, signed_in_as: SignIn) -> None:
    name_server(25)
    fail(make_message(), smtp.NO_SMTPUTF8)
    signed_in_as(Role.RECEPTION)
    assert "ne sait pas écrire à une adresse avec des accents" in page.open("/messages/").text
    page.client.set_cookie(languages.COOKIE, "en")
    text = page.open("/messages/").text
    assert "cannot write to an address with accents" in text
    assert "People to call" in text


def test_it_counts(page: Browser, signed_in_as: SignIn) -> None:
    name_server(25)
    make_message(given="Wai")
    fail(make_message(given="Fai"))
    for given, column in (("Sen", "sent_at"), ("Ski", "skipped_at")):
        number = make_message(given=given)
        with transaction() as session:
            setattr(session.get_one(OutboxMessage, number), column, clock.now())
    signed_in_as(Role.MANAGER)
    page.open("/messages/")
    assert page.last is not None
    numbers = [int(dd.text_content()) for dd in page.last.select(".counts dd")]
    assert numbers == [1, 1, 1, 1]


def test_reception_tries_again(page: Browser, signed_in_as: SignIn) -> None:
    name_server(25)
    number = fail(make_message())
    rosa = signed_in_as(Role.RECEPTION)
    page.open("/messages/")
    after = page.submit("/again")
    assert "de nouveau dans la boîte d’envoi" in after.text
    assert "Ada Mercier" not in after.text
    row = the_message(number)
    assert (row.failed_at, row.last_error, row.attempts, row.version) == (None, None, 0, 1)
    (entry,) = signed("try_message_again")
    assert (entry.by_id, entry.subject_id) == (rosa.id, number)


def test_reception_has_told_the_person_by_phone(page: Browser, signed_in_as: SignIn) -> None:
    number = fail(make_message())
    rosa = signed_in_as(Role.RECEPTION)
    page.open("/messages/")
    after = page.submit("/told-by-phone")
    assert "prévenue par téléphone" in after.text
    assert "Ada Mercier" not in after.text
    row = the_message(number)
    assert row.seen_by_id == rosa.id
    assert row.seen_at is not None
    assert row.failed_at is not None
    assert len(signed("mark_told_by_phone")) == 1


@pytest.mark.parametrize("action", ["/again", "/told-by-phone"])
def test_twice_is_harmless(action: str, page: Browser, signed_in_as: SignIn) -> None:
    number = fail(make_message())
    signed_in_as(Role.RECEPTION)
    first = page.open("/messages/")
    page.submit(action)
    before = the_message(number).queued_at
    page.last = first
    assert "quelqu’un s’en est occupé" in page.submit(action).text
    assert page.last.status == 409
    assert the_message(number).queued_at == before


def test_the_manager_tries_all_again(page: Browser, signed_in_as: SignIn) -> None:
    numbers = [fail(make_message(given=f"Ada {n}")) for n in range(3)]
    signed_in_as(Role.MANAGER)
    page.open("/messages/")
    page.last = page.open("/messages/")
    after = page.submit("/messages/again")
    assert "3 messages sont de nouveau dans la boîte d’envoi" in after.text
    assert all(the_message(number).failed_at is None for number in numbers)


def test_without_a_mail_server_it_says_that_nothing_leaves(
    page: Browser, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    assert "Aucun message ne part du centre" in page.open("/messages/").text


def test_without_a_mail_server_whoever_waits_for_a_message_is_to_be_called(
    page: Browser, signed_in_as: SignIn
) -> None:
    number = make_message()
    signed_in_as(Role.RECEPTION)
    shown = page.open("/messages/")
    assert "Ada Mercier" in shown.text
    assert "01 99 00 12 34" in shown.text
    after = page.submit("/told-by-phone")
    assert "Ada Mercier" not in after.text
    row = the_message(number)
    assert row.skipped_at is not None
    assert row.seen_at is not None
    assert len(signed("mark_told_by_phone")) == 1


def test_a_demo_says_that_nothing_leaves_it(
    app: Flask, page: Browser, signed_in_as: SignIn
) -> None:
    app.config["IS_DEMO"] = True
    signed_in_as(Role.RECEPTION)
    assert "Ceci est une démonstration : rien n’en sort" in page.open("/messages/").text


def test_reception_sees_no_way_to_the_settings(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.RECEPTION)
    assert "Serveur de messagerie et essai" not in page.open("/messages/").links()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGER, Role.RECEPTION}))
def test_others_stay_out(role: Role, page: Browser, signed_in_as: SignIn) -> None:
    number = fail(make_message())
    signed_in_as(role)
    assert page.open("/messages/").status == 403
    page.app.config["WTF_CSRF_ENABLED"] = False
    for path in (f"/messages/{number}/again", f"/messages/{number}/told-by-phone"):
        assert page.send(path).status == 403
    assert the_message(number).failed_at is not None


def test_reception_may_not_touch_the_server(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.RECEPTION)
    page.app.config["WTF_CSRF_ENABLED"] = False
    assert page.open("/messages/server").status == 403
    for path in ("/messages/server", "/messages/server/test", "/messages/again"):
        assert page.send(path).status == 403


def test_reception_s_day_says_how_many_and_leads_to_them(
    page: Browser, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    message = make_message()
    assert "pas arrivé" not in page.open("/reception/").text
    fail(message)
    assert "1 message n’est pas arrivé" in page.open("/reception/").text
    assert "Ada Mercier" in page.follow("voir qui appeler").text
    page.submit("told-by-phone")
    assert "pas arrivé" not in page.open("/reception/").text


def test_who_only_reads_the_day_is_not_sent_there(page: Browser, signed_in_as: SignIn) -> None:
    fail(make_message())
    signed_in_as(Role.INSPECTOR)
    assert "pas arrivé" not in page.open("/reception/").text
