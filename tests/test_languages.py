"""French and English are complete: every sentence of the program has its French."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((ROOT / "vaxcentre/translations/fr/LC_MESSAGES").glob("*.po"))
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def _read(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, locale="fr")


def _sentences() -> dict[str, set[str]]:
    """Every msgid of the program, and the files that say it."""
    found: dict[str, set[str]] = defaultdict(set)
    options = {"**.html": {"trimmed": "true"}}
    for folder in ("vaxcentre", "templates"):
        for file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, METHODS, options, KEYWORDS
        ):
            text = message if isinstance(message, str) else message[0]
            if text:
                found[text].add(f"{folder}/{file}")
    return found


def _messages() -> dict[str, Message]:
    found: dict[str, Message] = {}
    for file in CATALOGUES:
        for message in _read(file):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                found[key] = message
    return found


def test_every_sentence_has_its_french() -> None:
    known = {key for key, message in _messages().items() if _is_whole(message)}
    missing = {text: sorted(files) for text, files in _sentences().items() if text not in known}
    assert missing == {}


def test_no_catalogue_keeps_what_nobody_says_any_more() -> None:
    said = set(_sentences())
    assert sorted(set(_messages()) - said) == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_the_french_has_the_same_placeholders(file: Path) -> None:
    for message in _read(file):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = _strings(message)
        wanted = set(PLACEHOLDER.findall(" ".join(ids)))
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) <= wanted, message.id
        assert wanted == set(PLACEHOLDER.findall(" ".join(strings))), message.id


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_the_french_is_set_as_french_is_set(file: Path) -> None:
    for message in _read(file):
        strings = _strings(message)
        for string in strings if message.id else []:
            assert not re.search(r" [?!;:»]|« ", string), f"a plain space in {string!r}"
            assert "'" not in string, f"a straight apostrophe in {string!r}"


def test_one_sentence_has_one_french() -> None:
    spoken: dict[str, set[str]] = defaultdict(set)
    for file in CATALOGUES:
        for message in _read(file):
            if message.id:
                spoken[str(message.id)].add(str(message.string))
    assert {text: forms for text, forms in spoken.items() if len(forms) > 1} == {}


def _strings(message: Message) -> list[str]:
    string = message.string
    return [string] if isinstance(string, str) else list(string or ())


def _is_whole(message: Message) -> bool:
    strings = _strings(message)
    return bool(strings) and all(strings) and "fuzzy" not in message.flags
