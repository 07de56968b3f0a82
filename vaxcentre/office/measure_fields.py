"""Numbers, volumes, ages, days and hours as people type them, each with its own instruction."""

import re
from collections.abc import Callable, Iterable
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from vaxcentre.web.fields import Form

MONTHS_IN_A_YEAR = 12
OLDEST = 120
FIRST_YEAR, LAST_YEAR = 2000, 2100
_NUMBER = re.compile(r"[0-9]{1,6}")
_VOLUME = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,3}))?(?: ?ml)?", re.IGNORECASE)
_HOUR = re.compile(r"([0-9]{1,2})(?: ?[:hH] ?([0-9]{2})?)?(?::00)?")


def options(pairs: Iterable[tuple[object, object]]) -> list[SelectChoice]:
    """Values with their words, as the fields of a form take them."""
    return [SelectChoice(value=str(value), label=words) for value, words in pairs]


class Whole(IntegerField):
    """A whole number between two bounds; `message` says what to type."""

    data: Any

    def __init__(
        self,
        label: Any,
        *,
        low: int,
        high: int,
        message: Any,
        needed: bool = True,
        asked_by: Callable[[Any, Any], None] | None = None,
        **kwargs: Any,
    ) -> None:
        """Take the bounds; `asked_by` may refuse an empty field, where another one asks for it."""
        rules = [InputRequired(message) if needed else Optional()]
        super().__init__(label, [asked_by, *rules] if asked_by else rules, **kwargs)
        self.low, self.high, self.message = low, high, message

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take digits only, within the bounds."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if _NUMBER.fullmatch(text) else None
        if text and (self.data is None or not self.low <= self.data <= self.high):
            self.data = None
            raise ValueError(self.message)


class Millilitres(StringField):
    """A volume typed in millilitres with a comma, kept in whole microlitres."""

    data: Any

    message = _l("Enter the volume of one dose in millilitres, for example 0,5.")

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired(self.message)], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """0,5 ml is 500 microlitres."""
        text = (valuelist[0] if valuelist else "").strip()
        match = _VOLUME.fullmatch(text.replace("\u00a0", " "))
        self.data = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0")) if match else None
        if text and not self.data:
            self.data = None
            raise ValueError(self.message)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return (
            f"{self.data / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",") if self.data else ""
        )


class Day(DateField):
    """A day, from the browser's calendar or typed as 23/11/2026."""

    data: Any

    message = _l("Enter the day, for example 23/11/2026.")

    def __init__(self, label: Any, *, needed: bool = True, **kwargs: Any) -> None:
        rule = InputRequired(self.message) if needed else Optional()
        super().__init__(label, [rule], format=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, and refuse a slip of the keyboard such as the year 202."""
        self.invalid_value_message = self.message
        super().process_formdata(valuelist)
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            self.data = None
            raise ValueError(self.message)


class Hour(TimeField):
    """A time of day: 09:00, 9h, 9h30."""

    data: Any

    message = _l("Enter the time, for example 09:00.")

    def __init__(self, label: Any, *, needed: bool = True, **kwargs: Any) -> None:
        rule = InputRequired(self.message) if needed else Optional()
        super().__init__(label, [rule], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what a browser sends or a person types."""
        text = (valuelist[0] if valuelist else "").strip()
        match = _HOUR.fullmatch(text)
        self.data = None
        try:
            self.data = time(int(match[1]), int(match[2] or 0)) if match else None
        except ValueError:
            raise ValueError(self.message) from None
        if text and self.data is None:
            raise ValueError(self.message)


class AgeRange(Form):
    """From an age to an age, each in months or in years."""

    message = _l("Enter the age as a number, 120 years at most.")
    units = options((("years", _l("years")), ("months", _l("months"))))

    min_age = Whole(_l("From the age of"), low=0, high=OLDEST * 12, message=message, needed=False)
    min_age_unit = SelectField(_l("Unit of the lower age"), choices=units)
    max_age = Whole(
        _l("Until the day before the age of"),
        low=0,
        high=OLDEST * 12,
        message=message,
        needed=False,
    )
    max_age_unit = SelectField(_l("Unit of the upper age"), choices=units)

    def min_age_months(self) -> int:
        """The first age, nought where none was typed."""
        return _months(self.min_age.data, self.min_age_unit.data) or 0

    def max_age_months(self) -> int | None:
        """The age that is too old, None where there is no end."""
        return _months(self.max_age.data, self.max_age_unit.data)


def _months(number: int | None, unit: str) -> int | None:
    return number if number is None or unit == "months" else number * MONTHS_IN_A_YEAR


def age_values(min_months: int, max_months: int | None) -> dict[str, object]:
    """The four values of an AgeRange, in the unit a person would take."""
    low, low_unit = _in_unit(min_months)
    high, high_unit = _in_unit(max_months)
    return {
        "min_age": low,
        "min_age_unit": low_unit,
        "max_age": high,
        "max_age_unit": high_unit,
    }


def _in_unit(months: int | None) -> tuple[int | None, str]:
    if months is None:
        return None, "years"
    whole_years = months % MONTHS_IN_A_YEAR == 0
    return (months // MONTHS_IN_A_YEAR, "years") if whole_years else (months, "months")
