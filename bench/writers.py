"""Eight processes write for some seconds: the worst wait of any of them for its turn."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from queue import Queue

from vaxcentre import clock, create_app
from vaxcentre.audit import service as audit
from vaxcentre.database import transaction
from vaxcentre.models.clinic import Centre


def worst_wait(folder: Path, writers: int, seconds: float) -> tuple[float, float]:
    """The worst single wait in seconds, and how many commits a second all made together."""
    context = multiprocessing.get_context("spawn")
    answers: Queue[tuple[float, int]] = context.Queue()  # type: ignore[assignment]
    children = [
        context.Process(target=_write, args=(str(folder), seconds, answers)) for _ in range(writers)
    ]
    for child in children:
        child.start()
    found = [answers.get(timeout=seconds + 60) for _ in children]
    for child in children:
        child.join()
    return max(wait for wait, _count in found), sum(count for _wait, count in found) / seconds


def _write(folder: str, seconds: float, answers: Queue[tuple[float, int]]) -> None:
    app = create_app(INSTANCE=folder)
    worst, count = 0.0, 0
    with app.app_context():
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            with transaction() as session:
                centre = session.get_one(Centre, 1)
                audit.sign(session, "bench", centre, by_id=None, now=clock.now())
            worst = max(worst, time.perf_counter() - start)
            count += 1
    answers.put((worst, count))
