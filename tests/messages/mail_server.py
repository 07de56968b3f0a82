"""A real mail server that answers what a test tells it to, and a line that only listens."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HANG = "hang"
HANG_UP = "hang up"


@dataclass
class Mailbox:
    """What the server has taken, and what it answers next; "250 OK" where nothing is said."""

    answers: list[str] = field(default_factory=list)
    answers_to_recipient: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    conversations: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's own name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        self.conversations += 1
        session.host_name = hostname
        return lines

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.answers_to_recipient.pop(0) if self.answers_to_recipient else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == HANG:
            await asyncio.sleep(20)
        if answer == HANG_UP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            read = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(read, EmailMessage)
            self.taken.append(read)
            self.envelopes.append(envelope)
        return answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, shown: Any
    ) -> AuthResult:
        assert isinstance(shown, LoginPassword)
        self.logins.append((shown.login.decode(), shown.password.decode()))
        return AuthResult(success=shown.password == b"open sesame", handled=False)


@dataclass
class MailServer:
    """A mail server at work on a port of its own."""

    port: int
    mailbox: Mailbox


@contextlib.contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Open a mail server for a test."""
    mailbox, port = Mailbox(), free_port()
    if "tls_context" in options:
        options |= {"authenticator": mailbox.authenticate, "auth_required": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield MailServer(port, mailbox)
    finally:
        controller.stop()


@contextlib.contextmanager
def talking_line(*lines: bytes) -> Iterator[int]:
    """A machine that takes each call, says these lines one by one, and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        over, kept = threading.Event(), []

        def answer() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    call, _address = door.accept()
                    kept.append(call)
                    for line in lines:
                        call.sendall(line)
                        call.recv(1024)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            over.set()
            door.shutdown(socket.SHUT_RDWR)
            for call in kept:
                with contextlib.suppress(OSError):
                    call.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for call in kept:
                call.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
