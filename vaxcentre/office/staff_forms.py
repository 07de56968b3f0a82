"""What the office types about a person of the staff."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from vaxcentre.models.staff import StaffMember
from vaxcentre.office.staff_service import StaffRequest
from vaxcentre.rules.contact import read_email
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.staff_numbers import key_holds, read_rpps
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import words
from vaxcentre.web.fields import Form, sentence_of


class StaffForm(Form):
    """A person, how they sign in, and what they may do."""

    given_name = StringField(
        lazy_gettext("Given name"),
        [DataRequired(lazy_gettext("Type the given name.")), Length(max=100)],
    )
    family_name = StringField(
        lazy_gettext("Family name"),
        [DataRequired(lazy_gettext("Type the family name.")), Length(max=100)],
    )
    short_name = StringField(lazy_gettext("Short name"), [Optional(), Length(max=40)])
    email = StringField(lazy_gettext("E-mail"), [Optional(), Length(max=254)])
    profession = StringField(lazy_gettext("Profession"), [Optional(), Length(max=60)])
    rpps = StringField(lazy_gettext("RPPS number"), [Optional(), Length(max=20)])
    roles = SelectMultipleField(
        lazy_gettext("What may this person do?"),
        choices=lambda: words.choices(Role),
        validators=[InputRequired(lazy_gettext("Choose at least one role."))],
    )

    @classmethod
    def about(cls, member: StaffMember) -> "StaffForm":
        """The form as it stands for somebody who has an account."""
        return cls(obj=member)

    def validate_short_name(self, field: Any) -> None:
        """Letters that are typed blind, on any keyboard."""
        field.data = (field.data or "").lower()
        if field.data and not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", field.data):
            raise ValidationError(
                _("Take letters without accents, digits, dots or hyphens, for example “rosa.m”.")
            )

    def validate_email(self, field: Any) -> None:
        """An address that mail can reach; kept in small letters, as it is compared."""
        try:
            field.data = read_email(field.data).lower() if field.data else ""
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    def validate_rpps(self, field: Any) -> None:
        """Eleven digits; a wrong key is told, not refused."""
        try:
            field.data = read_rpps(field.data) if field.data else ""
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    @property
    def doubts(self) -> list[str]:
        """What was saved all the same, and should be looked at once more."""
        if self.rpps.data and not key_holds(self.rpps.data):
            return [_("The last digit of the RPPS number does not fit the others: check it again.")]
        return []

    def to_request(self, short_name: str) -> StaffRequest:
        """What the service writes down."""
        return StaffRequest(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            short_name=self.short_name.data or short_name,
            email=self.email.data or None,
            profession=self.profession.data or None,
            rpps=self.rpps.data or None,
            roles=frozenset(Role(value) for value in self.roles.data),
        )
