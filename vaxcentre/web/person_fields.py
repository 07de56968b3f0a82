"""The boxes in which staff type who somebody is: one a fact, read at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import SelectMultipleField, StringField
from wtforms.validators import StopValidation

from vaxcentre import clock
from vaxcentre.rules.contact import read_email, read_phone
from vaxcentre.rules.identity import fold, read_birth_date, read_nir
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.centre import the_centre

LONGEST_NAME = 100


class NameField(StringField):
    """A name that has at least one letter; `optional=True` may stay empty."""

    def __init__(self, label: Any = None, *, optional: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.may_be_empty = optional

    def pre_validate(self, form: Any) -> None:
        """Refuse what nobody can be found by."""
        text = self.data or ""
        if not text and self.may_be_empty:
            return
        if not any(sign.isalpha() for sign in fold(text)):
            raise StopValidation(_("Enter the name, with at least one letter."))
        if len(text) > LONGEST_NAME or len(fold(text)) > LONGEST_NAME:
            raise StopValidation(_("A name has at most 100 letters here. Shorten it."))


class BirthField(StringField):
    """A birth date in one box: 27/03/48, 27 3 1948, 27031948; `birth_on` is the day."""

    birth_on: date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the day, or say how to write it."""
        try:
            self.birth_on = read_birth_date(self.data or "", today=clock.today(the_centre().zone))
        except Refusal as refusal:
            raise StopValidation(errors.say(refusal)) from refusal


class ForCourses:
    """A form with a field `courses`: where several are chosen, a sentence says which it means."""

    courses: SelectMultipleField

    def names_of_several(self) -> Mapping[object, str]:
        """The courses as they are offered, where more than one is chosen."""
        return dict(self.courses.choices or ()) if len(self.courses.data or ()) > 1 else {}


class DeclaredField(SelectMultipleField):
    """What a person declares on honour: a tick for each vaccination that has a condition."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=int, choices=[], **options)

    def offer(self, conditions: Iterable[tuple[int, str, str]]) -> None:
        """Of each course its number, its name and its condition; one without has no tick."""
        self.choices = [
            (number, _("%(course)s: “%(condition)s”", course=name, condition=condition))
            for number, name, condition in conditions
            if condition
        ]

    def among(self, course_ids: Collection[int] | None) -> frozenset[int]:
        """The courses that were chosen and whose condition was declared."""
        return frozenset(self.data or ()) & frozenset(course_ids or ())


class PhoneField(StringField):
    """A phone number, or nothing; `e164` is the number to keep."""

    e164: str | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the number, or say how to write it."""
        self.e164 = _read(read_phone, self.data)


class EmailField(StringField):
    """An e-mail address, or nothing; `address` is the one to keep."""

    address: str | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the address, or say how to write it."""
        self.address = _read(read_email, self.data)


class NirField(StringField):
    """A social security number with its key, or nothing; `number` is the 15 characters to keep."""

    number: str | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the number, or say what is wrong with it."""
        self.number = _read(read_nir, self.data)


def _read(reader: Any, text: str | None) -> str | None:
    if not text:
        return None
    try:
        return str(reader(text))
    except Refusal as refusal:
        raise StopValidation(errors.say(refusal)) from refusal
