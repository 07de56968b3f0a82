"""The shape of what is typed when booking and coming back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation

from vaxcentre.booking.cards import CourseCard
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.people import LONGEST_NAME, folded
from vaxcentre.rules.birth import (
    BirthInFuture,
    BirthUnreadable,
    ImpossibleDate,
    YearInTwoDigits,
    birth_date,
    refuse_short_year,
)
from vaxcentre.rules.contact import EmailUnreadable, PhoneUnreadable, read_email, read_phone
from vaxcentre.rules.reference import read_reference
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.fields import Form, sentence_of

TOO_LONG = _l("Use %(max)d letters at most.")


class VaccineForm(Form):
    """Which vaccinations, one or several on the same day."""

    courses = SelectMultipleField(
        _l("Which vaccination?"),
        coerce=int,
        validators=[DataRequired(_l("Choose at least one vaccination."))],
    )

    def offer(self, cards: Sequence[CourseCard], language: str) -> None:
        """Show these courses as choices."""
        self.courses.choices = [SelectChoice(card.id, card.names[language]) for card in cards]


class BirthForm(Form):
    """A birth date in three boxes."""

    day = StringField(_l("Day"))
    month = StringField(_l("Month"))
    year = StringField(_l("Year"))

    def birth_on(self, today: date) -> date | None:
        """The birth date, or None with the sentence put at the boxes."""
        boxes = (self.day, self.month, self.year)
        try:
            if not all(_is_number(box) for box in boxes):
                raise BirthUnreadable
            refuse_short_year(self.year.data or "", today=today)
            return birth_date(*_numbers(*boxes), today=today)
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Put a sentence about the birth date at the box that it is about."""
        box = {"birth_on": self.day, "birth_year": self.year}.get(refusal.field or "")
        if box is None:
            super().refuse(refusal)
        else:
            box.errors = [*box.errors, self.say(refusal)]


class PersonForm(BirthForm):
    """Who it is for: birth date, and of each course the declared condition and which dose."""

    names: ClassVar[dict[object, str]] = {}  # of the courses, where there are several

    @classmethod
    def about(cls, cards: Sequence[CourseCard], language: str) -> type[PersonForm]:
        """The form for these courses: each with a condition has a tick, with doses asks which."""
        fields: dict[str, Any] = {}
        if len(cards) > 1:
            fields["names"] = {card.id: card.short_names[language] for card in cards}
        for card in cards:
            if card.condition[language]:
                said = _l("I declare on my honour: %(said)s", said=card.condition[language])
                fields[f"declared_{card.id}"] = BooleanField(said)
            if card.doses > 1:
                numbers = [SelectChoice(str(n), _nth(n)) for n in range(1, card.doses + 1)]
                fields[f"dose_{card.id}"] = SelectField(choices=numbers, default="1")
                for part in ("day", "month", "year"):
                    fields[f"{part}_{card.id}"] = StringField()
        return type("PersonForm", (cls,), fields)

    def fill(self, draft: Draft) -> None:
        """Show what was typed before."""
        _show_date(self, "", draft.birth_on)
        for course_id in draft.declared_for:
            if f"declared_{course_id}" in self:
                self[f"declared_{course_id}"].data = True
        if draft.has_person:
            for course_id, number, previous in zip(
                draft.courses, draft.numbers, draft.previous, strict=True
            ):
                if f"dose_{course_id}" in self:
                    self[f"dose_{course_id}"].data = str(number)
                    _show_date(self, f"_{course_id}", previous)

    def declared_for(self, cards: Sequence[CourseCard]) -> tuple[int, ...]:
        """The courses whose condition was declared, each by its own tick."""
        ticks = ((card.id, f"declared_{card.id}") for card in cards)
        return tuple(course_id for course_id, tick in ticks if tick in self and self[tick].data)

    def refuse(self, refusal: Refusal) -> None:
        """Put a missing condition at the tick of its course."""
        tick = f"declared_{refusal.facts.get('course_id')}"
        if refusal.field == "condition" and tick in self:
            sentence = self.about_course(refusal, str(CONDITION_NEEDED))
            self[tick].errors = [*self[tick].errors, sentence]
        else:
            super().refuse(refusal)

    def names_of_several(self) -> Mapping[object, str]:
        """As the page names them."""
        return self.names

    def dose_of(
        self, card: CourseCard, birth_on: date | None, today: date
    ) -> tuple[int, date | None] | None:
        """Dose number and day of the dose before; None with the sentence at its field."""
        if card.doses < 2 or self[f"dose_{card.id}"].data == "1":
            return 1, None
        day, month, year = (self[f"{part}_{card.id}"] for part in ("day", "month", "year"))
        try:
            refuse_short_year(year.data or "", today=today)
            numbers = _numbers(day, month, year)
            had_on = birth_date(*numbers, today=today)
        except YearInTwoDigits as refusal:
            year.errors = [*year.errors, errors.say(refusal)]
            return None
        except ImpossibleDate as refusal:
            is_typed = day.data and month.data and year.data
            sentence = errors.say(refusal) if is_typed else str(PREVIOUS_MISSING)
            day.errors = [*day.errors, sentence]
            return None
        except BirthInFuture:
            day.errors = [*day.errors, str(PREVIOUS_TO_COME)]
            return None
        except Refusal:
            day.errors = [*day.errors, str(PREVIOUS_MISSING)]
            return None
        if birth_on is not None and had_on < birth_on:
            day.errors = [*day.errors, str(PREVIOUS_BEFORE_BIRTH)]
            return None
        return int(self[f"dose_{card.id}"].data), had_on


