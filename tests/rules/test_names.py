"""Two spellings of one name meet; two names do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.names import (
    endings,
    first_given_name,
    fold,
    is_same_first_name,
    other_words,
    sound_key,
    sounds_like,
)


@pytest.mark.parametrize(
    "name",
    [
        "Lefebvre-Nuñez",
        "lefebvre nunez",
        "LEFEBVRENUNEZ",
        "Lefebvre\u2011Nun\u0303ez",
        " LEFEBVRE  NUÑEZ ",
    ],
)
def test_spellings_of_one_name_fold_alike(name: str) -> None:
    assert fold(name) == "lefebvrenunez"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("O’Brien", "obrien"),
        ("O'Brien", "obrien"),
        ("Cœur", "coeur"),
        ("LÆTITIA", "laetitia"),
        ("Groß", "gross"),
        ("Søren Łukasz", "sorenlukasz"),
        ("Иванов", "иванов"),
        ("Ёлкин", "елкин"),
        ("İbrahim", "ibrahim"),
        ("--- '", ""),
        ("", ""),
    ],
)
def test_it_folds(name: str, folded: str) -> None:
    assert fold(name) == folded


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("given_names", "first"),
    [
        ("Jean-Pierre Marie", "Jean-Pierre"),
        ("Jean Pierre", "Jean"),
        ("Jean - Pierre, Marie", "Jean-Pierre"),
        ("Anne\u2011Sophie", "Anne-Sophie"),
        ("  Ada  ", "Ada"),
        (", Ada", "Ada"),
        ("D'Arcy Paul", "D'Arcy"),
        ("", ""),
    ],
)
def test_the_first_given_name_keeps_its_hyphen(given_names: str, first: str) -> None:
    assert first_given_name(given_names) == first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dupont", "Dupond"),
        ("Lefebvre", "Lefèvre"),
        ("Mathieu", "Matthieu"),
        ("Vandam", "Vandamme"),
        ("Hénin", "Hennin"),
        ("Renaud", "Renault"),
        ("Thibault", "Tibo"),
        ("Gauthier", "Gautier"),
        ("Philippe", "Filipe"),
        ("Schmitt", "Schmidt"),
        ("Henri", "Henry"),
        ("Chevalier", "Chevallier"),
        ("Cécile", "Sessile"),
        ("Wagner", "Vagner"),
        ("Martin", "Martain"),
        ("Иванов", "ИВАНОВ"),
    ],
)
def test_these_sound_alike(one: str, other: str) -> None:
    assert sounds_like(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Louis", "Louise"),
        ("Jean", "Jeanne"),
        ("Martin", "Marin"),
        ("Dupont", "Dupuis"),
        ("Leroy", "Leroux"),
        ("Bernard", "Bertrand"),
        ("Иванов", "Петров"),
        ("", ""),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not sounds_like(one, other)


@given(st.text(min_size=1))
def test_what_has_letters_has_a_sound(name: str) -> None:
    assert bool(sound_key(name)) == bool(fold(name))


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("Marchand-Bonnet", ("marchandbonnet", "bonnet")),
        ("O’Brien", ("obrien", "brien")),
        ("O'BRIEN", ("obrien", "brien")),
        ("D’Hallendre de la Tour", ("dhallendredelatour", "hallendredelatour", "delatour",
                                    "latour", "tour")),
        ("Lefebvre-Nun\u0303ez", ("lefebvrenunez", "nunez")),
        ("Mercier", ("mercier",)),
        (" - ", ()),
    ],
)  # fmt: skip
def test_each_word_of_a_name_begins_an_ending(name: str, found_by: tuple[str, ...]) -> None:
    assert endings(name) == found_by


def test_a_person_is_found_by_every_word_but_the_first_of_birth_and_given_name() -> None:
    found = other_words("Marchand-Bonnet", "Jeanne Marie", "Le Goff")
    assert found == {"bonnet", "marie", "legoff", "goff"}
    assert other_words("Mercier", "Ada") == set()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jean-Pierre", "Jean Pierre", True),
        ("Marie Thérèse Anne", "marie-thérèse", True),
        ("Jean - Pierre", "JEAN PIERRE MARIE", True),
        ("Jean", "Jean Pierre", True),
        ("Jean-Pierre", "Jean", False),
        ("Jean-Pierre", "Jean-Paul", False),
        ("Anne", "Annette", False),
    ],
)
def test_a_hyphen_left_out_makes_nobody_else(one: str, other: str, same: bool) -> None:
    assert is_same_first_name(one, other) is same
    assert is_same_first_name(other, one) is same
