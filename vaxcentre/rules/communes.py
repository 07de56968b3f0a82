"""The communes of France and their postal codes (INSEE and La Poste, Licence Ouverte 2.0)."""

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "data" / "communes.csv"


def communes_of(postal_code: str) -> tuple[str, ...]:
    """The communes that share a postal code, by name; none where the code is not known."""
    return _by_postal_code().get(postal_code, ())


@cache
def _by_postal_code() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            for code in row["codes_postaux"].split():
                found.setdefault(code, set()).add(row["nom"])
    return {code: tuple(sorted(names)) for code, names in found.items()}
