"""What the operator types during a call."""

from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Length, StopValidation

from vaxcentre import clock
from vaxcentre.booking.people import Person
from vaxcentre.phone.couple import First, unsealed
from vaxcentre.phone.service import Call, Elsewhere
from vaxcentre.rules.identity import read_birth_date
from vaxcentre.rules.reference import read_reference
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web.centre import the_centre
from vaxcentre.web.fields import Form
from vaxcentre.web.person_fields import (
    BirthField,
    DeclaredField,
    EmailField,
    ForCourses,
    NameField,
    PhoneField,
)

DAY = "%d/%m/%Y"


class BirthOrReferenceField(BirthField):
    """The first thing a caller says: a birth date, or the reference of an appointment."""

    reference: str | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the one or the other."""
        self.reference = read_reference(self.data or "")
        if self.reference is None:
            super().pre_validate(form)


class PastDayField(StringField):
    """The day of an injection in one box, as on the person's papers; `day` is the day."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the day where one is typed, or say how to write it."""
        if not self.data:
            return
        try:
            self.day = read_birth_date(self.data, today=clock.today(the_centre().zone))
        except Refusal as refusal:
            raise StopValidation(_("Write a day that has passed, like 12/03/2026.")) from refusal


class CallForm(ForCourses, Form):
    """One call, on one screen."""

    birth_on = BirthOrReferenceField(_l("Birth date, or reference"))
    letters = StringField(
        _l("Three letters of the name"),
        validators=[Length(max=100, message=_l("Write at most 100 letters."))],
    )
    courses = SelectMultipleField(_l("Vaccination"), coerce=int)
    condition = DeclaredField(_l("Declares on honour"))
    dose_elsewhere = SelectField(
        _l("Last injection had elsewhere"),
        choices=[
            SelectChoice("", _l("none")),
            SelectChoice("1", _l("the 1st")),
            SelectChoice("2", _l("the 2nd")),
        ],
        default="",
    )
    elsewhere_on = PastDayField(_l("On which day"))
    family_name = NameField(_l("Name at birth"), optional=True)
    given_names = NameField(_l("Given names"), optional=True)
    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    patient_id = HiddenField()
    holds = HiddenField()
    after = HiddenField()
    later = HiddenField()  # the button that asks for the times after these
    said = HiddenField()  # what the last page gave to read aloud
    first = HiddenField()  # the first of a couple, sealed
    beside = HiddenField()  # the appointment just booked for the first

    long_courses: frozenset[int] = frozenset()  # of what is offered, what takes several doses

    def validate_elsewhere_on(self, field: PastDayField) -> None:
        """A dose had elsewhere has its day, and is of one vaccination."""
        if bool(field.data) != bool(self.dose_elsewhere.data):
            raise StopValidation(_("Say which injection it was, and on which day."))
        if field.data and not self._started:
            raise StopValidation(_("What was chosen takes one injection: none comes before it."))
        if field.data and len(self._started) != 1:
            raise StopValidation(_("Choose the one vaccination that was begun elsewhere."))

    @property
    def _started(self) -> frozenset[int]:
        return self.long_courses & frozenset(self.courses.data or ())

    @property
    def elsewhere(self) -> Elsewhere | None:
        """The last injection that the caller says they had elsewhere."""
        if self.elsewhere_on.day is None:
            return None
        (course_id,) = self._started
        return Elsewhere(course_id, int(self.dose_elsewhere.data), self.elsewhere_on.day)

    @property
    def held(self) -> list[int]:
        """The numbers of the holds of this call."""
        return numbers(self.holds.data)

    @property
    def known_id(self) -> int | None:
        """The number of the caller's record."""
        return next(iter(numbers(self.patient_id.data)), None)

    @cached_property
    def first_person(self) -> First | None:
        """Who waits to be booked together with this person."""
        return unsealed(self.first.data)

    @property
    def beside_id(self) -> int | None:
        """The number of the appointment beside which this one is to be."""
        if self.first_person:
            return self.first_person.holds[0]
        return next(iter(numbers(self.beside.data)), None)

    @property
    def is_named(self) -> bool:
        """Whether the whole name was typed."""
        return bool(self.family_name.data and self.given_names.data)

    @property
    def to_say(self) -> str:
        """What of this call is read aloud before it is booked."""
        born = self.birth_on.birth_on
        courses = ",".join(str(number) for number in sorted(self.courses.data or []))
        name = f"{self.given_names.data} {self.family_name.data}"
        return f"{name} {born} {courses} {self.elsewhere} {self.holds.data}"

    @property
    def declared_courses(self) -> frozenset[int]:
        """The vaccinations of the call whose condition the caller declares."""
        return self.condition.among(self.courses.data)

    def call(self) -> Call:
        """What the service is asked."""
        assert self.birth_on.birth_on is not None
        return Call(
            course_ids=tuple(self.courses.data or ()),
            birth_on=self.birth_on.birth_on,
            declared=self.declared_courses,
            patient_id=self.known_id,
            elsewhere=self.elsewhere,
        )

    def as_first(self) -> First:
        """This person, to be booked together with the next."""
        assert self.birth_on.birth_on is not None
        return First(
            holds=tuple(self.held),
            courses=tuple(self.courses.data or ()),
            birth_on=self.birth_on.birth_on,
            family_name=self.family_name.data or "",
            given_names=self.given_names.data or "",
            patient_id=self.known_id,
            phone=self.phone.e164,
            email=self.email.address,
            declared=self.declared_courses,
            elsewhere=(self.dose_elsewhere.data or "", self.elsewhere_on.data or ""),
        )

    def person(self, language: str) -> Person:
        """Who is booked."""
        return self.as_first().person(language)


class CancelForm(Form):
    """Why an appointment is cancelled, and whether the second of a pair goes with it."""

    reason = StringField(
        _l("Reason"), validators=[Length(max=200, message=_l("Write at most 200 letters."))]
    )
    both = BooleanField(_l("Cancel the other appointment of the pair too"))


def numbers(text: str | None) -> list[int]:
    """The row numbers in a hidden field."""
    parts = (text or "").split(",")
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10][:4]


def slots_of(text: str) -> tuple[int, int | None]:
    """The slots that a time's button names: one, or the two of a pair."""
    first, _dash, second = text.partition("-")
    return next(iter(numbers(first)), 0), next(iter(numbers(second)), None)


def moment_of(text: str | None) -> datetime | None:
    """The moment that a button names."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def with_the_first(first: First) -> dict[str, object]:
    """What the second person's form begins with: the family, the contact, the vaccination."""
    return {
        "first": first.sealed(),
        "family_name": first.family_name,
        "phone": first.phone,
        "email": first.email,
        "courses": list(first.courses),
    }


def back_to(first: First) -> dict[str, object]:
    """The first person's own form again."""
    return {
        "birth_on": written(first.birth_on),
        "family_name": first.family_name,
        "given_names": first.given_names,
        "phone": first.phone,
        "email": first.email,
        "courses": list(first.courses),
        "condition": list(first.declared),
        "dose_elsewhere": first.elsewhere[0],
        "elsewhere_on": first.elsewhere[1],
        "patient_id": str(first.patient_id or ""),
        "holds": ",".join(str(number) for number in first.holds),
    }


def written(day: date) -> str:
    """A day as the first field takes it."""
    return day.strftime(DAY)
