"""The vaccines a centre may choose from: the national list, searched by name, code or disease."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import StringIO

from vaxcentre.rules.box_contents import containers_per_box, doses_per_container, volume_ul
from vaxcentre.rules.names import fold
from vaxcentre.rules.vocabulary import Route

__all__ = [
    "Family",
    "Presentation",
    "by_gtin",
    "containers_per_box",
    "doses_per_container",
    "families",
    "find",
    "presentations",
    "volume_ul",
]

_ROUTES = {
    "intramusculaire": Route.IM,
    "sous-cutanée": Route.SC,
    "intradermique": Route.ID,
    "orale": Route.PO,
    "nasale": Route.NASAL,
}
# Where the name printed on the box ends and the description of what is in it begins.
_BRAND_ENDS = re.compile(r",\s|\s(?=(?:suspension|solution|poudre|dispersion|gélule)\b)")
_SHORTEST_CODE = 5


@dataclass(frozen=True)
class Family:
    """Vaccines of one kind: what they protect from, and its codes abroad where we know them."""

    code: str
    label: str
    diseases: tuple[str, ...]
    cvx: str | None
    atc: str | None


@dataclass(frozen=True)
class Presentation:
    """One box of one vaccine, as the public medicines database describes it."""

    cis: str
    cip13: str
    gtin14: str
    cip7: str
    family: str
    denomination: str
    brand: str
    label: str
    form: str
    routes: tuple[Route, ...]
    holder: str
    is_on_sale: bool


@lru_cache(maxsize=1)
def presentations() -> tuple[Presentation, ...]:
    """List every presentation, in the order of the source."""
    return tuple(map(_presentation, _rows("presentations.csv")))


@lru_cache(maxsize=1)
def families() -> dict[str, Family]:
    """List the families by their code."""
    return {
        row["famille"]: Family(
            code=row["famille"],
            label=row["libelle"],
            diseases=tuple(row["maladies"].split(";")),
            cvx=row["cvx"] or None,
            atc=row["atc"] or None,
        )
        for row in _rows("families.csv")
    }


def by_gtin(gtin14: str) -> Presentation | None:
    """Find the box that carries this GTIN-14, as scanned."""
    return _by_gtin().get(gtin14)


def find(words: str, limit: int = 10) -> tuple[Presentation, ...]:
    """Find presentations by the beginnings of words, in any order, or by a CIP or GTIN.

    Words are looked for in the name, the family and the diseases. What is on sale comes first, and
    among these what has the words in its name.
    """
    tokens = tuple(filter(None, map(fold, re.split(r"[\W_]+", words))))
    if not tokens:
        return ()
    found = [entry for entry in _index() if all(entry.holds(token) for token in tokens)]
    found.sort(key=lambda entry: entry.rank(tokens))
    return tuple(entry.presentation for entry in found[: max(0, limit)])


@dataclass(frozen=True)
class _Entry:
    """A presentation with the words it is found by."""

    presentation: Presentation
    name_words: tuple[str, ...]
    words: tuple[str, ...]

    def holds(self, token: str) -> bool:
        is_code = token.isdigit() and len(token) >= _SHORTEST_CODE
        if is_code and any(code.startswith(token) for code in self.codes()):
            return True
        return any(word.startswith(token) for word in self.name_words + self.words)

    def codes(self) -> tuple[str, str, str]:
        box = self.presentation
        return box.cip7, box.cip13, box.gtin14

    def rank(self, tokens: tuple[str, ...]) -> tuple[bool, bool, str]:
        named = any(word.startswith(token) for token in tokens for word in self.name_words)
        return not self.presentation.is_on_sale, not named, self.presentation.brand


@lru_cache(maxsize=1)
def _index() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(box, (fold(box.brand), *_words(box.brand)), _words(_about(box)))
        for box in presentations()
    )


def _about(box: Presentation) -> str:
    family = families()[box.family]
    return " ".join((box.denomination, family.code, family.label, *family.diseases))


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(fold, re.split(r"[\W_]+", text))))


@lru_cache(maxsize=1)
def _by_gtin() -> dict[str, Presentation]:
    return {box.gtin14: box for box in presentations()}


def _presentation(row: dict[str, str]) -> Presentation:
    return Presentation(
        cis=row["cis"],
        cip13=row["cip13"],
        gtin14=row["gtin14"],
        cip7=row["cip7"],
        family=row["famille"],
        denomination=row["denomination"],
        brand=_BRAND_ENDS.split(row["denomination"], maxsplit=1)[0].strip(),
        label=row["presentation"],
        form=row["forme"],
        routes=tuple(_ROUTES[route] for route in row["voies"].split(";")),
        holder=row["titulaire"],
        is_on_sale=row["etat_specialite"] == "Commercialisée"
        and row["commercialisation"] == "Déclaration de commercialisation",
    )


def _rows(file: str) -> Iterator[dict[str, str]]:
    """Read one of our files; the byte order mark is Excel's, not a part of the first column."""
    text = (resources.files("vaxcentre.data") / file).read_text(encoding="utf-8-sig")
    yield from csv.DictReader(StringIO(text), delimiter=";")
