"""What the doctor looks at: each check takes a plain value and says one sentence about it."""

import ctypes
import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MEGABYTE = 1024 * 1024
FIRST_YEAR = 2026  # no clock that is right shows an earlier one than this program's own


class Level(Enum):
    """How bad it is; only an error makes the command fail."""

    OK = "ok"
    ATTENTION = "attention"
    ERROR = "erreur"


class Finding(NamedTuple):
    """One line of the report."""

    level: Level
    sentence: str


def check_python(version: Sequence[int]) -> Finding:
    """Python 3.11 or later."""
    said = f"Python {'.'.join(map(str, version[:3]))}"
    if tuple(version[:2]) < (3, 11):
        return Finding(Level.ERROR, f"{said} : il faut la version 3.11 ou une plus récente")
    return Finding(Level.OK, said)


def check_sqlite(version: str) -> Finding:
    """Name SQLite's version; before 3.51.3, two writers at the same instant could harm a WAL file.

    It cannot arise here: one lock lets one process write or checkpoint at a time.
    """
    if _numbers(version) < (3, 35):
        return Finding(
            Level.ERROR, f"SQLite {version} : il faut la version 3.35 ou une plus récente"
        )
    note = ""
    if _numbers(version) < (3, 51, 3):
        note = (
            " (avant 3.51.3 : un seul processus écrit à la fois, le défaut du mode WAL est évité)"
        )
    return Finding(Level.OK, f"SQLite {version}{note}")


def check_library(name: str, version: str | None, floor: tuple[int, ...]) -> Finding:
    """A library is there, and not older than the version that is safe."""
    wanted = ".".join(map(str, floor))
    if version is None or _numbers(version) < floor:
        said = version or "absent"
        return Finding(
            Level.ERROR, f"{name} {said} : il faut {wanted} ; relancez ./vaxcentre.sh start"
        )
    return Finding(Level.OK, f"{name} {version}")


def check_journal(mode: str, synchronous: int) -> Finding:
    """A recorded injection survives a power cut only with WAL and synchronous=FULL."""
    full = 2
    if mode != "wal" or synchronous < full:
        return Finding(
            Level.ERROR,
            f"Journal SQLite {mode}, synchronous={synchronous} : attendu wal et 2 ; "
            "le dossier est-il sur un disque du réseau ?",
        )
    return Finding(Level.OK, "Journal SQLite : wal, synchronous=FULL")


def check_disk(free: int) -> Finding:
    """Room for a year of a busy centre, or at least for today."""
    said = f"Espace libre : {free // MEGABYTE} Mo"
    if free < 200 * MEGABYTE:
        return Finding(Level.ERROR, f"{said} : libérez de la place avant d’ouvrir")
    if free < 1024 * MEGABYTE:
        return Finding(Level.ATTENTION, f"{said} : libérez de la place cette semaine")
    return Finding(Level.OK, said)


def check_clock(now: datetime) -> Finding:
    """A clock that lost its battery shows a year long past."""
    said = f"Horloge : {now:%d/%m/%Y %H:%M} UTC"
    if not FIRST_YEAR <= now.year < FIRST_YEAR + 50:
        return Finding(Level.ERROR, f"{said} : réglez l’heure (timedatectl set-ntp true)")
    return Finding(Level.OK, said)


def check_zone(name: str) -> Finding:
    """The zone's rules are on this machine."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(Level.ERROR, f"Fuseau horaire {name} inconnu : apt-get install tzdata")
    return Finding(Level.OK, f"Fuseau horaire {name}")


def check_other_clock(here: datetime, there: datetime) -> Finding:
    """The database server's clock agrees with ours."""
    gap = abs((here - there).total_seconds())
    said = f"Écart avec l’horloge de PostgreSQL : {gap:.1f} s"
    if gap > 60:  # a minute: a slot would open for one machine and not the other
        return Finding(Level.ERROR, f"{said} : réglez l’heure des deux machines")
    if gap > 5:  # seconds; no network takes as long
        return Finding(Level.ATTENTION, f"{said} : réglez l’heure des deux machines")
    return Finding(Level.OK, said)


def check_our_font(folder: Path) -> Finding:
    """Luciole lies where pages and papers look for it."""
    faces = sorted(
        file.stem for file in folder.glob("Luciole*") if file.suffix in {".woff2", ".ttf"}
    )
    if not faces:
        return Finding(
            Level.ERROR, f"Police Luciole absente de {folder} : réinstallez le programme"
        )
    return Finding(Level.OK, f"Police {', '.join(dict.fromkeys(faces))}")


def check_wide_font(folders: Iterable[Path]) -> Finding:
    """A font for the letters that Luciole has not: names come from everywhere."""
    if any(True for folder in folders for _ in folder.rglob("DejaVuSans.ttf")):
        return Finding(Level.OK, "Police de secours DejaVu Sans")
    return Finding(Level.ATTENTION, "Police de secours absente : apt-get install fonts-dejavu-core")


def check_shared_library(name: str, package: str, missing: Finding | None = None) -> Finding:
    """A library that WeasyPrint loads is on this machine."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return missing or Finding(
            Level.ERROR, f"{name} absent, rien ne s’imprime : apt-get install {package}"
        )
    return Finding(Level.OK, name)


def check_modes(instance: Path) -> Iterator[Finding]:
    """Nobody but the owner reads the centre's keys, database and settings."""
    open_ones = [path for path in [instance, *_files(instance)] if _is_open_to_others(path)]
    for path in open_ones:
        wanted = "0700" if path.is_dir() else "0600"
        yield Finding(
            Level.ERROR, f"{path} est lisible par d’autres comptes : chmod {wanted} {path}"
        )
    if not open_ones:
        yield Finding(Level.OK, f"{instance} : clés et base fermées aux autres comptes")


def check_schema(current: Iterable[str], newest: Iterable[str]) -> Finding:
    """The database has the tables that this version of the program expects."""
    if set(current) != set(newest):
        return Finding(Level.ERROR, "Base à mettre à jour : relancez ./vaxcentre.sh start")
    return Finding(Level.OK, f"Schéma à jour ({', '.join(sorted(current))})")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def _files(instance: Path) -> list[Path]:
    """Everything of this centre; a demo inside has its own doctor."""
    demo = instance / "demo"
    return [
        path
        for path in instance.rglob("*")
        if demo not in (path, *path.parents) and path.name != ".gitkeep"
    ]


def _is_open_to_others(path: Path) -> bool:
    return not path.is_symlink() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
