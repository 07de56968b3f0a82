"""A small load on loopback: open connections, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Answers:
    """What came back: how many good answers, in what times, and how many others."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    others: int = 0

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return len(self.times) / self.seconds


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def serving(target: str, workers: int = 1, **environment: str) -> Iterator[int]:
    """Serve a WSGI application with granian, as `serve.py` does: one thread a process."""
    port = free_port()
    options = "--interface wsgi --http 1 --no-ws --blocking-threads 1 --log-level error"
    command = [sys.executable, "-m", "granian", *options.split(), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(workers), target]
    child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield port
    finally:
        child.terminate()
        child.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def request_bytes(
    path: str, port: int, cookies: str = "", method: str = "GET", form: str = ""
) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if cookies:
        lines.append(f"Cookie: {cookies}")
    if form:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + form).encode()


def ask(port: int, request: bytes, *, clients: int, seconds: float) -> Answers:
    """Let so many clients ask the same for so long; answers other than 200 are counted apart."""
    answers = Answers()
    start = time.perf_counter()
    asyncio.run(_ask_all(port, request, clients, start + seconds, answers))
    answers.seconds = time.perf_counter() - start
    return answers


async def _ask_all(port: int, request: bytes, clients: int, end: float, into: Answers) -> None:
    await asyncio.gather(*(_ask_again(port, request, end, into) for _ in range(clients)))


async def _ask_again(port: int, request: bytes, end: float, into: Answers) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (start := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if head.startswith(b"HTTP/1.1 200"):
            into.times.append(time.perf_counter() - start)
        else:
            into.others += 1
    writer.close()
    await writer.wait_closed()
