"""The square code on a patient's sheet (DataMatrix INS): it fills a form and proves nothing."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from vaxcentre.rules.identity import nir_key_ok
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.scan_text import GS, LONGEST_SCAN, as_scanned

# ANS, "INS - Format datamatrix" v2.2 of 26/09/2023.
_MARK, _VERSION, _FILLER = "IS", "01", "0" * 22
_HEADER = _MARK + _VERSION + _FILLER

_OIDS = {
    "1.2.250.1.213.1.4.8": "INS-NIR",
    "1.2.250.1.213.1.4.9": "INS-NIA",
    "1.2.250.1.213.1.4.10": "INS-NIR-TEST",
    "1.2.250.1.213.1.4.11": "INS-NIR-DEMO",
}
_INVENTED = frozenset({"INS-NIR-TEST", "INS-NIR-DEMO"})

_NAMES = re.compile(r"[A-Z'\- ]{1,100}")
# How each block is cut off at the cursor; the longer OIDs stand before their beginnings.
_BLOCKS = {
    "S1": re.compile(r".{15}"),
    "S2": re.compile("|".join(re.escape(oid) for oid in sorted(_OIDS, key=len, reverse=True))),
    "S3": _NAMES,
    "S4": _NAMES,
    "S5": re.compile(r"."),
    "S6": re.compile(r".{10}"),
    "S7": re.compile(r"[0-9][0-9AB][0-9]{3}"),
}
_REQUIRED = frozenset(_BLOCKS) - {"S7"}
_BIRTH = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")


class InsUnreadable(Refusal):
    """The sheet cannot fill the form; `code` names why."""

    code: ClassVar[str] = "ins_incomplete"
    field = "scan"


class InsVersionUnknown(InsUnreadable):
    code = "ins_version"
    sentence = N_("This is not a patient's sheet that can be read here. Type the identity.")


class InsIncomplete(InsUnreadable):
    code = "ins_incomplete"
    sentence = N_("The sheet was not read whole. Scan it again, or type the identity.")


class InsKeyWrong(InsUnreadable):
    code = "nir_key"
    sentence = N_("The number on the sheet does not match its key. Type the identity.")


class InsBirthDateInvalid(InsUnreadable):
    code = "ins_birth_date"
    sentence = N_("The birth date on the sheet cannot be read. Type the identity.")


class InsSexInvalid(InsUnreadable):
    code = "ins_sex"
    sentence = N_("The sex on the sheet cannot be read. Type the identity.")


class InsIsInvented(InsUnreadable):
    code = "ins_invented"
    sentence = N_("This sheet belongs to an invented person, made for tests.")


@dataclass(frozen=True)
class InsReading:
    """What a patient's sheet says; the number stays out of whatever prints this."""

    matricule: str = field(repr=False)
    oid: str
    id_type: str
    given: tuple[str, ...]
    family: str
    sex: str
    birth_on: date
    birth_place: str | None


def is_ins(raw: str) -> bool:
    """Tell whether a scan is a patient's sheet of any version, so that it is read as one."""
    return re.match(r"IS[0-9]{4}", as_scanned(raw).text) is not None


def read_ins(raw: str, *, today: date, demo: bool = False) -> InsReading:
    """Read the identity on a patient's sheet; it stays a declared one until a document is seen.

    Invented persons (OID .10 and .11) are taken in the demonstration only.

    Raises:
        InsVersionUnknown, InsIncomplete, InsKeyWrong, InsBirthDateInvalid, InsSexInvalid,
        InsIsInvented: all of them `InsUnreadable`, each with its `code`.
    """
    text = as_scanned(raw).text
    if not text.startswith(_HEADER) or len(text) > LONGEST_SCAN:
        raise InsVersionUnknown
    blocks = _blocks(text[len(_HEADER) :])
    if not nir_key_ok(blocks["S1"]):
        raise InsKeyWrong
    if blocks["S5"] not in ("M", "F"):
        raise InsSexInvalid
    if _OIDS[blocks["S2"]] in _INVENTED and not demo:
        raise InsIsInvented
    return InsReading(
        matricule=blocks["S1"],
        oid=blocks["S2"],
        id_type=_OIDS[blocks["S2"]],
        given=tuple(blocks["S3"].split()),
        family=blocks["S4"].strip(),
        sex=blocks["S5"],
        birth_on=_birth(blocks["S6"], today),
        birth_place=blocks.get("S7"),
    )


def _blocks(text: str) -> dict[str, str]:
    """Cut the blocks off one after the other, by the label at the cursor, in any order."""
    blocks: dict[str, str] = {}
    while text:
        label, text = text[:2], text[2:]
        match = _BLOCKS[label].match(text) if label in _BLOCKS else None
        if match is None or label in blocks:
            raise InsIncomplete
        blocks[label], text = match[0], text[match.end() :].removeprefix(GS)
    names = blocks.get("S3", ""), blocks.get("S4", "")
    if not blocks.keys() >= _REQUIRED or not all(name.strip(" '-") for name in names):
        raise InsIncomplete
    return blocks


def _birth(text: str, today: date) -> date:
    match = _BIRTH.fullmatch(text)
    try:
        born = date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        born = None
    if born is None or born > today:
        raise InsBirthDateInvalid
    return born
