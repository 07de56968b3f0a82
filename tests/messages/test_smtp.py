"""The way to the mail server: protected, signed in, and cut short when it must be."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.messages.mail_server import MailServer, free_port, mail_server, talking_line
from vaxcentre import clock
from vaxcentre.messages import smtp
from vaxcentre.messages.smtp import Answer, Conversation, Envelope, Security, Server

LETTER = Envelope("rdv@centre.example.org", "ada@example.net", b"Subject: a\r\n\r\nb\r\n")
PASSWORD = "open sesame"


def send(port: int, security: Security = Security.NONE, **fields: object) -> Answer:
    """Send one letter to this machine."""
    options: dict[str, object] = {"host": "127.0.0.1", "timeout": 2.0} | fields
    return Conversation(Server(port=port, security=security, **options)).send(LETTER)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own for this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_file = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, key_file


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """What the mail server needs to speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, certificate))
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts our certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture
def protected(tls: ssl.SSLContext) -> Iterator[MailServer]:
    """A mail server that wants STARTTLS, a name and a password."""
    with mail_server(tls_context=tls, require_starttls=True) as opened:
        yield opened


@pytest.mark.usefixtures("trusted")
def test_it_signs_in_behind_starttls(protected: MailServer) -> None:
    answer = send(protected.port, Security.STARTTLS, user="rdv", password=PASSWORD)
    assert answer == Answer(250, "OK")
    assert protected.mailbox.logins == [("rdv", PASSWORD)]
    assert len(protected.mailbox.taken) == 1


@pytest.mark.usefixtures("trusted")
def test_it_speaks_tls_from_the_start(tls: ssl.SSLContext) -> None:
    with mail_server(ssl_context=tls) as opened:
        assert send(opened.port, Security.TLS).is_yes


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_a_setting_to_put_right_not_the_messages_fault(
    protected: MailServer,
) -> None:
    answer = send(protected.port, Security.STARTTLS, user="rdv", password="wrong")
    assert answer.code == 535
    assert not answer.is_final
    assert protected.mailbox.taken == []


def test_a_certificate_that_nobody_vouches_for_is_refused(protected: MailServer) -> None:
    answer = send(protected.port, Security.STARTTLS, user="rdv", password=PASSWORD)
    assert answer == Answer(None, smtp.NOT_TRUSTED)
    assert protected.mailbox.logins == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_refused(protected: MailServer) -> None:
    answer = send(protected.port, Security.STARTTLS, host="localhost", user="rdv", password="a")
    assert answer == Answer(None, smtp.NOT_TRUSTED)


def test_a_server_without_starttls_gets_nothing() -> None:
    with mail_server() as opened:
        assert send(opened.port, Security.STARTTLS) == Answer(None, smtp.NO_STARTTLS)
        assert opened.mailbox.taken == []


def test_a_server_without_tls_gets_nothing() -> None:
    with mail_server() as opened:
        assert send(opened.port, Security.TLS) == Answer(None, smtp.NO_TLS)


def test_a_server_that_takes_no_password() -> None:
    with mail_server() as opened:
        answer = send(opened.port, user="rdv", password="secret")
        assert answer == Answer(None, smtp.NO_LOGIN)


@pytest.mark.usefixtures("trusted")
def test_a_password_with_accents_is_said(protected: MailServer) -> None:
    answer = send(protected.port, Security.STARTTLS, user="rdv", password="sésame")
    assert answer == Answer(None, smtp.LOGIN_SIGNS)


def test_a_name_that_no_machine_has() -> None:
    answer = send(free_port(), host="no-such-machine.invalid")
    assert answer.words in {smtp.NAME_UNKNOWN, smtp.UNREACHABLE}
    assert answer.code is None


def test_a_greeting_that_is_a_no() -> None:
    with talking_line(b"554 5.7.1 not today\r\n") as port:
        answer = send(port)
    assert (answer.code, answer.is_final) == (554, False)


def test_who_has_taken_the_message_may_hang_up_afterwards() -> None:
    said = [
        b"220 a\r\n",
        b"250 a\r\n",
        b"250 ok\r\n",
        b"250 ok\r\n",
        b"354 go\r\n",
        b"250 kept\r\n",
    ]
    with talking_line(*said) as port:
        assert send(port, timeout=0.5) == Answer(250, "kept")


def test_it_lets_go_soon_when_the_program_stops() -> None:
    stopping = threading.Event()
    with talking_line(b"220 hello\r\n") as port:
        server = Server("127.0.0.1", port, Security.NONE)
        threading.Timer(0.3, stopping.set).start()
        began = time.monotonic()
        answer = Conversation(server, has_to_stop=stopping.is_set).send(LETTER)
        assert time.monotonic() - began < 2
    assert answer.code is None


def test_it_ends_what_lasts_too_long() -> None:
    with talking_line(b"220 hello\r\n", b"250-a\r\n") as port:
        server = Server("127.0.0.1", port, Security.NONE, timeout=30)
        began = time.monotonic()
        Conversation(server, longest=0.4).send(LETTER)
        assert time.monotonic() - began < 3
