"""The shape of what is typed when booking and coming back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation

from vaxcentre.booking.draft import Draft
from vaxcentre.booking.eligibility import CourseCard
from vaxcentre.booking.people import LONGEST_NAME, folded
from vaxcentre.rules.birth import birth_date
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
        try:
            return birth_date(*_numbers(self.day, self.month, self.year), today=today)
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Put a sentence about the birth date or the condition at the box that shows it."""
        name = {"birth_on": "day", "condition": "declared"}.get(refusal.field or "")
        if name is None or name not in self:
            super().refuse(refusal)
        else:
            self[name].errors = [*self[name].errors, errors.say(refusal)]


class PersonForm(BirthForm):
    """Who it is for: birth date, the declared condition, which dose of each course."""

    declared = BooleanField(_l("I declare on my honour that this is so"))

    @classmethod
    def about(cls, cards: Sequence[CourseCard]) -> type[PersonForm]:
        """The form for these courses: those with several doses ask which one."""
        fields: dict[str, Any] = {}
        for card in cards:
            if card.doses > 1:
                numbers = [SelectChoice(str(n), _nth(n)) for n in range(1, card.doses + 1)]
                fields[f"dose_{card.id}"] = SelectField(choices=numbers, default="1")
                for part in ("day", "month", "year"):
                    fields[f"{part}_{card.id}"] = StringField()
        return type("PersonForm", (cls,), fields)

    def fill(self, draft: Draft) -> None:
        """Show what was typed before."""
        _show_date(self, "", draft.birth_on)
        self.declared.data = draft.declared
        if draft.has_person:
            for course_id, number, previous in zip(
                draft.courses, draft.numbers, draft.previous, strict=True
            ):
                if f"dose_{course_id}" in self:
                    self[f"dose_{course_id}"].data = str(number)
                    _show_date(self, f"_{course_id}", previous)

    def dose_of(self, card: CourseCard, latest: date) -> tuple[int, date | None] | None:
        """Dose number and day of the dose before; None with the sentence at its field."""
        if card.doses < 2 or self[f"dose_{card.id}"].data == "1":
            return 1, None
        day = self[f"day_{card.id}"]
        try:
            numbers = _numbers(day, self[f"month_{card.id}"], self[f"year_{card.id}"])
            return int(self[f"dose_{card.id}"].data), birth_date(*numbers, today=latest)
        except Refusal:
            day.errors = [*day.errors, str(PREVIOUS_MISSING)]
            return None


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
    texts = [(box.data or "").strip() for box in boxes]
    good = all(text.isascii() and text.isdigit() and len(text) <= 4 for text in texts)
    day, month, year = (int(text) for text in texts) if good else (0, 0, 0)
    return day, month, year


def _nth(number: int) -> str:
    words = (_("the first"), _("the second"), _("the third"))
    return str(words[number - 1] if number <= 3 else _("number %(number)d", number=number))


def _show_date(form: PersonForm, suffix: str, value: date | None) -> None:
    if value is not None:
        for part in ("day", "month", "year"):
            form[part + suffix].data = str(getattr(value, part))
