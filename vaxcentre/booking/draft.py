"""What somebody has typed so far: sealed in a cookie of their own, never in an address."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from flask import current_app, request
from werkzeug import Response

from vaxcentre.booking.cards import Subject
from vaxcentre.booking.eligibility import PlannedFor
from vaxcentre.booking.offer import Wish
from vaxcentre.booking.people import Person, folded
from vaxcentre.web import keys

COOKIE = "vaxcentre_draft"
KEPT_SECONDS = 4 * 3600
USE = "booking draft"


@dataclass(frozen=True)
class Draft:
    """The answers of the pages, in their order; what is missing was not answered yet."""

    courses: tuple[int, ...] = ()
    birth_on: date | None = None
    declared_for: tuple[int, ...] = ()  # the courses whose condition was declared on honour
    numbers: tuple[int, ...] = ()  # the dose of each course
    previous: tuple[date | None, ...] = ()  # the day of the dose before
    holds: tuple[int, ...] = ()  # one appointment, or the two of a pair
    family_name: str = ""
    given_names: str = ""
    phone: str = ""
    email: str = ""
    has_contact: bool = False  # the page was answered, be it with "neither"
    done: tuple[int, ...] = ()  # booked in this sitting, one person after the other

    @property
    def has_person(self) -> bool:
        """Whether the birth date and the doses are known."""
        return self.birth_on is not None and len(self.numbers) == len(self.courses) > 0

    @property
    def has_name(self) -> bool:
        """Whether the name and the contact are known."""
        return bool(self.family_name and self.given_names and self.has_contact)

    @property
    def wish(self) -> Wish:
        """The doses and the person, as the rules are asked."""
        assert self.birth_on is not None
        doses = zip(self.courses, self.numbers, self.previous, strict=True)
        subject = Subject(self.birth_on, frozenset(self.declared_for))
        return Wish(tuple(PlannedFor(*dose) for dose in doses), subject)

    def person(self, language: str) -> Person:
        """The person, as they are booked."""
        assert self.birth_on is not None
        return Person(
            family_name=self.family_name,
            given_names=self.given_names,
            birth_on=self.birth_on,
            phone=self.phone or None,
            email=self.email or None,
            language=language,
            declared=frozenset(self.declared_for),
        )

    @property
    def who(self) -> str:
        """Whom it is for, however they write their name."""
        return f"{folded(self.family_name, self.given_names)} {self.birth_on}"

    @property
    def seal(self) -> str:
        """Sixteen signs that change when anything does: two tabs must not book for each other."""
        return keys.mark(USE, _written(self)).hex()[:16]

    def for_another_person(self) -> Draft:
        """The next person of the same sitting: same vaccination and contact, nothing else."""
        return replace(
            Draft(courses=self.courses, phone=self.phone, email=self.email), done=self.done
        )


def load() -> Draft:
    """The draft of this browser; an empty one where there is none that we sealed lately."""
    sealed = request.cookies.get(COOKIE, "")
    try:
        written = keys.box_for(USE).decrypt(sealed.encode(), ttl=KEPT_SECONDS)
        return _read(json.loads(written))
    except (InvalidToken, ValueError, TypeError, KeyError):
        return Draft()


def save(response: Response, draft: Draft) -> Response:
    """Hand the draft back to the browser."""
    response.set_cookie(
        COOKIE,
        keys.box_for(USE).encrypt(_written(draft)).decode(),
        max_age=KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def forget(response: Response) -> Response:
    """Leave nothing on a computer that others use."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


def _written(draft: Draft) -> bytes:
    return json.dumps(asdict(draft), default=date.isoformat, ensure_ascii=False).encode()


def _read(values: dict[str, Any]) -> Draft:
    birth_on = values.pop("birth_on")
    previous = values.pop("previous")
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Draft(
        **(values | lists),
        birth_on=date.fromisoformat(birth_on) if birth_on else None,
        previous=tuple(date.fromisoformat(day) if day else None for day in previous),
    )


def changed(draft: Draft, **answers: Any) -> Draft:
    """The draft with these answers in it."""
    return replace(draft, **answers)
