"""Processes that live and die together: started, watched over, started again, stopped."""

import ctypes
import http.client
import ipaddress
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import NamedTuple

STOP_LIMIT = 15.0
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0  # a process that lived this long starts again with the shortest pause
BEAT = 0.2
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

_libc = ctypes.CDLL(None, use_errno=True)


class Address(NamedTuple):
    """Where a pool listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a browser wants it."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass
class Child:
    """One process of the centre, and how it has fared."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    niceness: int = 0
    files: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = 1.0

    def start(self) -> None:
        """Start it in a group of its own: Ctrl-C reaches the supervisor alone, which says how."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  # our own command, no shell
            self.command,
            env={**os.environ, **self.environment},
            pass_fds=self.files,
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid(), self.niceness),  # noqa: PLW1509  # no threads here
        )

    def look_after(self, now: float) -> None:
        """Start it when it is due; when it has died, clear its remains and set the next start."""
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.clear()
        self.process = None
        self.pause = 1.0 if now - self.started_at > STEADY_AFTER else self.pause
        self.start_at = now + self.pause
        say(f"{self.name} : arrêt inattendu (code {code}), reprise dans {self.pause:.0f} s")
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        """Let it finish what it is doing."""
        if self.process is not None:
            self.process.terminate()

    def has_stopped_by(self, deadline: float) -> bool:
        """Wait for its end until the deadline."""
        try:
            if self.process is not None:
                self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def clear(self) -> None:
        """End what a dead process left behind: its own workers would keep the port."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


def _die_with_parent(parent: int, niceness: int) -> Callable[[], None]:
    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)
        os.nice(niceness)

    return prepare


@dataclass
class Supervisor:
    """Keeps every child alive until it is told to stop."""

    children: Sequence[Child]
    addresses: Sequence[Address] = ()
    welcome: str = ""
    told_to_stop: bool = False

    def run(self) -> None:
        """Watch over the children until SIGTERM, SIGINT or the end of the terminal."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)
        silent = list(self.addresses)
        while not self.told_to_stop:
            for child in self.children:
                child.look_after(time.monotonic())
            if silent and answers(silent[0]):
                silent.pop(0)
                if not silent:
                    self._begin_the_rest()
                    say(self.welcome)
            time.sleep(BEAT)
        self._stop()

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.told_to_stop = True

    def _begin_the_rest(self) -> None:
        """The pages answer: who stood back for them need not wait any longer."""
        for child in self.children:
            if child.process is None:
                child.start_at = min(child.start_at, time.monotonic())

    def _stop(self) -> None:
        """Ask every child to finish what it is doing; after 15 seconds, end it."""
        running = [child for child in self.children if child.process is not None]
        for child in running:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_LIMIT
        for child in running:
            if not child.has_stopped_by(deadline):
                say(f"{child.name} : ne s’est pas arrêté à temps")
            child.clear()


def answers(address: Address) -> bool:
    """Whether a page, any page, comes from this address."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=2)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def say(sentence: str) -> None:
    """Tell the person who started the centre."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
