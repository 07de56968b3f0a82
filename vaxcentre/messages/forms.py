"""What the manager types about the mail server."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from vaxcentre.messages.seal import seal
from vaxcentre.messages.service import MailSettings
from vaxcentre.messages.smtp import Security
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.contact import read_email
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web.fields import Form, sentence_of

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?")


def _read_address(field: Any) -> None:
    try:
        field.data = read_email(field.data)
    except Refusal as refusal:
        raise sentence_of(refusal) from None


class MailForm(Form):
    """How the centre's mail leaves."""

    host = StringField(lazy_gettext("Mail server"), [Length(max=200)])
    port = IntegerField(
        lazy_gettext("Port"),
        [
            InputRequired(lazy_gettext("Type the port: 587, or what your provider says.")),
            NumberRange(1, 65535, lazy_gettext("A port is a number from 1 to 65535.")),
        ],
    )
    security = SelectField(
        lazy_gettext("Protection"),
        choices=[
            SelectChoice(Security.STARTTLS.value, lazy_gettext("STARTTLS (usual, port 587)")),
            SelectChoice(Security.TLS.value, lazy_gettext("TLS (port 465)")),
            SelectChoice(
                Security.NONE.value, lazy_gettext("None: only for a server in the same building")
            ),
        ],
    )
    user = StringField(lazy_gettext("User name"), [Length(max=200)])
    password = PasswordField(lazy_gettext("Password"), [Length(max=200)])
    sender = StringField(lazy_gettext("Sender's address"), [Length(max=254)])

    def __init__(self, centre: Centre, **options: Any) -> None:
        super().__init__(
            host=centre.smtp_host,
            port=centre.smtp_port,
            security=centre.smtp_security,
            user=centre.smtp_user,
            sender=centre.smtp_sender or centre.email,
            **options,
        )
        self.kept_host = centre.smtp_host
        self.has_password = bool(centre.smtp_password_sealed)

    def validate_host(self, field: Any) -> None:
        """Refuse what is no name of a machine."""
        if field.data and not _HOST.fullmatch(field.data):
            raise ValidationError(_("Type a name such as smtp.example.org, nothing else."))

    def validate_user(self, field: Any) -> None:
        """Keep passwords off a line that anybody could read."""
        if field.data and self.security.data == Security.NONE:
            raise ValidationError(
                _("Choose STARTTLS or TLS: without them anybody on the way reads the password.")
            )

    def validate_password(self, field: Any) -> None:
        """A password is not handed to another server than the one it was typed for."""
        moved = self.host.data and self.host.data != self.kept_host
        if self.user.data and not field.data and (moved or not self.has_password):
            raise ValidationError(_("Type the password for this server."))
        if not (field.data or "").isascii():
            raise ValidationError(
                _("Mail servers read no accents in a password: choose another one there.")
            )

    def validate_sender(self, field: Any) -> None:
        """A server without a sender sends nothing."""
        if self.host.data or field.data:
            _read_address(field)

    def to_request(self) -> MailSettings:
        """The settings, the password sealed; None where the kept one stays."""
        typed = self.password.data
        return MailSettings(
            host=self.host.data or "",
            port=self.port.data,
            security=self.security.data,
            user=self.user.data or "",
            sealed_password=seal(typed) if typed else None,
            sender=self.sender.data or "",
        )


class TrialForm(Form):
    """Where the test message goes."""

    recipient = StringField(
        lazy_gettext("Send a test message to"),
        [InputRequired(lazy_gettext("Type the address where you can look.")), Length(max=254)],
    )

    def validate_recipient(self, field: Any) -> None:
        """Refuse what mail cannot reach."""
        _read_address(field)
