"""What the desk types about a record that exists: corrections, contact, merge, cancellation."""

from collections.abc import Callable, Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from vaxcentre.reception.identity_service import Correction, Settlement
from vaxcentre.reception.rows import Person, Row
from vaxcentre.reception.sealing import sealed_number
from vaxcentre.rules.contact import show_phone
from vaxcentre.rules.vocabulary import Sex
from vaxcentre.web import words
from vaxcentre.web.fields import Form
from vaxcentre.web.filters import date_and_time
from vaxcentre.web.person_fields import (
    BirthField,
    EmailField,
    NameField,
    NirField,
    PhoneField,
)

# White space is no reason.
NEEDED = DataRequired(_l("Write the reason."))
SHORT = Length(max=300, message=_l("Write at most 300 letters."))


def sexes() -> list[tuple[str, str]]:
    """As the identity document gives it."""
    return words.choices(Sex)


class CorrectionForm(Form):
    """An identity as the document gives it."""

    family_name = NameField(_l("Name at birth"))
    given_names = NameField(_l("Given names"))
    used_name = NameField(_l("Used name"), optional=True)
    birth_on = BirthField(_l("Birth date"))
    sex = RadioField(_l("Sex"), choices=sexes, validators=[InputRequired()])
    nir = NirField(_l("Social security number"))
    is_protected = BooleanField(_l("Protected adult"))
    reason = StringField(_l("Reason"), validators=[NEEDED, SHORT])

    def to_request(self) -> Correction:
        """What the service is asked."""
        assert self.birth_on.birth_on is not None
        return Correction(
            family_name=self.family_name.data or "",
            given_names=self.given_names.data or "",
            used_name=self.used_name.data or "",
            birth_on=self.birth_on.birth_on,
            sex=Sex(self.sex.data),
            is_protected=bool(self.is_protected.data),
            reason=self.reason.data or "",
            number=sealed_number(self.nir.number),
            says_number=True,
        )


class ContactForm(Form):
    """How to reach somebody."""

    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))


class SettleForm(Form):
    """Which of the contacts that are known is right."""

    phone_from = RadioField(_l("Phone"))
    email_from = RadioField(_l("E-mail"))

    def offer(self, person: Person, rows: Collection[Row]) -> None:
        """Name what is on record and what was booked with; the record first."""
        self.phone_from.choices = _contacts(
            person.phone, [(row, row.phone) for row in rows], show_phone
        )
        self.email_from.choices = _contacts(person.email, [(row, row.email) for row in rows], str)

    def to_request(self) -> Settlement:
        """What the service is asked."""
        return Settlement(_source(self.phone_from.data), _source(self.email_from.data))


RECORD = "record"


def _source(value: str) -> int | None:
    return None if value == RECORD else int(value)


def _contacts(
    recorded: str | None, booked: list[tuple[Row, str | None]], shown: Callable[[str], str]
) -> list[tuple[str, str]]:
    choices = [(RECORD, _("%(contact)s (record)", contact=shown(recorded) if recorded else "–"))]
    seen = {recorded, None}
    for row, contact in booked:
        if contact not in seen:
            assert contact is not None
            seen.add(contact)
            when = date_and_time(row.starts_at)
            said = _("%(contact)s (appointment of %(when)s)", contact=shown(contact), when=when)
            choices.append((str(row.id), said))
    return choices


KEPT, GONE = "keep", "gone"


class MergeForm(Form):
    """Why two records are one person, and which of their contacts is right."""

    phone_from = RadioField(_l("Phone"), default=KEPT)
    email_from = RadioField(_l("E-mail"), default=KEPT)
    reason = StringField(_l("Reason"), validators=[NEEDED, SHORT])

    def offer(self, kept: Person, gone: Person) -> None:
        """Name both numbers and both addresses, where they differ."""
        phones = [show_phone(one.phone) if one.phone else "" for one in (kept, gone)]
        emails = [one.email or "" for one in (kept, gone)]
        for field, (ours, theirs) in ((self.phone_from, phones), (self.email_from, emails)):
            field.choices = [(KEPT, ours or "–")]
            if ours and theirs and ours != theirs:
                field.choices.append((GONE, theirs))

    def takes(self) -> list[str]:
        """What is taken from the record that goes."""
        picked = {"phone": self.phone_from.data, "email": self.email_from.data}
        return [what for what, whose in picked.items() if whose == GONE]


class CancelForm(Form):
    """Why an appointment is cancelled, and whether the other of the pair goes with it."""

    reason = StringField(_l("Reason"), validators=[NEEDED, SHORT])
    also_pair = BooleanField(_l("Cancel the other appointment of the pair too"))
