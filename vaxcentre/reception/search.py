"""Find a person by what was scanned or typed: today's first, then all others.

Range comparisons on folded columns, never LIKE: each query walks one index and stops at twenty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.reception import queries
from vaxcentre.reception.people import PERSON, person_of
from vaxcentre.reception.rows import Person, Row
from vaxcentre.rules.identity import SearchKind, SearchWords, fold, read_search
from vaxcentre.rules.ins import is_ins, read_ins

LIMIT = 20
Column = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
# The highest letter of all: every name with a given beginning sorts below beginning + this.
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True)
class Hit:
    """A person who was found, with the appointment that matters at the desk today."""

    person: Person
    row: Row | None


@dataclass(frozen=True)
class Found:
    """The answer to one search."""

    hits: tuple[Hit, ...] = ()
    is_cut: bool = False  # there may be more than are shown

    @property
    def only(self) -> Hit | None:
        """The one person, where there is just one."""
        return self.hits[0] if len(self.hits) == 1 else None


def find(session: Session, text: str, *, day: date, now: datetime, demo: bool = False) -> Found:
    """Find who is meant by a scan, a reference, letters of a name, a birth date, or `mar 42`.

    Raises:
        SearchUnreadable: the digits are no birth date.
        InsUnreadable: a patient's sheet that cannot be read.
    """
    words = _words(text, day, demo)
    if words.reference:
        row = queries.row_by_reference(session, words.reference, now)
        if row is not None:
            return Found((Hit(row.person, row),))
    if not words.letters and not words.birth_on and not words.birth_years:
        return Found()
    people = _people(session, words, day)
    return Found(tuple(_with_appointments(session, people[:LIMIT], day, now)), len(people) > LIMIT)


def hit_for(session: Session, person: Person, *, day: date, now: datetime) -> Hit:
    """The person with the appointment that matters at the desk today."""
    return next(iter(_with_appointments(session, [person], day, now)))


def _words(text: str, day: date, demo: bool) -> SearchWords:
    if not is_ins(text):
        return read_search(text, today=day)
    sheet = read_ins(text, today=day, demo=demo)
    letters = (fold(sheet.family), fold(sheet.given[0]))
    return SearchWords(SearchKind.NAME_AND_DATE, birth_on=sheet.birth_on, letters=letters)


def _people(session: Session, words: SearchWords, day: date) -> list[Person]:
    """Today's people first, then the others until there is one more than can be shown."""
    found: dict[int, Person] = {}
    for statement in _statements(words, day):
        room = LIMIT + 1 - len(found)
        if room <= 0:
            break
        for one in session.execute(statement.limit(LIMIT + 1)):
            found.setdefault(one.patient_id, person_of(one))
    return list(found.values())


def _statements(words: SearchWords, day: date) -> Iterator[Any]:
    everybody = select(*PERSON).where(Patient.merged_into_id.is_(None))
    names = list(_name_patterns(words.letters))
    born = _born(words)
    today = (
        everybody.join(Appointment, Appointment.patient_id == Patient.id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(
            Clinic.day == day,
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
        )
        .order_by(Slot.starts_at, Patient.folded_family, Patient.folded_given)
    )
    yield today.where(*born, *([or_(*names)] if names else []))
    if not names:
        yield everybody.where(*born).order_by(
            Patient.birth_on, Patient.folded_family, Patient.folded_given
        )
    elif words.birth_on:
        yield everybody.where(*born, or_(*names)).order_by(
            Patient.birth_on, Patient.folded_family, Patient.folded_given
        )
    else:
        for name in names:
            yield everybody.where(*born, name)


def _born(words: SearchWords) -> list[ColumnElement[bool]]:
    if words.birth_on:
        return [Patient.birth_on == words.birth_on]
    if words.birth_years:
        return [
            or_(
                *(
                    Patient.birth_on.between(date(year, 1, 1), date(year, 12, 31))
                    for year in words.birth_years
                )
            )
        ]
    return []


def _name_patterns(letters: tuple[str, ...]) -> Iterator[ColumnElement[bool]]:
    """The ways in which these beginnings can be a family, used and first given name.

    "le goff ann", "ann le goff": a family name of two words is folded into one.
    """
    if not letters:
        return
    joined = "".join(letters)
    for column in (Patient.folded_family, Patient.folded_used, Patient.folded_given):
        yield _begins(column, joined)
    for cut in range(1, len(letters)):
        one, other = letters[:cut], letters[cut:]
        for family, given in ((one, other), (other, one)):
            for column in (Patient.folded_family, Patient.folded_used):
                yield and_(
                    _begins(column, "".join(family)), _begins(Patient.folded_given, given[0])
                )


def _begins(column: Column, beginning: str) -> ColumnElement[bool]:
    return and_(column >= beginning, column < beginning + LAST_LETTER)


def _with_appointments(
    session: Session, people: list[Person], day: date, now: datetime
) -> Iterator[Hit]:
    by_person: dict[int, list[Row]] = {}
    for row in queries.rows_of_patients(session, [person.id for person in people], now):
        by_person.setdefault(row.person.id, []).append(row)
    for person in people:
        yield Hit(person, most_pressing(by_person.get(person.id, []), day))


def most_pressing(rows: list[Row], day: date) -> Row | None:
    """The appointment that the desk means: today's not yet come, today's, the next, the last."""
    if not rows:
        return None
    return min(rows, key=lambda row: _pressing(row, day))


def _pressing(row: Row, day: date) -> tuple[int, float]:
    moment = row.starts_at.timestamp()
    if row.day == day and row.is_expected:
        return 0, moment
    if row.came is not None and row.came.day == day:
        return 1, moment
    if row.day > day and row.is_expected:
        return 2, moment
    if row.day == day:
        return 3, -moment
    if row.is_expected:
        return 4, -moment
    return 5, -moment
