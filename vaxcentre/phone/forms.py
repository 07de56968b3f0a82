"""What the operator types during a call."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from vaxcentre.booking.people import Person
from vaxcentre.phone.service import Call
from vaxcentre.web.fields import Form
from vaxcentre.web.person_fields import BirthField, EmailField, NameField, PhoneField


class CallForm(Form):
    """One call, on one screen."""

    birth_on = BirthField(_l("Birth date"))
    letters = StringField(
        _l("Three letters of the name"),
        validators=[Length(max=100, message=_l("Write at most 100 letters."))],
    )
    courses = SelectMultipleField(
        _l("Vaccination"),
        coerce=int,
        validators=[InputRequired(_l("Choose at least one vaccination."))],
    )
    declared = BooleanField(_l("Says that the vaccination's condition applies"))
    family_name = NameField(_l("Name at birth"), optional=True)
    given_names = NameField(_l("Given names"), optional=True)
    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    patient_id = HiddenField()
    holds = HiddenField()
    after = HiddenField()

    @property
    def held(self) -> list[int]:
        """The numbers of the holds of this call."""
        return numbers(self.holds.data)

    @property
    def known_id(self) -> int | None:
        """The number of the caller's record."""
        return next(iter(numbers(self.patient_id.data)), None)

    def call(self) -> Call:
        """What the service is asked."""
        assert self.birth_on.birth_on is not None
        return Call(
            course_ids=tuple(self.courses.data),
            birth_on=self.birth_on.birth_on,
            declared=bool(self.declared.data),
            patient_id=self.known_id,
        )

    def person(self, names: tuple[str, str, date] | None, language: str) -> Person:
        """Who is booked: the record's own names where the caller is known."""
        assert self.birth_on.birth_on is not None
        typed = (self.family_name.data or "", self.given_names.data or "", self.birth_on.birth_on)
        family, given, born = names or typed
        return Person(
            family_name=family,
            given_names=given,
            birth_on=born,
            phone=self.phone.e164,
            email=self.email.address,
            language=language,
            declared=bool(self.declared.data),
        )


def numbers(text: str | None) -> list[int]:
    """The row numbers in a hidden field."""
    parts = (text or "").split(",")
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10][:2]
