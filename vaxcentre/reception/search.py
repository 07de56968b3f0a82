"""Find a person by what was scanned or typed: today's first, then all others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select, true
from sqlalchemy.orm import Session

from vaxcentre.booking.names import born_in, everybody_named, is_named, unindexed, values_of
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.patient import Patient
from vaxcentre.reception import queries
from vaxcentre.reception.people import PERSON, person_of
from vaxcentre.reception.rows import Person, Row
from vaxcentre.rules.identity import SearchKind, SearchWords, fold, read_search
from vaxcentre.rules.ins import is_ins, read_ins

LIMIT = 20


@dataclass(frozen=True)
class Hit:
    """A person who was found, with the appointment that matters at the desk today."""

    person: Person
    row: Row | None
    is_another: bool = False  # what was scanned no longer holds; this does


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
            return Found((_that_holds(session, row, day, now),))
    if not words.letters and not words.birth_on and not words.birth_years:
        return Found()
    people = _people(session, words, day)
    hits = sorted(
        _with_appointments(session, people[:LIMIT], day, now), key=lambda hit: _today(hit, day)
    )
    return Found(tuple(hits), len(people) > LIMIT)


def _today(hit: Hit, day: date) -> tuple[bool, float]:
    """Who is booked for today comes first, in the order of time; the others stay as they are."""
    if hit.row is None or hit.row.day != day:
        return True, 0
    return False, hit.row.starts_at.timestamp()


def _that_holds(session: Session, scanned: Row, day: date, now: datetime) -> Hit:
    """The appointment that was scanned; where it is over and another one holds, that one."""
    if not scanned.is_over or scanned.came is not None:
        return Hit(scanned.person, scanned)
    hit = hit_for(session, scanned.person, day=day, now=now)
    holds = hit.row is not None and (hit.row.is_expected or hit.row.came is not None)
    is_old = hit.row is not None and hit.row.day < day
    return replace(hit, is_another=True) if holds and not is_old else Hit(scanned.person, scanned)


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
    values = values_of(words.letters, words.birth_years)
    values |= {"birth_on": words.birth_on, "day": day}
    shape = len(words.letters), len(words.birth_years), words.birth_on is not None
    for statement in _statements(*shape):
        if len(found) > LIMIT:
            break
        for one in session.execute(statement, values):
            found.setdefault(one.patient_id, person_of(one))
    return list(found.values())


@cache
def _statements(letters: int, years: int, has_date: bool) -> tuple[Select[*tuple[Any, ...]], ...]:
    """What is asked one after the other; drawn up once for so many words and years."""
    everybody = select(*PERSON).where(Patient.merged_into_id.is_(None))
    born = [Patient.birth_on == bindparam("birth_on")] if has_date else born_in(years)
    named = [is_named(letters)] if letters else []
    # The day's few rows come first, and only they are looked at.
    fits = unindexed(and_(true(), *born, *named))
    # With letters and a birth date there are but a few people, whoever they are.
    found = [] if letters and has_date else [_of_today(everybody).where(fits)]
    if letters and not has_date:
        found += everybody_named(everybody, letters, years)
    else:
        found.append(
            everybody.where(*born, *named).order_by(
                Patient.birth_on, Patient.folded_family, Patient.folded_given
            )
        )
    return tuple(one.limit(LIMIT + 1) for one in found)


def _of_today(people: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Those who are booked for today, in the order in which they are expected."""
    return (
        people.join(Appointment, Appointment.patient_id == Patient.id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(
            Clinic.day == bindparam("day"),
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
        )
        .order_by(Slot.starts_at, Patient.folded_family, Patient.folded_given)
    )


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
