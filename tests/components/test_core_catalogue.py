"""The French of the frame and its parts is complete, and set as French is."""

import re
from pathlib import Path

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
        for part in ([message] if isinstance(message, str) else message)
    }


def test_every_sentence_has_its_french_and_none_is_left_over() -> None:
    with CATALOGUE.open("rb") as po:
        catalogue = read_po(po, locale="fr")
    known: set[str] = set()
    for message in catalogue:
        if not message.id:
            continue
        known.update([message.id] if isinstance(message.id, str) else message.id)
        assert all([message.string] if isinstance(message.string, str) else message.string), message.id
        assert not list(message.check(catalogue)), message.id

    assert known == marked()


def test_the_typography_is_french() -> None:
    with CATALOGUE.open("rb") as po:
        catalogue = read_po(po, locale="fr")
    for message in catalogue:
        words = [message.string] if isinstance(message.string, str) else message.string
        for sentence in words if message.id else []:
            assert not WRONG_TYPE.search(sentence), sentence
