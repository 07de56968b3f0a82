"""The first of two who come together: kept sealed in the page while the second is typed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from cryptography.fernet import InvalidToken

from vaxcentre.booking.people import Person
from vaxcentre.web import keys

USE = "first of a couple"
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class First:
    """Somebody whose time is held, and who waits to be booked together with the next person."""

    holds: tuple[int, ...]
    courses: tuple[int, ...]
    birth_on: date
    family_name: str
    given_names: str
    patient_id: int | None = None
    phone: str | None = None
    email: str | None = None
    declared: frozenset[int] = frozenset()
    elsewhere: tuple[str, str] = ("", "")  # the dose had elsewhere and its day, as typed

    def person(self, language: str) -> Person:
        """Who is booked."""
        return Person(
            family_name=self.family_name,
            given_names=self.given_names,
            birth_on=self.birth_on,
            phone=self.phone,
            email=self.email,
            language=language,
            declared=self.declared,
        )

    def sealed(self) -> str:
        """The same as a text that only this centre can read."""
        values = asdict(self) | {
            "birth_on": self.birth_on.isoformat(),
            "declared": sorted(self.declared),
        }
        written = json.dumps(values)
        return keys.box_for(USE).encrypt(written.encode()).decode()


def unsealed(text: str | None) -> First | None:
    """The first person of the page; None where there is none that we sealed within the hour."""
    try:
        written = keys.box_for(USE).decrypt((text or "").encode(), ttl=KEPT_SECONDS)
        values = json.loads(written)
    except (InvalidToken, ValueError):
        return None
    return First(
        **values
        | {
            "holds": tuple(values["holds"]),
            "courses": tuple(values["courses"]),
            "declared": frozenset(values["declared"]),
            "elsewhere": tuple(values["elsewhere"]),
            "birth_on": date.fromisoformat(values["birth_on"]),
        }
    )
