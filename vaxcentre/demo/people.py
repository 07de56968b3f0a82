"""The patients of the demo: their names, ages and numbers, none of them real."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from vaxcentre.demo import names
from vaxcentre.demo.rows import add_rows, put_rows
from vaxcentre.models.patient import NameWord, Patient
from vaxcentre.rules.identity import first_given_name, fold
from vaxcentre.rules.names import other_words
from vaxcentre.rules.vocabulary import Sex

Row = dict[str, Any]
# Who comes to a centre in the flu season: two in three are over 65.
AGES = ((0.05, 9, 17), (0.15, 18, 49), (0.35, 50, 64), (1.0, 65, 97))


def birth_date(random: Random, today: date) -> date:
    """A birth date of somebody who comes in the flu season."""
    draw = random.random()
    low, high = next((low, high) for limit, low, high in AGES if draw < limit)
    days = random.randrange(int(low * 365.25) + 1, int((high + 1) * 365.25))
    return today - timedelta(days=days)


def person(random: Random, today: date, created_at: datetime) -> Row:
    """One patient as a row: fictive phone numbers only (ARCEP decision 2018-0881)."""
    sex = random.choice((Sex.FEMALE, Sex.MALE))
    born = birth_date(random, today)
    family = names.family_name(random)
    given = names.given_names(random, sex, born.year)
    married = sex is Sex.FEMALE and born.year < 1975 and random.random() < 0.6
    used = names.family_name(random) if married else None
    is_mobile = random.random() < 0.55
    phone = f"+33{'63998' if is_mobile else '19900'}{random.randrange(10000):04d}"
    return {
        "family_name": family,
        "given_names": given,
        "used_name": used,
        "folded_family": fold(family),
        "folded_given": fold(first_given_name(given)),
        "folded_used": fold(used) if used else None,
        "sex": sex,
        "birth_on": born,
        "phone": phone,
        "email": _email(random, given, family, born),
        "is_protected_adult": False,
        "created_at": created_at,
    }


def people(random: Random, count: int, today: date, created_at: datetime) -> list[Row]:
    """So many different people: no two share folded name and birth date."""
    found: dict[tuple[str, str, date], Row] = {}
    while len(found) < count:
        row = person(random, today, created_at)
        found.setdefault((row["folded_family"], row["folded_given"], row["birth_on"]), row)
    return list(found.values())


def _email(random: Random, given: str, family: str, born: date) -> str | None:
    if random.random() > (0.35 if born.year < 1950 else 0.65):
        return None
    return f"{fold(first_given_name(given))}.{fold(family)}{born.year % 100:02d}@courriel.example"


def _name_words(ids: list[int], rows: list[Row]) -> Iterator[Row]:
    """The other words by which these people are found."""
    for number, row in zip(ids, rows, strict=True):
        names = row["family_name"], row["given_names"], row["used_name"] or ""
        for word in other_words(*names):
            yield {"word": word, "birth_on": row["birth_on"], "patient_id": number}


@dataclass(frozen=True)
class Person:
    """A patient of the demo, as the journeys need them."""

    id: int
    birth_on: date
    email: str | None
    phone: str | None

    def is_of_age(self, years: int, day: date) -> bool:
        """Whether they have reached this age."""
        return (day - self.birth_on).days >= years * 365.2425 + 1


def plant_people(session: Session, random: Random, count: int, *, now: datetime) -> list[Person]:
    """Write so many patients; the benches use it with 500,000."""
    rows = people(random, count, now.date(), now - timedelta(days=400))
    ids = add_rows(session, Patient, rows)
    put_rows(session, NameWord, list(_name_words(ids, rows)))
    return [
        Person(number, row["birth_on"], row["email"], row["phone"])
        for number, row in zip(ids, rows, strict=True)
    ]
