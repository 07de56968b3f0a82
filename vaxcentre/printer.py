"""Ask the printing process for a PDF: the only way to one.

The pages import this half, which knows no WeasyPrint; `vaxcentre.printing` is the other half.
"""

import argparse
import base64
import contextlib
import json
import os
import socket as sockets
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vaxcentre.rules.refusal import N_, Refusal

# A patient at the desk does not wait longer; a batch asks for twenty pages at a time.
TIME_LIMIT = 60.0
SIZE_LIMIT = 20 * 1024 * 1024
PRINTED, FAILED = b"+", b"-"

_LENGTH = struct.Struct(">I")
# The kernel's limit for the name of a Unix socket, its closing zero included, is 108.
_LONGEST_NAME = 107


class PrinterAway(Refusal):
    """Nobody answers at the printer's door, or not in time."""

    sentence = N_("The printing service does not answer. Try again in a minute.")


class PrintFailed(Refusal):
    """The printer answers, but this document cannot be made."""

    sentence = N_("This document could not be made. Please tell the person in charge.")


class TooBig(ValueError):
    """More than the agreed number of bytes was announced."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the PDF; its type is read off its name."""

    name: str
    content: bytes
    description: str


def socket_path(instance: Path) -> Path:
    """Where the printer of this instance listens."""
    return instance / "run" / "printer.sock"


def render_pdf(
    html: str,
    *,
    identifier: bytes,
    created: datetime,
    socket: Path | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Have this page printed as PDF/A-3a; the same page, identifier and moment give the same bytes.

    `identifier` is 16 bytes that belong to this paper alone; `created` is an aware moment. Pictures
    and styles come from `/static/` or `data:` only. Without `socket` the printer of
    `VAXCENTRE_INSTANCE` is asked. Waits 60 seconds at most.

    Raises:
        PrinterAway: nobody answers, or not in time.
        PrintFailed: the page asks for something that it may not have, or breaks.
    """
    request = {
        "html": html,
        "identifier": identifier.hex(),
        "created": created.astimezone(UTC).isoformat(timespec="seconds"),
        "attachments": [
            [a.name, base64.b64encode(a.content).decode("ascii"), a.description]
            for a in attachments
        ],
    }
    path = socket or socket_path(Path(os.environ.get("VAXCENTRE_INSTANCE", "instance")))
    answer = _ask(path, json.dumps(request).encode())
    if answer[:1] != PRINTED:
        raise PrintFailed
    return answer[1:]


def _ask(path: Path, request: bytes) -> bytes:
    if len(request) > SIZE_LIMIT:
        raise PrintFailed
    deadline = time.monotonic() + TIME_LIMIT
    try:
        try:
            return _ask_once(path, request, deadline)
        except (ConnectionResetError, BrokenPipeError):
            # The printer died with our page in its hands; the next one behind the door takes it.
            # Once only: a page that kills the printer must not kill the next ones.
            return _ask_once(path, request, deadline)
    except (OSError, TooBig) as error:  # a time-out is an OSError too
        raise PrinterAway from error


def _ask_once(path: Path, request: bytes, deadline: float) -> bytes:
    with sockets.socket(sockets.AF_UNIX) as door, short_name(path) as name:
        door.settimeout(max(deadline - time.monotonic(), 0.001))
        door.connect(name)
        send_frame(door, request)
        return receive_frame(door, deadline)


def send_frame(door: sockets.socket, content: bytes) -> None:
    """Send the length, then the content."""
    door.sendall(_LENGTH.pack(len(content)) + content)


def receive_frame(door: sockets.socket, deadline: float) -> bytes:
    """Read one frame before the deadline, a reading of the monotonic clock.

    Raises:
        OSError: the other side has gone, or the deadline has passed.
        TooBig: more than 20 MB was announced.
    """
    (length,) = _LENGTH.unpack(_receive(door, _LENGTH.size, deadline))
    if length > SIZE_LIMIT:
        raise TooBig(length)
    return _receive(door, length, deadline)


def _receive(door: sockets.socket, length: int, deadline: float) -> bytes:
    content = bytearray()
    while len(content) < length:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        door.settimeout(left)
        part = door.recv(min(length - len(content), 1 << 16))
        if not part:
            raise ConnectionResetError
        content += part
    return bytes(content)


def listen(path: Path) -> sockets.socket:
    """Open the printer's door, for the owner of the instance only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    door = sockets.socket(sockets.AF_UNIX)
    before = os.umask(0o177)
    try:
        with short_name(path) as name:
            door.bind(name)
    finally:
        os.umask(before)
    door.listen(64)
    return door


@contextlib.contextmanager
def short_name(path: Path) -> Iterator[str]:
    """Give a name for this socket that the kernel takes, however deep its folder lies."""
    if len(os.fsencode(path)) <= _LONGEST_NAME:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def main() -> None:
    """Run the printing process on a door that it opens itself, or was given open."""
    parser = argparse.ArgumentParser(prog="python -m vaxcentre.printer")
    door = parser.add_mutually_exclusive_group(required=True)
    door.add_argument("--socket", type=Path, help="open this Unix socket")
    door.add_argument("--fd", type=int, help="answer on this open socket")
    options = parser.parse_args()

    from vaxcentre import printing  # here only: it loads WeasyPrint  # noqa: PLC0415

    printing.serve(listen(options.socket) if options.socket else sockets.socket(fileno=options.fd))


if __name__ == "__main__":
    main()
