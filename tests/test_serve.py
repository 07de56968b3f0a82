"""What the supervisor promises, with real server processes around an application of five lines."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vaxcentre.printer import PrinterAway, render_pdf, socket_path
from vaxcentre.processes import Address, Child
from vaxcentre.serve import pools, read_address

PROJECT = Path(__file__).resolve().parent.parent
APPLICATION = """
import os

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    said = os.environ["SERVES"], os.getpid(), os.getppid(), os.nice(0)
    return [" ".join(map(str, said)).encode()]
"""


@dataclass
class Served:
    """What one server process says of itself."""

    serves: str
    pid: int
    parent: int
    niceness: int


@dataclass
class Centre:
    """A supervisor at work in a folder of its own."""

    folder: Path
    public: int
    staff: int
    process: subprocess.Popen[str]

    def page(self, port: int) -> Served:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            serves, *numbers = answer.read().decode().split()
        return Served(serves, *map(int, numbers))

    def answers(self, port: int) -> bool:
        try:
            return bool(self.page(port))
        except (urllib.error.URLError, OSError):
            return False

    def prints(self) -> bool:
        try:
            pdf = render_pdf(
                "<html lang=fr><title>a</title><p>a</html>",
                identifier=bytes(16),
                created=datetime(2026, 3, 2, tzinfo=UTC),
                socket=socket_path(self.folder / "instance"),
            )
        except PrinterAway:
            return False
        return pdf.startswith(b"%PDF")

    def processes(self) -> dict[int, str]:
        """The pid and command of every process that was started for this centre."""
        mine = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.folder) in (folder / "environ").read_text(errors="replace"):
                    mine[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return mine

    def named(self, words: str) -> list[int]:
        return [pid for pid, command in self.processes().items() if words in command]


def eventually(check: Callable[[], bool], limit: float = 20) -> bool:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def environment(folder: Path, public: int, staff: int) -> dict[str, str]:
    settings = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "VAXCENTRE_INSTANCE": str(folder / "instance"),
        "LISTEN": f"127.0.0.1:{public}",
        "STAFF_LISTEN": f"127.0.0.1:{staff}",
    }
    settings.pop("SERVES", None)
    return settings


def open_centre(folder: Path, **settings: str) -> Centre:
    (folder / "wsgi.py").write_text(APPLICATION)
    public, staff = free_port(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "vaxcentre.serve"],
        cwd=folder,
        env={**environment(folder, public, staff), **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    return Centre(folder, public, staff, process)


def wait_until_open(centre: Centre) -> str:
    assert centre.process.stdout is not None
    for line in centre.process.stdout:
        if line.startswith("Le centre est ouvert"):
            return line
    raise AssertionError("the centre did not open")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    centre = open_centre(tmp_path)
    wait_until_open(centre)
    yield centre
    close(centre)


def close(centre: Centre) -> None:
    centre.process.terminate()
    centre.process.communicate(timeout=30)


def test_it_serves_the_public_and_the_staff_apart(centre: Centre) -> None:
    public, staff = centre.page(centre.public), centre.page(centre.staff)
    assert (public.serves, staff.serves) == ("public", "staff")
    assert (public.niceness, staff.niceness) == (10, 0)
    assert public.parent != staff.parent


def test_it_prints(centre: Centre) -> None:
    assert centre.prints()


def test_it_says_where_the_pages_are(tmp_path: Path) -> None:
    centre = open_centre(tmp_path, SERVES="all")
    try:
        sentence = wait_until_open(centre)
        assert f"http://127.0.0.1:{centre.public}/" in sentence
        assert centre.page(centre.public).serves == "all"
        assert not centre.answers(centre.staff)
    finally:
        close(centre)


def test_a_server_process_that_is_killed_is_replaced(centre: Centre) -> None:
    killed = centre.page(centre.staff).pid
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: centre.answers(centre.staff))
    assert killed not in centre.named(f"--port {centre.staff}")
    assert eventually(lambda: len(centre.named(f"--port {centre.staff}")) == 3)


def test_a_pool_that_is_killed_leaves_no_orphan_and_comes_back(centre: Centre) -> None:
    before = centre.page(centre.staff)
    os.kill(before.parent, signal.SIGKILL)
    assert eventually(lambda: before.pid not in centre.processes())
    assert eventually(lambda: centre.answers(centre.staff))
    assert centre.page(centre.staff).parent != before.parent
    assert centre.page(centre.public).serves == "public"


def test_the_printer_that_is_killed_comes_back_and_nobody_who_waits_is_turned_away(
    centre: Centre,
) -> None:
    assert centre.prints()
    (printer,) = centre.named("vaxcentre.printer")
    os.kill(printer, signal.SIGKILL)
    assert centre.prints()


def test_two_printers_share_one_door(tmp_path: Path) -> None:
    centre = open_centre(tmp_path, PRINTERS="2")
    printers: list[int] = []
    try:
        wait_until_open(centre)
        assert eventually(lambda: len(centre.named("vaxcentre.printer")) == 2)
        printers = centre.named("vaxcentre.printer")
        os.kill(printers[0], signal.SIGSTOP)
        assert [centre.prints() for _ in range(2)] == [True, True]
    finally:
        for pid in printers:
            os.kill(pid, signal.SIGCONT)
        close(centre)


def test_everything_dies_with_the_supervisor(centre: Centre) -> None:
    assert eventually(lambda: len(centre.processes()) >= 8)
    centre.process.kill()
    assert eventually(lambda: not centre.processes())


def test_it_closes_when_asked_and_leaves_nothing_behind(tmp_path: Path) -> None:
    centre = open_centre(tmp_path)
    wait_until_open(centre)
    centre.process.send_signal(signal.SIGINT)
    said, _ = centre.process.communicate(timeout=30)
    assert said.endswith("Le centre est fermé.\n")
    assert centre.process.returncode == 0
    assert not centre.processes()


def test_it_does_not_open_twice(centre: Centre) -> None:
    settings = {**environment(centre.folder, centre.public, free_port())}
    second = subprocess.run(
        [sys.executable, "-m", "vaxcentre.serve"],
        cwd=centre.folder,
        env=settings,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert f"Le port {centre.public} est déjà pris" in second.stdout
    assert centre.prints(), "the second took the first one's printer away"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        ("[::1]:8080", Address("::1", 8080)),
        ("localhost:80", Address("localhost", 80)),
    ],
)
def test_it_reads_an_address(text: str, address: Address) -> None:
    assert read_address(text) == address
    assert address.is_loopback


@pytest.mark.parametrize("text", ["", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "a:0", "a:70000"])
def test_it_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_address(text)


def test_it_refuses_a_word_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="SERVES=everything"):
        pools({"SERVES": "everything"})


def test_another_machine_may_serve_one_half_only() -> None:
    assert [child.name for child in pools({"SERVES": "staff"}).values()] == ["pages du personnel"]
    assert [child.name for child in pools({"SERVES": "public"}).values()] == ["pages du public"]


def run_to_its_end(child: Child, now: float) -> None:
    child.look_after(now)
    assert child.process is not None
    child.process.wait(timeout=20)
    child.started_at = now


def test_a_process_that_keeps_dying_is_started_less_and_less_often(
    capsys: pytest.CaptureFixture[str],
) -> None:
    child = Child("messages", [sys.executable, "-c", "raise SystemExit(3)"])
    now, pauses = 1000.0, []
    for _ in range(7):
        run_to_its_end(child, now)
        child.look_after(now)
        pauses.append(child.start_at - now)
        child.look_after(child.start_at - 0.1)
        assert not child.process, "it did not wait"
        now = child.start_at
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert "messages : arrêt inattendu (code 3), reprise dans 1 s" in capsys.readouterr().out


def test_a_process_that_lived_long_starts_again_at_once() -> None:
    child = Child("messages", [sys.executable, "-c", ""], pause=16)
    run_to_its_end(child, 1000.0)
    child.look_after(1061.0)
    assert child.start_at == 1062.0
