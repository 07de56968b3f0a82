"""What the desk types about a record that exists: corrections, contact, merge, cancellation."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from vaxcentre.reception.identity_service import Correction
from vaxcentre.rules.vocabulary import Sex
from vaxcentre.web import words
from vaxcentre.web.fields import Form
from vaxcentre.web.person_fields import BirthField, EmailField, NameField, PhoneField

NEEDED = InputRequired(_l("Write the reason."))
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
        )


class ContactForm(Form):
    """How to reach somebody."""

    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))


class MergeForm(Form):
    """Why two records are one person."""

    reason = StringField(_l("Reason"), validators=[NEEDED, SHORT])


class CancelForm(Form):
    """Why an appointment is cancelled, and whether the other of the pair goes with it."""

    reason = StringField(_l("Reason"), validators=[NEEDED, SHORT])
    also_pair = BooleanField(_l("Cancel the other appointment of the pair too"))
