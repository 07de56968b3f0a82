"""The national list is read whole, and a vaccine is found the way people look for it."""

import pytest
from stdnum import ean

from vaxcentre.rules.national_list import by_gtin, families, find, presentations
from vaxcentre.rules.vocabulary import Route


def brands(words: str, limit: int = 20) -> list[str]:
    return [box.brand for box in find(words, limit)]


def test_the_list_is_whole() -> None:
    boxes = presentations()

    assert len(boxes) == 108
    assert len({box.cis for box in boxes}) == 99
    assert len({box.cip13 for box in boxes}) == 108
    assert sum(box.is_on_sale for box in boxes) == 69
    assert len(families()) == 42


def test_every_box_has_its_codes_its_family_and_a_route() -> None:
    for box in presentations():
        assert ean.is_valid(box.gtin14), box.brand
        assert box.gtin14 == "0" + box.cip13
        assert box.cip13[5:12] == box.cip7
        assert box.family in families()
        assert set(box.routes) <= set(Route)
        assert box.routes


def test_a_family_has_its_diseases_and_codes() -> None:
    mmr = families()["ror"]

    assert mmr.diseases == ("Rougeole", "Oreillons", "Rubéole")
    assert (mmr.cvx, mmr.atc) == ("03", "J07BD52")
    assert families()["hepa_typhoide"].cvx is None


@pytest.mark.parametrize(
    ("start", "brand"),
    [
        ("VAXIGRIP suspension", "VAXIGRIP"),
        ("M-M-RVAXPRO poudre", "M-M-RVAXPRO"),
        ("ENCEPUR", "ENCEPUR 1,5 microgrammes/0,5 ml"),
        ("PREVENAR 13", "PREVENAR 13"),
        ("TYPHIM", "TYPHIM Vi"),
    ],
)
def test_the_brand_is_the_name_on_the_box(start: str, brand: str) -> None:
    box = next(box for box in presentations() if box.denomination.startswith(start))

    assert box.brand == brand


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("vaxi", "VAXIGRIP"),
        ("Prevenar 20", "PREVENAR 20"),
        ("20 prevenar", "PREVENAR 20"),
        ("acthib", "ACT-HIB 10 microgrammes/0,5 mL"),
        ("act-hib", "ACT-HIB 10 microgrammes/0,5 mL"),
        ("mmrvax", "M-M-RVAXPRO"),
        ("zona", "SHINGRIX"),
        ("rubeole", "M-M-RVAXPRO"),
        ("HPV", "CERVARIX"),
        ("3027557", "ABRYSVO"),
        ("3400930275573", "ABRYSVO"),
        ("03400930275573", "ABRYSVO"),
    ],
)
def test_it_is_found_by(words: str, first: str) -> None:
    assert brands(words)[0] == first


def test_what_is_on_sale_comes_first() -> None:
    flags = [box.is_on_sale for box in find("grippe", 20)]

    assert flags == sorted(flags, reverse=True)
    assert not all(flags)


def test_every_word_must_be_there() -> None:
    assert brands("vaxigrip rage") == []
    assert brands("") == []
    assert brands(" - ") == []


def test_a_word_is_found_by_its_beginning_only() -> None:
    assert "VAXIGRIP" in brands("grip")
    assert brands("axigrip") == []


def test_no_more_than_asked() -> None:
    assert len(find("covid", 3)) == 3
    assert find("covid", 0) == ()


def test_a_scanned_box_is_found() -> None:
    box = by_gtin("03400930275573")

    assert box is not None
    assert box.brand == "ABRYSVO"
    assert by_gtin("05415062340011") is None
