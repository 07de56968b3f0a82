"""A long print in chunks: what is to be printed, what is done; private files, for an hour."""

import json
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

CHUNK = 20
KEPT_FOR = timedelta(hours=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class Batch:
    """One long print: whose it is, which papers, in which folder."""

    token: str
    folder: Path
    agent_id: int
    paper_ids: tuple[int, ...]
    started_at: datetime

    @property
    def chunks(self) -> list[tuple[int, ...]]:
        """The papers, twenty at a time."""
        return [self.paper_ids[i : i + CHUNK] for i in range(0, len(self.paper_ids), CHUNK)]

    @property
    def chunks_done(self) -> int:
        """How many chunks are printed; they are printed in order."""
        return sum(self.file(number).exists() for number in range(1, len(self.chunks) + 1))

    @property
    def sheets_done(self) -> int:
        """How many papers are printed."""
        return min(self.chunks_done * CHUNK, len(self.paper_ids))

    @property
    def is_done(self) -> bool:
        """Whether everything is printed."""
        return self.chunks_done == len(self.chunks)

    def file(self, number: int) -> Path:
        """Where a chunk is kept, counted from 1."""
        return self.folder / f"{number:03d}.pdf"

    def keep(self, number: int, pdf: bytes) -> None:
        """Keep a printed chunk, whole or not at all, for its owner only."""
        part = self.folder / f"{number:03d}.{secrets.token_hex(4)}.part"
        _write(part, pdf)
        part.replace(self.file(number))

    def remove(self) -> None:
        """Leave nothing behind: these are papers about people."""
        shutil.rmtree(self.folder, ignore_errors=True)


def start(root: Path, paper_ids: list[int], *, agent_id: int, now: datetime) -> Batch:
    """Begin a long print."""
    token = secrets.token_urlsafe(24)
    folder = root / token
    folder.mkdir(mode=0o700, parents=True)
    plan = {"agent": agent_id, "papers": paper_ids, "at": now.isoformat()}
    _write(folder / "plan.json", json.dumps(plan).encode())
    return Batch(token, folder, agent_id, tuple(paper_ids), now)


def load(root: Path, token: str, *, agent_id: int, now: datetime) -> Batch | None:
    """The long print of this agent, or nothing where it is another's, over, or too old."""
    if not _TOKEN.fullmatch(token):
        return None
    batch = _read(root / token)
    if batch is None or batch.agent_id != agent_id or now > batch.started_at + KEPT_FOR:
        return None
    return batch


def sweep(root: Path, *, now: datetime) -> None:
    """Remove what is older than an hour."""
    for folder in root.iterdir() if root.is_dir() else ():
        batch = _read(folder)
        if batch is None or now > batch.started_at + KEPT_FOR:
            shutil.rmtree(folder, ignore_errors=True)


def _read(folder: Path) -> Batch | None:
    try:
        plan = json.loads((folder / "plan.json").read_bytes())
    except (OSError, ValueError):
        return None
    started_at = datetime.fromisoformat(plan["at"])
    return Batch(folder.name, folder, plan["agent"], tuple(plan["papers"]), started_at)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