CONDITION_NEEDED = _l(
    "At this age, this vaccination is for people in this situation. If it is yours, tick the box. "
    "If not, call the centre."
)
PREVIOUS_TO_COME = _l("This day is to come: enter the day of an injection already received.")
PREVIOUS_BEFORE_BIRTH = _l("This day is before the birth date: check both.")
PREVIOUS_MISSING = _l("Enter the day of the injection before: day, month and year.")


class ContactForm(Form):
    """Name, and how to reach the person about this appointment."""

    family_name = StringField(
        _l("Family name at birth"),
        validators=[
            DataRequired(_l("Enter the family name at birth.")),
            Length(max=LONGEST_NAME, message=TOO_LONG),
        ],
    )
    given_names = StringField(
        _l("Given names"),
        validators=[
            DataRequired(_l("Enter the given name.")),
            Length(max=LONGEST_NAME, message=TOO_LONG),
        ],
    )
    phone = StringField(_l("Phone number"))
    email = StringField(_l("E-mail address"))
    no_contact = BooleanField(_l("Neither phone nor e-mail"))

    def validate_family_name(self, field: StringField) -> None:
        """A name is made of letters."""
        if not any(sign.isalpha() for sign in field.data or ""):
            raise StopValidation(_l("Write the family name in letters."))

    def validate_given_names(self, field: StringField) -> None:
        """A name is made of letters."""
        if not any(sign.isalpha() for sign in folded("", field.data or "")[1]):
            raise StopValidation(_l("Write the given name in letters."))

    def validate_phone(self, field: StringField) -> None:
        """Keep the number in E.164; one way to be reached is asked for, or none said."""
        if field.data:
            try:
                field.data = read_phone(field.data)
            except PhoneUnreadable as refusal:
                raise sentence_of(refusal) from None
        elif not self.email.data and not self.no_contact.data:
            raise StopValidation(
                _l("Enter a phone number or an e-mail address, or tick the box below.")
            )

    def validate_email(self, field: StringField) -> None:
        """Keep the address in its usual writing."""
        if field.data:
            try:
                field.data = read_email(field.data)
            except EmailUnreadable as refusal:
                raise sentence_of(refusal) from None


class FindForm(BirthForm):
    """Reference and birth date: enough to come back."""

    reference = StringField(
        _l("Reference"), validators=[DataRequired(_l("Enter the eight letters of the reference."))]
    )

    def read_reference(self) -> str:
        """The reference as we store it; what cannot be one finds nothing."""
        return read_reference(self.reference.data or "") or ""


def _numbers(*boxes: StringField) -> tuple[int, int, int]:
    """Day, month and year of three boxes; what is not a number is a day that does not exist."""
    good = all(_is_number(box) for box in boxes)
    day, month, year = (int(box.data or "") for box in boxes) if good else (0, 0, 0)
    return day, month, year


def _is_number(box: StringField) -> bool:
    text = (box.data or "").strip()
    return text.isascii() and text.isdigit() and len(text) <= 4


def _nth(number: int) -> str:
    words = (_("the first"), _("the second"), _("the third"))
    return str(words[number - 1] if number <= 3 else _("number %(number)d", number=number))


def _show_date(form: PersonForm, suffix: str, value: date | None) -> None:
    if value is not None:
        for part in ("day", "month", "year"):
            form[part + suffix].data = str(getattr(value, part))
