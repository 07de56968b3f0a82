"""Addresses that mail cannot reach, or only where the server can; settings that went wrong."""

from __future__ import annotations

from flask import Flask

from tests.messages.conftest import (
    deliver_all,
    make_message,
    name_server,
    the_message,
)
from tests.messages.mail_server import (
    MailServer,
    mail_server,
)
from vaxcentre.messages import smtp
from vaxcentre.messages.delivery import NO_ADDRESS, NO_SENDER, PASSWORD_LOST


def test_an_address_that_is_none_fails_with_its_reason(server: MailServer) -> None:
    numbers = [
        make_message(email=text)
        for text in (
            "ada@patients.example.net\r\nBcc: all@example.net",
            "ada",
            "@b.net",
            "a b@c.net",
        )
    ]
    deliver_all()
    assert {the_message(number).last_error for number in numbers} == {NO_ADDRESS}
    assert server.mailbox.taken == []


def test_a_missing_sender_is_said_and_tried_again(server: MailServer) -> None:
    name_server(server.port, smtp_sender="")
    number = make_message()
    deliver_all()
    row = the_message(number)
    assert (row.last_error, row.failed_at) == (NO_SENDER, None)


def test_a_password_sealed_with_another_key_is_said(server: MailServer) -> None:
    name_server(server.port, smtp_user="rdv", smtp_password_sealed="gAAAAAnothing")
    number = make_message()
    deliver_all()
    assert the_message(number).last_error == PASSWORD_LOST


def test_an_address_with_accents_goes_to_a_server_that_can(app: Flask) -> None:
    with mail_server(enable_SMTPUTF8=True) as opened:
        name_server(opened.port)
        make_message(email="hélène@patients.example.net")
        deliver_all()
        (envelope,) = opened.mailbox.envelopes
        assert envelope.rcpt_tos == ["hélène@patients.example.net"]
        assert envelope.smtp_utf8
        (taken,) = opened.mailbox.taken
        assert taken["To"] == "hélène@patients.example.net"


def test_an_address_with_accents_fails_at_a_server_that_cannot(app: Flask) -> None:
    with mail_server(enable_SMTPUTF8=False) as opened:
        name_server(opened.port)
        number = make_message(email="hélène@patients.example.net")
        deliver_all()
        row = the_message(number)
        assert row.last_error == smtp.NO_SMTPUTF8
        assert row.failed_at is not None
        assert opened.mailbox.taken == []


def test_a_domain_with_accents_needs_nothing_special(app: Flask) -> None:
    with mail_server(enable_SMTPUTF8=False) as opened:
        name_server(opened.port)
        make_message(email="ada@santé.example.net")
        deliver_all()
        assert opened.mailbox.envelopes[0].rcpt_tos == ["ada@xn--sant-epa.example.net"]
