"""What the office types about the centre itself."""

from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from vaxcentre.models.clinic import Centre
from vaxcentre.office.service import CentreRequest, stamp_of
from vaxcentre.rules.communes import communes_of
from vaxcentre.rules.contact import read_email, read_phone, show_phone
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.staff_numbers import key_holds, read_finess
from vaxcentre.web.fields import Form, sentence_of

# Where France keeps a time of its own.
ZONES = {
    "Europe/Paris": N_("Mainland France"),
    "America/Guadeloupe": N_("Guadeloupe, Saint-Martin, Saint-Barthélemy"),
    "America/Martinique": N_("Martinique"),
    "America/Cayenne": N_("French Guiana"),
    "America/Miquelon": N_("Saint-Pierre-et-Miquelon"),
    "Indian/Reunion": N_("Réunion"),
    "Indian/Mayotte": N_("Mayotte"),
    "Pacific/Noumea": N_("New Caledonia"),
    "Pacific/Wallis": N_("Wallis-et-Futuna"),
    "Pacific/Tahiti": N_("French Polynesia: Tahiti"),
    "Pacific/Marquesas": N_("French Polynesia: Marquesas"),
    "Pacific/Gambier": N_("French Polynesia: Gambier"),
}
# Whose short phone numbers are read without their code.
REGIONS = {
    "America/Guadeloupe": "GP",
    "America/Martinique": "MQ",
    "America/Cayenne": "GF",
    "America/Miquelon": "PM",
    "Indian/Reunion": "RE",
    "Indian/Mayotte": "YT",
    "Pacific/Noumea": "NC",
    "Pacific/Wallis": "WF",
}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class CentreForm(Form):
    """The centre's card."""

    name = StringField(
        lazy_gettext("Name of the centre"),
        [DataRequired(lazy_gettext("Type the name of the centre.")), Length(max=120)],
    )
    address = TextAreaField(lazy_gettext("Address"), [Optional(), Length(max=300)])
    postal_code = StringField(lazy_gettext("Postal code"), [Optional(), Length(max=10)])
    commune = StringField(lazy_gettext("Commune"), [Length(max=80)])
    time_zone = SelectField(
        lazy_gettext("Local time"),
        choices=lambda: [(zone, _(label)) for zone, label in ZONES.items()],
    )
    phone = StringField(
        lazy_gettext("Phone"),
        [DataRequired(lazy_gettext("Type the phone number: it stands on each public page."))],
    )
    email = StringField(lazy_gettext("E-mail"), [Optional(), Length(max=254)])
    finess = StringField(lazy_gettext("FINESS number"), [Optional(), Length(max=20)])
    opening_text = TextAreaField(
        lazy_gettext("Opening text, in French"), [Optional(), Length(max=1000)]
    )
    opening_text_en = TextAreaField(
        lazy_gettext("Opening text, in English"), [Optional(), Length(max=1000)]
    )
    public_address = StringField(
        lazy_gettext("Public address of the pages"), [Optional(), Length(max=200)]
    )
    box_count = IntegerField(
        lazy_gettext("How many boxes the nurses have"),
        [
            InputRequired(lazy_gettext("Type how many boxes there are.")),
            NumberRange(1, 50, lazy_gettext("A centre has 1 to 50 boxes.")),
        ],
    )
    publishes_doses = BooleanField(lazy_gettext("Show the public where the doses went"))
    seen = HiddenField()

    @classmethod
    def about(cls, row: Centre) -> "CentreForm":
        """The form as the card stands."""
        form = cls(obj=row, seen=stamp_of(row))
        if not form.is_submitted():
            form.phone.data = show_phone(row.phone) if row.phone else ""
        return form

    def validate_postal_code(self, field: Any) -> None:
        """Five digits."""
        field.data = (field.data or "").replace(" ", "")
        if field.data and not (
            len(field.data) == 5 and field.data.isascii() and field.data.isdigit()
        ):
            raise ValidationError(_("A postal code has 5 digits."))

    def validate_commune(self, field: Any) -> None:
        """Filled in from the postal code where that leaves no choice."""
        if field.data or not self.postal_code.data:
            return
        names = communes_of(self.postal_code.data)
        if len(names) > 1:
            raise ValidationError(
                _("Several communes have this postal code: %(names)s.", names=", ".join(names))
            )
        field.data = names[0] if names else ""

    def validate_phone(self, field: Any) -> None:
        """A number that exists, here or overseas."""
        try:
            field.data = read_phone(field.data, home=REGIONS.get(self.time_zone.data, "FR"))
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    def validate_email(self, field: Any) -> None:
        """An address that mail can reach."""
        try:
            field.data = read_email(field.data) if field.data else ""
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    def validate_finess(self, field: Any) -> None:
        """Nine signs; a wrong key is told, not refused."""
        try:
            field.data = read_finess(field.data) if field.data else ""
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    def validate_public_address(self, field: Any) -> None:
        """Papers carry it for years: https, and nothing after the name of the machine."""
        field.data = (field.data or "").rstrip("/")
        if field.data and not _is_front_door(field.data):
            raise ValidationError(
                _(
                    "Begin with https:// and end with the name, for example https://vaccins.example.org"
                )
            )

    @property
    def doubts(self) -> list[str]:
        """What was saved all the same, and should be looked at once more."""
        found = []
        if self.finess.data and not key_holds(self.finess.data):
            found.append(
                _("The last digit of the FINESS number does not fit the others: check it again.")
            )
        names = communes_of(self.postal_code.data or "")
        if self.commune.data and names and self.commune.data not in names:
            found.append(
                _(
                    "For the postal code %(code)s the national list knows: %(names)s.",
                    code=self.postal_code.data,
                    names=", ".join(names),
                )
            )
        return found

    def to_request(self) -> CentreRequest:
        """What the service writes down."""
        return CentreRequest(
            **{
                name: getattr(self, name).data or ""
                for name in CentreRequest.__dataclass_fields__
                if name not in {"box_count", "publishes_doses"}
            },
            box_count=self.box_count.data,
            publishes_doses=self.publishes_doses.data,
        )


def _is_front_door(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    return bool(is_safe and host and not (parts.path or parts.query or parts.fragment))
