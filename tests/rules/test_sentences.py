"""Every "no" of these rules can be read in French, and points to its field."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import vaxcentre
from vaxcentre.rules import birth, contact, gs1_fields, identity, ins, search_words, slots
from vaxcentre.rules.refusal import Refusal

CATALOGUE = "translations/fr/LC_MESSAGES/identification.po"
MODULES = (birth, contact, gs1_fields, identity, ins, search_words, slots)


def _refusals() -> list[type[Refusal]]:
    things = (thing for module in MODULES for thing in vars(module).values())
    return sorted(
        {
            thing
            for thing in things
            if isinstance(thing, type) and issubclass(thing, Refusal) and "sentence" in vars(thing)
        }
        - {Refusal},
        key=lambda refusal: refusal.__name__,
    )


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (Path(vaxcentre.__path__[0]) / CATALOGUE).open("rb") as file:
        return read_po(file, locale="fr")


@pytest.mark.parametrize("refusal", _refusals())
def test_it_is_said_in_french(refusal: type[Refusal], french: Catalog) -> None:
    message = french.get(refusal.sentence)

    assert message is not None
    assert message.string
    assert list(message.check(french)) == []
    assert " :" not in str(message.string), "a no-break space stands before a colon"


@pytest.mark.parametrize("refusal", _refusals())
def test_it_points_to_a_field(refusal: type[Refusal]) -> None:
    assert refusal.field is not None
