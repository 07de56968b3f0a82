"""Every sample of what scanners really send is read as expected, or refused by its name."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vaxcentre.rules.gs1 import BoxUnreadable, read_box
from vaxcentre.rules.ins import InsUnreadable, read_ins

TODAY = date(2026, 11, 21)
SAMPLES = json.loads(Path(__file__).with_name("scan_samples.json").read_text(encoding="utf-8"))

Sample = dict[str, Any]


def _named(kind: str, ok: bool) -> list[Any]:
    chosen = (sample for sample in SAMPLES[kind] if sample["expect"]["ok"] is ok)
    return [pytest.param(sample, id=sample["note"].replace(" ", "_")) for sample in chosen]


def _substitute(sample: Sample) -> str | None:
    return sample["station"].partition("gs_substitute=")[2] or None


@pytest.mark.parametrize("sample", _named("gs1", ok=True))
def test_it_reads_the_box(sample: Sample) -> None:
    box = read_box(sample["raw"], today=TODAY, gs_substitute=_substitute(sample))

    read = {
        "gtin": box.gtin,
        "cip13": box.cip13,
        "expiry": box.expires_on and box.expires_on.isoformat(),
        "lot": box.lot,
        "serial": box.serial,
        "ambiguous": box.is_ambiguous,
    }
    expected = {"ambiguous": False} | sample["expect"]
    del expected["ok"]
    assert read | expected == read


@pytest.mark.parametrize("sample", _named("gs1", ok=False))
def test_it_refuses_the_box(sample: Sample) -> None:
    with pytest.raises(BoxUnreadable) as refusal:
        read_box(sample["raw"], today=TODAY, gs_substitute=_substitute(sample))

    assert refusal.value.code == sample["expect"]["error"]
    assert refusal.value.field == "scan"


@pytest.mark.parametrize("sample", _named("ins", ok=True))
def test_it_reads_the_patients_sheet(sample: Sample) -> None:
    person = read_ins(sample["raw"], today=TODAY, demo=sample["expect"]["id_type"] != "INS-NIR")

    assert {
        "ok": True,
        "matricule": person.matricule,
        "oid": person.oid,
        "given": list(person.given),
        "family": person.family,
        "sex": person.sex,
        "birth": person.birth_on.isoformat(),
        "birth_place": person.birth_place,
        "id_type": person.id_type,
    } == sample["expect"]


@pytest.mark.parametrize("sample", _named("ins", ok=False))
def test_it_refuses_the_patients_sheet(sample: Sample) -> None:
    with pytest.raises(InsUnreadable) as refusal:
        read_ins(sample["raw"], today=TODAY)

    assert refusal.value.code == sample["expect"]["error"]
    assert refusal.value.field == "scan"
