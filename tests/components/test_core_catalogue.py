"""The French of the frame and its parts is complete, and set as French is."""

import re
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "vaxcentre/translations/fr/LC_MESSAGES/core.po"
OURS = ("base.html", "public.html", "staff.html", "paper.html", "components/", "errors/")
WRONG_TYPE = re.compile(r"[^\s\u00a0][?!;»]|[^\u00a0\d]:|'|\.\.\.|\"")


def marked() -> set[str]:
    """Every sentence marked for translation in the shared templates."""
    found = extract_from_dir(
        ROOT / "templates",
        method_map=[("**.html", "jinja2")],
        options_map={"**.html": {"silent": "false"}},
    )
    return {
        part
        for file, _line, message, _comments, _context in found
        if file.startswith(OURS)
        for part in sentences(message)
    }


def sentences(either: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [either] if isinstance(either, str) else list(either or [""])


def french() -> list[Message]:
    with CATALOGUE.open("rb") as po:
        return [message for message in read_po(po, locale="fr") if message.id]


def test_every_sentence_has_its_french_and_none_is_left_over() -> None:
    known: set[str] = set()
    for message in french():
        known.update(sentences(message.id))
        assert all(sentences(message.string)), message.id
        assert not list(message.check()), message.id

    assert known == marked()


def test_the_typography_is_french() -> None:
    for message in french():
        for sentence in sentences(message.string):
            assert not WRONG_TYPE.search(sentence), sentence
