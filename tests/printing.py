"""A printing process of its own for each process of the test run."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vaxcentre.printer import short_name

PROJECT = Path(__file__).resolve().parent.parent


def start_printer(path: Path) -> subprocess.Popen[bytes]:
    """Start a printing process on this socket and wait until its door is open."""
    printer = subprocess.Popen(
        [sys.executable, "-m", "vaxcentre.printer", "--socket", str(path)], cwd=PROJECT
    )
    deadline = time.monotonic() + 30
    while not _answers(path):
        assert printer.poll() is None, "the printer ended at once"
        assert time.monotonic() < deadline, "the printer opened no door"
        time.sleep(0.02)
    return printer


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as door:
        try:
            with short_name(path) as name:
                door.connect(name)
        except OSError:
            return False
        return True


def stop_printer(printer: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, and wait for it."""
    printer.terminate()
    printer.wait(timeout=10)


@pytest.fixture(scope="session")
def printer_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a warm printer that the tests of this process share."""
    path = tmp_path_factory.mktemp("printer") / "printer.sock"
    printer = start_printer(path)
    yield path
    stop_printer(printer)
