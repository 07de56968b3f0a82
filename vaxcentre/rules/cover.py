"""Is there a dose behind each place? Doses that keep for so long against days that need them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush


@dataclass(frozen=True)
class Supply:
    """Doses that can be used from one day until another, both included."""

    doses: int
    from_on: date
    until_on: date = date.max


@dataclass(frozen=True)
class Need:
    """Doses that a day asks for."""

    on: date
    doses: int


def missing_doses(supplies: Iterable[Supply], needs: Iterable[Need]) -> int:
    """How many of the doses that are needed nobody will have, however well they are used.

    Each day takes what expires first: no other order serves more people (earliest deadline
    first, for unit jobs).
    """
    coming = sorted(supplies, key=lambda supply: supply.from_on, reverse=True)
    here: list[tuple[date, int]] = []
    missing = 0
    for need in sorted(needs, key=lambda need: need.on):
        while coming and coming[-1].from_on <= need.on:
            supply = coming.pop()
            heappush(here, (supply.until_on, supply.doses))
        missing += need.doses - _take(here, need)
    return missing


def _take(here: list[tuple[date, int]], need: Need) -> int:
    taken = 0
    while here and taken < need.doses:
        until_on, doses = heappop(here)
        if until_on < need.on:
            continue
        used = min(doses, need.doses - taken)
        taken += used
        if doses > used:
            heappush(here, (until_on, doses - used))
    return taken
