"""A warm certificate against plain WeasyPrint; a batch in one printing process and in two."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

from flask_migrate import upgrade
from sqlalchemy import func, select
from weasyprint import HTML

from bench.load import ROOT
from bench.timing import Ratio, in_turns
from vaxcentre import clock, create_app
from vaxcentre.certificates.pdf import attestation_html
from vaxcentre.certificates.service import issue
from vaxcentre.database import transaction
from vaxcentre.demo.service import plant
from vaxcentre.models.injection import Injection
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.printer import render_pdf

ISSUED = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def certificate_html(folder: Path) -> str:
    """A certificate of the demo's centre, for the patient with the most injections."""
    app = create_app(INSTANCE=folder, IS_DEMO=True)
    now = clock.now()
    most = func.count(Injection.id).desc()
    with app.test_request_context():
        upgrade()
        with transaction() as session:
            plant_courses(session, now=now)
            plant(session, seed=1, now=now, zone=clock.DEFAULT_ZONE, past_patients=600)
            patient_id = session.scalars(
                select(Injection.patient_id).group_by(Injection.patient_id).order_by(most)
            ).first()
            certificate = issue(
                session,
                patient_id or 0,
                by_id=None,
                signed_by_name="Noor Benali",
                now=now,
                random_source=SystemRandom(),
            )
            return attestation_html(session, [certificate])


@contextmanager
def printer(folder: Path, number: int) -> Iterator[tuple[Path, int]]:
    """A printing process of its own: its door and its number."""
    path = folder / f"printer-{number}.sock"
    command = [sys.executable, "-m", "vaxcentre.printer", "--socket", str(path)]
    child = subprocess.Popen(command, cwd=ROOT)
    try:
        while not path.exists():
            time.sleep(0.05)
        yield path, child.pid
    finally:
        child.terminate()
        child.wait(timeout=20)


def warm_certificate(folder: Path, html: str, rounds: int, sheets: int) -> Ratio:
    """Milliseconds of one certificate, ours over WeasyPrint without any care."""
    with printer(folder, 1) as (door, _pid):
        _print(html, door, 3)
        ours, floor = in_turns(
            lambda: _milliseconds(lambda: _print(html, door, sheets), sheets),
            lambda: _milliseconds(lambda: _plainly(html, sheets), sheets),
            rounds,
        )
    name = "warm certificate / plain WeasyPrint"
    return Ratio(name, ours, floor, "ms", 0.8, 0.62, higher_is_better=False)


def batch_in_two(folder: Path, html: str, rounds: int, sheets: int) -> Iterator[Ratio]:
    """Certificates a second in two printing processes over one; the memory of the larger."""
    with ExitStack() as stack:
        printers = [stack.enter_context(printer(folder, number)) for number in (1, 2)]
        doors = [door for door, _pid in printers]
        for door in doors:
            _print(html, door, 3)
        two, one = in_turns(
            lambda: sheets / _seconds(lambda: _together(html, doors, sheets)),
            lambda: sheets / _seconds(lambda: _print(html, doors[0], sheets)),
            rounds,
        )
        megabytes = max(_most_memory(pid) for _door, pid in printers)
    yield Ratio("batch in two processes / in one", two, one, "a second", 1.6, 1.9)
    name = "most memory of a printing process"
    yield Ratio(name, megabytes, 1, "MB", 150, 100, higher_is_better=False)


def _most_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _print(html: str, door: Path, sheets: int) -> None:
    for number in range(sheets):
        identifier = number.to_bytes(16, "big")
        render_pdf(html, identifier=identifier, created=ISSUED, socket=door)


def _together(html: str, doors: list[Path], sheets: int) -> None:
    workers = [
        threading.Thread(target=_print, args=(html, door, sheets // len(doors))) for door in doors
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _plainly(html: str, sheets: int) -> None:
    """The same page with the same style and fonts, read anew each time as WeasyPrint does alone."""
    page = html.replace('"/static/', f'"{ROOT.as_uri()}/static/')
    for _ in range(sheets):
        HTML(string=page).write_pdf()


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _milliseconds(act: Callable[[], object], times: int) -> float:
    return _seconds(act) * 1000 / times
