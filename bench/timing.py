"""Run two things in turns and compare their medians: a machine's speed drifts, a ratio less."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """What was measured of ours and of the floor, in the same unit, and what is wanted."""

    name: str
    ours: float
    floor: float
    unit: str
    must: float
    aim: float
    higher_is_better: bool = True

    @property
    def value(self) -> float:
        """Ours over the floor."""
        return self.ours / self.floor

    @property
    def verdict(self) -> str:
        """Whether the ratio does what it must, or even what is aimed at."""
        sign = 1 if self.higher_is_better else -1
        if sign * self.value >= sign * self.aim:
            return "aim"
        return "must" if sign * self.value >= sign * self.must else "MISSED"


def in_turns(
    ours: Callable[[], float], floor: Callable[[], float], rounds: int
) -> tuple[float, float]:
    """Measure both so many times, one after the other, and give the medians."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        found[0].append(ours())
        found[1].append(floor())
    return statistics.median(found[0]), statistics.median(found[1])


def per_second(once: Callable[[], object], seconds: float) -> float:
    """How often a second something can be done, one after the other."""
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        once()
        count += 1
    return count / spent


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
