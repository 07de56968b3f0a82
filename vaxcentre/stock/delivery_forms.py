"""What is typed about deliveries to come."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from vaxcentre.models.vaccine import Vaccine
from vaxcentre.stock.deliveries import Announced
from vaxcentre.stock.forms import MOST_DOSES
from vaxcentre.web.fields import Form

DAY_MISSING = _l("Enter the day of the delivery, for example 23/11/2026.")


class DeliveryDay(DateField):
    """A day, from the browser's calendar or typed as 23/11/2026."""

    data: date

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Say what to type, in one sentence."""
        self.invalid_value_message = DAY_MISSING
        super().process_formdata(valuelist)


class AnnounceForm(Form):
    """A delivery that the supplier has confirmed."""

    vaccine_id = SelectField(
        _l("Vaccine"), coerce=int, validators=[InputRequired(_l("Choose the vaccine."))]
    )
    day = DeliveryDay(
        _l("Day of the delivery"),
        format=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[InputRequired(DAY_MISSING)],
    )
    confirmed = IntegerField(
        _l("Doses confirmed"),
        validators=[
            InputRequired(_l("Type the number of doses.")),
            NumberRange(1, MOST_DOSES, _l("Type a number of doses, 1 or more.")),
        ],
    )
    document_number = StringField(
        _l("Number of the order"),
        validators=[Optional(), Length(max=60, message=_l("At most 60 characters."))],
    )

    def offer(self, vaccines: Sequence[Vaccine]) -> None:
        """Put the centre's products into the choice."""
        self.vaccine_id.choices = [
            (0, _("Choose")),
            *((one.id, f"{one.name} · {one.cip13}") for one in vaccines),
        ]

    def validate_vaccine_id(self, field: Any) -> None:
        """The first choice says "choose"."""
        if not field.data:
            raise ValidationError(_l("Choose the vaccine."))

    def to_request(self) -> Announced:
        """What was confirmed, as a plain value."""
        return Announced(
            vaccine_id=self.vaccine_id.data,
            day=self.day.data,
            doses=self.confirmed.data or 0,
            document_number=self.document_number.data or None,
        )


class SettleForm(Form):
    """Why no more of a delivery is expected."""

    settle_reason = StringField(
        _l("Why is no more of it expected?"),
        validators=[
            DataRequired(_l("Write why, for example: cut by the supplier.")),
            Length(max=300, message=_l("Write why, for example: cut by the supplier.")),
        ],
    )
