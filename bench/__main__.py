"""`python -m bench`: every measurement, each as a ratio against a floor of the same run."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import bookings, pages, papers, writers
from bench.timing import Ratio

Bench = Callable[[Path, argparse.Namespace], Iterator[Ratio]]


def main() -> None:
    """Run what was asked for and print one line a ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", help="all by default")
    parser.add_argument("--rounds", type=int, default=5, help="turns; medians are printed")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    parser.add_argument("--patients", type=int, default=500_000, help="searched at the desk")
    parser.add_argument("--sheets", type=int, default=300, help="of a batch")
    options = parser.parse_args()
    for name in options.only or BENCHES:
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            for ratio in BENCHES[name](Path(folder), options):
                _show(ratio)


def _show(ratio: Ratio) -> None:
    sign = ">=" if ratio.higher_is_better else "<="
    print(
        f"{ratio.name:<58} {ratio.value:6.2f}  must {sign} {ratio.must}, aim {sign} {ratio.aim}"
        f"  -> {ratio.verdict:<6} ({ratio.ours:.1f} / {ratio.floor:.1f} {ratio.unit})",
        flush=True,
    )


def _bookings(folder: Path, options: argparse.Namespace) -> Iterator[Ratio]:
    yield bookings.booking_against_commits(folder, options.rounds, options.seconds)


def _writers(folder: Path, _options: argparse.Namespace) -> Iterator[Ratio]:
    bookings.open_centre(folder)
    worst, _commits = writers.worst_wait(folder, writers=8, seconds=10)
    yield Ratio("worst wait of 8 writers in 10 s", worst, 1, "s", 1, 0.3, higher_is_better=False)


def _day(folder: Path, options: argparse.Namespace) -> Iterator[Ratio]:
    yield pages.day_page(folder, options.rounds, options.seconds)


def _search(folder: Path, options: argparse.Namespace) -> Iterator[Ratio]:
    yield from pages.searches(folder, options.rounds, options.seconds, options.patients)


def _papers(folder: Path, options: argparse.Namespace) -> Iterator[Ratio]:
    html = papers.certificate_html(folder / "centre")
    yield papers.warm_certificate(folder, html, options.rounds, 15)
    yield from papers.batch_in_two(folder, html, min(options.rounds, 3), options.sheets)


BENCHES: dict[str, Bench] = {
    "bookings": _bookings,
    "writers": _writers,
    "day": _day,
    "search": _search,
    "papers": _papers,
}

if __name__ == "__main__":
    main()
