"""The shape of what is typed about papers."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

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
