"""What a label says of its doses is proposed; what it does not say is left to a person."""

import pytest

from vaxcentre.rules.box_contents import containers_per_box, doses_per_container, volume_ul
from vaxcentre.rules.national_list import find, presentations


@pytest.mark.parametrize(
    ("label", "containers", "doses", "volume"),
    [
        ("1 seringue(s) préremplie(s) en verre de 0,5 ml avec aiguille(s)", 1, 1, 500),
        ("10 seringue(s) préremplie(s) en verre de 0,5 ml", 10, 1, 500),
        ("1 seringue(s) pré-remplie(s) en verre de 0,5 ml", 1, 1, 500),
        ("1 seringue préremplie en verre de 0,25 mL", 1, 1, 250),
        ("1 seringue préremplie en verre de 1 ml", 1, 1, 1000),
        ("10 flacon(s) multidose(s) en verre de 10 dose(s)", 10, 10, None),
        ("10 flacons en verre multidoses de 6 doses, 60 doses", 10, 6, None),
        ("10 flacons multidoses en verre de 6 doses - 60 doses", 10, 6, None),
        ("2 flacons multidoses en verre de 2,5 mL de 5 doses (10 doses)", 2, 5, None),
        ("10 flacons multidoses en verre de 6 doses - 50 doses", 10, None, None),
        ("10 flacon(s) multidose(s) en verre", 10, None, None),
        ("10 flacon(s) unidose(s) en verre (10 doses)", 10, 1, None),
        ("1 flacon en verre - 1 flacon en verre de 0,5 ml de suspension", 1, 1, 500),
        ("1 flacon(s) en verre - 1 seringue(s) préremplie(s) en verre", 1, 1, None),
        ("5 flacon(s) de poudre - 5 flacon(s) de solvant en verre de 1 ml", 5, None, None),
        ("2 flacon(s) en verre de 3 ml - 1 sachet", None, None, None),
        ("plaquette(s) PVC de 3 gélule(s)", None, None, None),
        ("", None, None, None),
    ],
)
def test_it_proposes(
    label: str, containers: int | None, doses: int | None, volume: int | None
) -> None:
    assert containers_per_box(label) == containers
    assert doses_per_container(label, "") == doses
    assert volume_ul(label) == volume


def test_a_multidose_name_is_believed_over_a_silent_label() -> None:
    assert doses_per_container("1 flacon en verre", "STAMARIL, récipient multidose") is None


@pytest.mark.parametrize(
    ("words", "doses", "volume"),
    [
        ("VAXIGRIP", 1, 500),
        ("SHINGRIX", 1, 500),
        ("GARDASIL", 1, 500),
        ("HAVRIX 1440", 1, 1000),
        ("COMIRNATY LP 30", 6, None),
        ("SPIKEVAX mg", None, None),
        ("BCG", None, None),
    ],
)
def test_it_fits_the_vaccines_we_know(words: str, doses: int | None, volume: int | None) -> None:
    box = find(words)[0]

    assert doses_per_container(box.label, box.denomination) == doses
    assert volume_ul(box.label) == volume


def test_nothing_odd_is_proposed_for_the_whole_list() -> None:
    for box in presentations():
        assert (doses_per_container(box.label, box.denomination) or 1) <= 10
        assert (volume_ul(box.label) or 500) in {250, 500, 600, 700, 800, 1000, 1500, 2000}
