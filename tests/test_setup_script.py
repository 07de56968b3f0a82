"""What vaxcentre.sh says and does on a machine where something is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "vaxcentre.sh"


class Machine:
    """A copy of the script, and a PATH where some commands are our own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = folder / "commands"
        self.commands.mkdir()
        shutil.copy(SCRIPT, folder)

    def command(self, name: str, body: str) -> None:
        file = self.commands / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        plain = {key: value for key, value in os.environ.items() if key != "CI"}
        path = f"{self.commands}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", str(self.folder / "vaxcentre.sh"), *words],
            env={**plain, "PATH": path, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def calls(self) -> list[str]:
        """How apt-get was called."""
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine where pango and the fonts are missing, and where apt-get has no network."""
    made = Machine(tmp_path)
    made.command("dpkg-query", 'case "$3" in libharfbuzz*) echo "install ok installed" ;; esac')
    made.command("apt-get", f'echo "$*" >>{tmp_path}/calls; [ "$1" = update ] || exit 7')
    made.command("id", "echo 0")
    return made


def test_it_explains_itself(machine: Machine) -> None:
    helped = machine.run("--help")
    assert helped.returncode == 0
    for word in ("start", "demo", "test", "doctor", "-y"):
        assert f"\n  {word} " in helped.stdout


@pytest.mark.parametrize("words", [(), ("open",), ("-x", "start")])
def test_it_refuses_a_word_it_does_not_know(machine: Machine, words: tuple[str, ...]) -> None:
    refused = machine.run(*words)
    assert refused.returncode == 2
    assert "Usage" in refused.stdout + refused.stderr


def test_it_installs_nothing_unasked(machine: Machine) -> None:
    stopped = machine.run("start")
    assert stopped.returncode == 1
    assert "libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core" in stopped.stdout
    assert "libharfbuzz" not in stopped.stdout
    assert "À faire :  apt-get install libpango-1.0-0" in stopped.stderr
    assert machine.calls() == []


@pytest.mark.parametrize(
    ("words", "settings"),
    [(("-y", "start"), {}), (("start", "-y"), {}), (("start",), {"CI": "true"})],
)
def test_it_installs_what_is_missing_when_told(
    machine: Machine, words: tuple[str, ...], settings: dict[str, str]
) -> None:
    stopped = machine.run(*words, **settings)
    update, install = machine.calls()
    assert update.startswith("update")
    assert install.endswith("libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core")
    assert stopped.returncode == 1
    assert "a échoué" in stopped.stderr


def test_it_uses_sudo_when_it_is_not_root(machine: Machine) -> None:
    machine.command("id", "echo 1000")
    machine.command(
        "sudo",
        f'echo "sudo $*" >>{machine.folder}/calls; case "$*" in *install*) exit 1 ;; esac',
    )
    machine.run("-y", "start")
    update, install = machine.calls()
    assert update == "sudo apt-get update -qq"
    assert install.startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y")


def test_it_says_what_to_ask_for_where_there_is_no_sudo(machine: Machine) -> None:
    machine.command("id", "echo 1000")
    machine.command("python3", f'exec {sys.executable} "$@"')
    for name in ("sh", "dirname", "grep", "mktemp", "rm", "cat"):
        place = shutil.which(name)
        assert place is not None
        (machine.commands / name).symlink_to(place)
    stopped = machine.run("-y", "start", PATH=str(machine.commands))
    assert stopped.returncode == 1
    assert "Demandez à l’administrateur : apt-get install libpango-1.0-0" in stopped.stderr


def test_it_asks_for_a_python_where_there_is_none(machine: Machine) -> None:
    for version in ("", ".11", ".12", ".13", ".14", ".15"):
        machine.command(f"python3{version}", "exit 1")
    stopped = machine.run("start")
    assert "python3 python3-venv libpango-1.0-0" in stopped.stdout


def test_it_asks_for_the_part_of_python_that_debian_cuts_out(machine: Machine) -> None:
    python = shutil.which("python3")
    machine.command(
        "python3",
        'case "$*" in *ensurepip*) exit 1 ;; *version_info*) echo python3.12-venv ;; '
        f"*) echo {machine.commands}/python3 ;; esac; : {python}",
    )
    stopped = machine.run("start")
    assert "python3.12-venv libpango-1.0-0" in stopped.stdout
