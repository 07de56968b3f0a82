"""Every value of the vocabulary has its word, and each word means its value in both languages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import refresh
from markupsafe import Markup

from vaxcentre.rules import vocabulary
from vaxcentre.rules.vocabulary import Answer, Route, Side, Site, VisitStatus
from vaxcentre.web import languages
from vaxcentre.web.filters import kept_whole
from vaxcentre.web.words import PLACES, WORDS, label, place, place_label, word

ENUMS = [
    found
    for _name, found in inspect.getmembers(vocabulary, inspect.isclass)
    if issubclass(found, StrEnum) and found is not StrEnum
]
MEMBERS = [member for found in ENUMS for member in found]
CATALOGUE = Path(languages.FOLDER) / "fr" / "LC_MESSAGES" / "words.po"


@contextmanager
def in_language(app: Flask, language: str) -> Iterator[None]:
    """A request whose reader chose this language."""
    with app.test_request_context(headers={"Cookie": f"{languages.COOKIE}={language}"}):
        refresh()
        yield


def french() -> dict[str, str]:
    """Each expression of the catalogue with its French."""
    with CATALOGUE.open("rb") as text:
        return {str(entry.id): str(entry.string) for entry in read_po(text) if entry.id}


@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: f"{type(m).__name__}.{m.name}")
def test_each_value_has_an_english_and_a_french_word(member: StrEnum) -> None:
    english = WORDS[type(member)][member]
    assert english
    assert french()[english]


def test_two_values_of_one_enum_never_share_a_word(app: Flask) -> None:
    for language in ("fr", "en"):
        with in_language(app, language):
            for found in ENUMS:
                said = [word(member) for member in found]
                assert len(set(said)) == len(said), found


def test_the_catalogue_holds_nothing_else() -> None:
    known = {text for table in WORDS.values() for text in table.values()} | set(PLACES.values())
    assert set(french()) == known


@pytest.mark.parametrize(
    ("language", "side", "said"),
    [
        ("fr", Side.LEFT, "gauche"),
        ("fr", Side.RIGHT, "droite"),
        ("en", Side.LEFT, "left"),
        ("en", Side.RIGHT, "right"),
    ],
)
def test_left_is_left_and_right_is_right(app: Flask, language: str, side: Side, said: str) -> None:
    with in_language(app, language):
        assert word(side) == said
        assert all(said[:5] in place(site, side) for site in (Site.DELTOID, Site.THIGH))


def test_the_clinical_words_mean_their_codes(app: Flask) -> None:
    with in_language(app, "fr"):
        assert place(Site.THIGH, Side.RIGHT) == "cuisse droite"
        assert place_label(Site.DELTOID, Side.RIGHT) == "Deltoïde droit"
        assert place(Site.MOUTH, Side.NONE) == "bouche"
        assert word(Route.PO) == "par la bouche"
        assert (word(Answer.YES), word(Answer.NO)) == ("oui", "non")
    with in_language(app, "en"):
        assert place(Site.THIGH, Side.RIGHT) == "right thigh"
        assert (word(Answer.YES), word(Answer.NO)) == ("yes", "no")


def test_having_gone_home_is_not_the_left_side(app: Flask) -> None:
    with in_language(app, "fr"):
        assert word(VisitStatus.LEFT) == "parti"
        assert label(VisitStatus.LEFT) == "Parti"


def test_an_appointment_is_not_parted_at_its_hyphen_and_nothing_else_is_let_through() -> None:
    whole = '<span class="nowrap">rendez-vous</span>'
    assert kept_whole("Prendre rendez-vous") == f"Prendre {whole}"
    assert kept_whole("<b>rendez-vous</b>") == f"&lt;b&gt;{whole}&lt;/b&gt;"
    assert kept_whole(Markup("<b>Zoé</b>")) == "<b>Zoé</b>"
