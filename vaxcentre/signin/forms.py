"""What is typed at the door: a name and a password, six digits, a place to work."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.passwords import LONGEST, check_password, read_code
from vaxcentre.rules.refusal import Refusal
from vaxcentre.signin.invitations import NewSecrets, own_words, seal
from vaxcentre.signin.service import Colleague
from vaxcentre.web.fields import Form, sentence_of


class SignInForm(Form):
    """E-mail or short name, and the password."""

    login = StringField(
        lazy_gettext("E-mail or short name"),
        [
            DataRequired(lazy_gettext("Type your e-mail address or your short name.")),
            Length(max=254),
        ],
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [DataRequired(lazy_gettext("Type your password.")), Length(max=LONGEST)],
    )
    next = HiddenField()


class SwitchForm(Form):
    """Which colleague takes the desk, and their six digits."""

    agent = RadioField(
        lazy_gettext("Who are you?"),
        coerce=int,
        validators=[DataRequired(lazy_gettext("Choose your name."))],
    )
    code = StringField(
        lazy_gettext("Your six digits"), [DataRequired(lazy_gettext("Type your six digits."))]
    )
    next = HiddenField()

    def offer(self, colleagues: Sequence[Colleague]) -> None:
        """List who may take this desk; who has it now is chosen beforehand."""
        self.agent.choices = [(one.staff_id, one.name) for one in colleagues]
        if self.agent.data is None:
            self.agent.data = colleagues[0].staff_id


class StationForm(Form):
    """Where one works now: a nurse's box, or the name of a desk."""

    box = SelectField(lazy_gettext("Box"), coerce=int)
    station = StringField(lazy_gettext("Name of this desk"), [Length(max=40)])
    next = HiddenField()

    def offer(self, box_count: int) -> None:
        """Number the boxes of this centre."""
        boxes = [(number, _("Box %(number)d", number=number)) for number in range(1, box_count + 1)]
        self.box.choices = [(0, _("No box")), *boxes]


class SetUpForm(Form):
    """The password, twice, and the six digits."""

    password = PasswordField(
        lazy_gettext("Your password"),
        [DataRequired(lazy_gettext("Choose a password.")), Length(max=LONGEST)],
    )
    again = PasswordField(
        lazy_gettext("The same password again"),
        [DataRequired(lazy_gettext("Type the password a second time.")), Length(max=LONGEST)],
    )
    code = StringField(
        lazy_gettext("Your six digits"), [DataRequired(lazy_gettext("Choose six digits."))]
    )

    def __init__(self, member: StaffMember, **options: Any) -> None:
        super().__init__(**options)
        self.own_words = own_words(member)

    def fill_in(self, *, password: str, code: str) -> None:
        """Offer secrets for who only wants to look around."""
        self.password.data = self.again.data = password
        self.code.data = code

    def validate_password(self, field: Any) -> None:
        """Refuse what colleagues and strangers would guess."""
        try:
            check_password(field.data, own_words=self.own_words)
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    def validate_again(self, field: Any) -> None:
        """A slip of the finger would lock the person out."""
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ. Type them again."))

    def validate_code(self, field: Any) -> None:
        """Refuse what is no code, or anybody's first idea."""
        try:
            field.data = read_code(field.data)
        except Refusal as refusal:
            raise sentence_of(refusal) from None

    def to_request(self) -> NewSecrets:
        """Both secrets, hashed."""
        return seal(self.password.data, self.code.data)
