"""The manager names the mail server, and sees its real answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.messages.conftest import name_server
from tests.messages.mail_server import MailServer, free_port, talking_line
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.messages import views
from vaxcentre.messages.seal import unseal
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Centre
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages

SignIn = Callable[..., StaffMember]
TYPED = {
    "host": "smtp.example.org",
    "port": "465",
    "security": "tls",
    "user": "rdv",
    "password": "open sesame 42",
    "sender": "rdv@centre.example.org",
}


@pytest.fixture
def manager(page: Browser, signed_in_as: SignIn) -> StaffMember:
    """Max has the page open."""
    max_ = signed_in_as(Role.MANAGER)
    page.open("/messages/server")
    return max_


def the_centre_row() -> Centre:
    with transaction() as session:
        row = session.get_one(Centre, 1)
        session.expunge(row)
        return row


def test_it_keeps_the_settings_with_the_password_sealed(
    page: Browser, manager: StaffMember
) -> None:
    after = page.submit("/messages/server", **TYPED)
    assert "Les réglages sont enregistrés" in after.text
    row = the_centre_row()
    assert (row.smtp_host, row.smtp_port, row.smtp_security) == ("smtp.example.org", 465, "tls")
    assert (row.smtp_user, row.smtp_sender) == ("rdv", "rdv@centre.example.org")
    assert "open sesame" not in row.smtp_password_sealed
    assert unseal(row.smtp_password_sealed) == "open sesame 42"
    assert row.updated_by_id == manager.id


@pytest.mark.usefixtures("manager")
def test_the_password_is_never_shown_again(page: Browser) -> None:
    after = page.submit("/messages/server", **TYPED)
    assert "open sesame" not in after.response.text
    assert the_centre_row().smtp_password_sealed not in after.response.text
    assert "Un mot de passe est enregistré, sous scellé" in after.text


def test_the_audit_holds_no_password(page: Browser, manager: StaffMember) -> None:
    page.submit("/messages/server", **TYPED)
    with transaction() as session:
        (entry,) = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "save_mail_settings")
        )
        assert entry.by_id == manager.id
        assert entry.details == {
            "host": "smtp.example.org",
            "port": 465,
            "security": "tls",
            "has_new_password": True,
        }


@pytest.mark.usefixtures("manager")
def test_an_empty_password_keeps_the_old_one(page: Browser) -> None:
    page.submit("/messages/server", **TYPED)
    page.submit("/messages/server", port="587", security="starttls")
    row = the_centre_row()
    assert unseal(row.smtp_password_sealed) == "open sesame 42"
    assert row.smtp_port == 587


@pytest.mark.usefixtures("manager")
def test_the_kept_password_is_not_handed_to_another_server(page: Browser) -> None:
    page.submit("/messages/server", **TYPED)
    after = page.submit("/messages/server", host="smtp.elsewhere.example")
    assert after.errors[0] == "Saisissez le mot de passe de ce serveur."
    assert the_centre_row().smtp_host == "smtp.example.org"


@pytest.mark.usefixtures("manager")
def test_without_a_user_the_password_goes(page: Browser) -> None:
    page.submit("/messages/server", **TYPED)
    page.submit("/messages/server", user="")
    assert the_centre_row().smtp_password_sealed == ""


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("host", "http://smtp.example.org", "Saisissez un nom comme"),
        ("host", "smtp .example", "Saisissez un nom comme"),
        ("host", "é.example", "Saisissez un nom comme"),
        ("port", "0", "Un port est un nombre de 1 à 65535."),
        ("port", "70000", "Un port est un nombre de 1 à 65535."),
        ("port", "", "Saisissez le port"),
        ("security", "none", "n’importe qui en chemin lit le mot de passe"),
        ("password", "", "Saisissez le mot de passe de ce serveur."),
        ("password", "sésame", "ne lisent pas les accents"),
        ("sender", "", "Vérifiez l’adresse e-mail"),
        ("sender", "rdv@", "Vérifiez l’adresse e-mail"),
    ],
)
def test_it_refuses_at_the_field(field: str, typed: str, sentence: str, page: Browser) -> None:
    after = page.submit("/messages/server", **(TYPED | {field: typed}))
    assert after.status == 422
    assert after.title.startswith("Erreur")
    assert sentence in after.errors[0]
    if field != "host":
        assert 'value="smtp.example.org"' in after.response.text, "what was typed is lost"
    assert the_centre_row().smtp_host == ""


@pytest.mark.usefixtures("manager")
def test_no_server_at_all_may_be_kept(page: Browser) -> None:
    page.submit("/messages/server", **TYPED)
    page.submit("/messages/server", host="", user="", sender="")
    assert the_centre_row().smtp_host == ""


@pytest.mark.usefixtures("manager")
def test_the_test_button_says_what_the_server_said(page: Browser, server: MailServer) -> None:
    after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "a pris le message. Il a répondu : 250 OK" in after.text
    (taken,) = server.mailbox.taken
    assert taken["To"] == "max@centre.example.org"
    assert taken["Subject"] == "Essai du serveur de messagerie"
    assert "part comme il se doit" in taken.get_content()


@pytest.mark.usefixtures("manager")
def test_the_test_button_says_a_refusal(page: Browser, server: MailServer) -> None:
    server.mailbox.answers = ["550 5.7.1 100% spam"]
    after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "Le message n’est pas parti" in after.text
    assert "550 5.7.1 100% spam" in after.text


@pytest.mark.usefixtures("manager")
def test_the_test_button_says_that_nobody_listens_in_english_too(page: Browser) -> None:
    name_server(free_port())
    page.client.set_cookie(languages.COOKIE, "en")
    page.open("/messages/server")
    after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "The message did not leave. The mail server cannot be reached" in after.text


@pytest.mark.usefixtures("manager")
def test_the_test_button_does_not_wait_for_ever(
    page: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "TRIAL_SILENCE", 0.3)
    with talking_line() as port:
        name_server(port)
        after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "Le serveur de messagerie ne répond pas" in after.text


@pytest.mark.usefixtures("manager")
def test_the_test_button_wants_a_server_first(page: Browser) -> None:
    after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "Indiquez d’abord le serveur de messagerie" in after.text


@pytest.mark.usefixtures("manager", "server")
def test_the_test_button_says_that_the_password_is_lost(page: Browser) -> None:
    with transaction() as session:
        session.get_one(Centre, 1).smtp_password_sealed = "gAAAAAnothing"
    after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "n’est plus lisible" in after.text


@pytest.mark.usefixtures("manager", "server")
@pytest.mark.parametrize("typed", ["", "max", "max@centre.example.org\nBcc: all@example.net"])
def test_the_test_button_refuses_what_is_no_address(typed: str, page: Browser) -> None:
    after = page.submit("/messages/server/test", recipient=typed)
    assert after.status == 422
    assert after.errors


def test_a_demo_tests_nothing(
    app: Flask, page: Browser, manager: StaffMember, server: MailServer
) -> None:
    app.config["IS_DEMO"] = True
    after = page.submit("/messages/server/test", recipient="max@centre.example.org")
    assert "Ceci est une démonstration" in after.text
    assert server.mailbox.conversations == 0
