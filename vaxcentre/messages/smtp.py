"""Hand one message to the mail server, and bring back its answer."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from vaxcentre.rules.refusal import N_

TIMEOUT = 10.0  # seconds of silence
LONGEST = 60.0  # seconds for a whole conversation, even with a server that answers drop by drop
GRACE = 0.5  # seconds left to a conversation when the program has to stop
BEAT = 0.1

NO_ANSWER = N_("The mail server does not answer.")
HUNG_UP = N_("The mail server hung up in the middle.")
UNREACHABLE = N_("The mail server cannot be reached: check its name and port.")
NAME_UNKNOWN = N_("No machine has the name of this mail server.")
NOT_TRUSTED = N_("The certificate of the mail server is not valid for its name.")
NO_TLS = N_("The mail server does not speak TLS on this port.")
NO_STARTTLS = N_("The mail server does not offer STARTTLS.")
NO_LOGIN = N_("The mail server takes no user name and password here.")
LOGIN_SIGNS = N_("The user name or the password holds a sign that mail servers cannot read.")
NO_SMTPUTF8 = N_("The mail server cannot write to an address with accents before the @.")

_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>]+>?")


class Security(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class Server:
    """The mail server that the office has named."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    timeout: float = TIMEOUT


@dataclass(frozen=True)
class Envelope:
    """Who writes to whom, and the whole message as it travels."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether an address has letters that only SMTPUTF8 (RFC 6531) carries."""
        return not (self.sender + self.recipient).isascii()


@dataclass(frozen=True)
class Answer:
    """The server's last words: a code (250 says yes), or ours where it said nothing.

    `is_final`: this very message would be refused again. A wrong setting can still be put right.
    """

    code: int | None
    words: str
    is_final: bool = False

    @property
    def is_yes(self) -> bool:
        """Whether the server has taken the message."""
        return self.code == 250

    def __str__(self) -> str:
        return f"{self.code} {self.words}".strip() if self.code else self.words


class _Refused(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.code)


class Conversation:
    """One message on its way; cut short when it lasts too long or the program has to stop."""

    def __init__(
        self,
        server: Server,
        *,
        longest: float = LONGEST,
        has_to_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._server = server
        self._longest = longest
        self._has_to_stop = has_to_stop
        self._line = _line(server)

    def send(self, envelope: Envelope) -> Answer:
        """Hand the message over and return the server's answer; never raises for its troubles.

        Where the line breaks after the whole message has been given and before the answer, nobody
        can know (RFC 1047): it counts as not sent, and a repeat bears the same Message-ID.
        """
        with self._watched():
            try:
                self._greet()
                answer = self._hand_over(envelope)
            except (OSError, smtplib.SMTPException, UnicodeError, _Refused) as error:
                self._line.close()
                return _without_addresses(_answer_in(error), envelope)
            with suppress(OSError, smtplib.SMTPException):  # it has the message already
                self._line.quit()
        return _without_addresses(answer, envelope)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        over = threading.Event()
        threading.Thread(target=self._watch, args=[over], daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _watch(self, over: threading.Event) -> None:
        left = self._longest
        while left > 0 and not over.wait(BEAT):
            left -= BEAT
            if self._has_to_stop():
                left = min(left, GRACE)
        while not over.wait(BEAT):
            self._cut()

    def _cut(self) -> None:
        """Break the line: whoever waits for the server waits no longer."""
        with suppress(OSError):
            if self._line.sock is not None:
                self._line.sock.shutdown(socket.SHUT_RDWR)

    def _greet(self) -> None:
        line, server = self._line, self._server
        _expect(line.connect(server.host, server.port), 220)
        line.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            if not line.has_extn("starttls"):
                raise _Refused(Answer(None, NO_STARTTLS))
            line.starttls(context=ssl.create_default_context())
            line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)

    def _hand_over(self, envelope: Envelope) -> Answer:
        options = []
        if envelope.needs_utf8:
            if not self._line.has_extn("smtputf8"):
                raise _Refused(Answer(None, NO_SMTPUTF8, is_final=True))
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        _expect(self._line.mail(envelope.sender, options), 250)
        _expect(self._line.rcpt(envelope.recipient), 250, 251, is_about_message=True)
        return _expect(self._line.data(envelope.content), 250, is_about_message=True)


def _line(server: Server) -> smtplib.SMTP:
    line: smtplib.SMTP
    if server.security is Security.TLS:
        line = smtplib.SMTP_SSL(timeout=server.timeout, context=ssl.create_default_context())
    else:
        line = smtplib.SMTP(timeout=server.timeout)
    # connect() does not keep it, and the certificate is compared with it
    line._host = server.host  # type: ignore[union-attr, attr-defined, unused-ignore]
    return line


def _expect(reply: tuple[int, bytes], *codes: int, is_about_message: bool = False) -> Answer:
    answer = _read(*reply, is_about_message)
    if answer.code not in codes:
        raise _Refused(answer)
    return answer


def _read(code: int, said: bytes | str, is_about_message: bool) -> Answer:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Answer(code, " ".join(text.split()), is_about_message and code >= 500)


def _answer_in(error: Exception) -> Answer:
    """What a trouble of the line means, in words for a person."""
    if isinstance(error, _Refused):
        return error.answer
    if isinstance(error, smtplib.SMTPResponseException):
        is_about_message = isinstance(error, smtplib.SMTPDataError)
        return _read(error.smtp_code, error.smtp_error, is_about_message)
    return Answer(None, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return NO_ANSWER
    for kind, sentence in REASONS:
        if isinstance(error, kind):
            return sentence
    return UNREACHABLE


REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPServerDisconnected, HUNG_UP),
    (ConnectionResetError, HUNG_UP),
    (BrokenPipeError, HUNG_UP),
    (smtplib.SMTPException, NO_LOGIN),
    (ssl.SSLCertVerificationError, NOT_TRUSTED),
    (ssl.SSLEOFError, HUNG_UP),
    (ssl.SSLError, NO_TLS),
    (socket.gaierror, NAME_UNKNOWN),
    (UnicodeEncodeError, LOGIN_SIGNS),
)


def _without_addresses(answer: Answer, envelope: Envelope) -> Answer:
    """The server's words, short, without the person's address that many servers repeat."""
    if answer.code is None:
        return answer
    words = _ADDRESS.sub("…", answer.words)
    name = envelope.recipient.partition("@")[0]
    if len(name) > 2:
        words = re.sub(rf"\b{re.escape(name)}\b", "…", words, flags=re.IGNORECASE)
    return replace(answer, words=words[:300])
