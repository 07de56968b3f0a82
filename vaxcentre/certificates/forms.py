"""The shape of what is typed about papers."""

from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from vaxcentre.rules.birth import birth_date
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors
from vaxcentre.web.fields import Form


class RevokeForm(Form):
    """Why a paper is ended."""

    reason = StringField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Say why, in a few words.")),
            Length(max=300, message=_l("At most 300 characters.")),
        ],
    )


class NumberForm(Form):
    """The number printed on a certificate."""

    UNREADABLE: ClassVar[Any] = _l("A number has eight letters, for example BCDE-FGHJ.")

    number = StringField(
        _l("Number of the certificate"),
        validators=[DataRequired(_l("Type the number printed on the certificate."))],
    )


class DayForm(Form):
    """Which day a list is about."""

    day = DateField(_l("Day"), validators=[InputRequired(_l("Choose the day."))])


class MineForm(Form):
    """Reference and birth date: what a patient has at hand."""

    reference = StringField(
        _l("Reference of the appointment"),
        validators=[DataRequired(_l("Enter the reference: eight letters, on your confirmation."))],
    )
    day = StringField(_l("Day"))
    month = StringField(_l("Month"))
    year = StringField(_l("Year"))

    def birth_on(self, today: date) -> date | None:
        """The birth date, or None with the sentence at its boxes."""
        texts = [str(field.data or "") for field in (self.day, self.month, self.year)]
        good = all(text.isascii() and text.isdigit() and len(text) <= 4 for text in texts)
        try:
            numbers = [int(text) for text in texts] if good else [0, 0, 0]
            return birth_date(*numbers, today=today)
        except Refusal as refusal:
            self.day.errors = [*self.day.errors, errors.say(refusal)]
            return None

    def say_not_found(self) -> None:
        """No such pair of reference and birth date; which of the two is wrong is not told."""
        self.reference.errors = [
            *self.reference.errors,
            _("No appointment has this reference and this birth date. Check both."),
        ]

    def say_not_vaccinated(self) -> None:
        """The appointment exists, the injection does not yet."""
        self.reference.errors = [
            *self.reference.errors,
            _("No injection is recorded yet. The certificate is here as soon as it is."),
        ]
