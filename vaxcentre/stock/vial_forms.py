"""What is typed where a vial is opened or ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from vaxcentre import clock
from vaxcentre.models.stock import Lot
from vaxcentre.rules.vocabulary import DiscardReason
from vaxcentre.stock.queries import who_may_check
from vaxcentre.stock.vial_service import Opening
from vaxcentre.web import words
from vaxcentre.web.centre import the_centre
from vaxcentre.web.fields import Form
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent_id

REASONS = (
    DiscardReason.PAST_TIME,
    DiscardReason.BROKEN,
    DiscardReason.PREPARATION_ERROR,
    DiscardReason.LEFT_AT_CLOSING,
    DiscardReason.REFUSED_AFTER_DRAWING,
    DiscardReason.COLD_CHAIN,
    DiscardReason.MISSING_AT_COUNT,
)


class OpenVialForm(Form):
    """Which vial, in which box, and who looked at the dilution."""

    lot_id = SelectField(_l("Lot"), coerce=int, validate_choice=False, validators=[InputRequired()])
    box = IntegerField(
        _l("Box"), validators=[Optional(), NumberRange(1, 99, _l("Choose one of the boxes."))]
    )
    checked_by_id = SelectField(
        _l("Dilution checked by"), coerce=int, validate_choice=False, validators=[Optional()]
    )
    opened_at = StringField(_l("Opened at"), validators=[Optional()])
    visit_id = HiddenField()  # the person for whom it is opened, where it is at the nurse's

    def validate_opened_at(self, field: StringField) -> None:
        """An hour of today, as on a watch."""
        if field.data and self.moment() is None:
            raise ValidationError(_l("Type a time like 10:35."))

    def moment(self) -> datetime | None:
        """When it was opened, as typed; None where nothing is, or nothing that can be read."""
        text = (self.opened_at.data or "").replace("h", ":")
        try:
            typed = datetime.strptime(text, "%H:%M")  # noqa: DTZ007
        except ValueError:
            return None
        local = clock.now().astimezone(the_centre().zone)
        return local.replace(hour=typed.hour, minute=typed.minute, second=0, microsecond=0)

    @property
    def visit(self) -> int | None:
        """The number of the visit."""
        return _visit_of(self.visit_id)

    def to_request(self) -> Opening:
        """The opening as a plain value."""
        return Opening(
            lot_id=self.lot_id.data,
            box=self.box.data,
            checked_by_id=self.checked_by_id.data or None,
            opened_at=self.moment(),
        )


def opening_form(session: Session, lot: Lot) -> OpenVialForm:
    """The form for one lot: it asks for a second person where the product is diluted."""
    form = OpenVialForm(formdata=None, data={"lot_id": lot.id})
    offer_people(session, form, needed=lot.vaccine.needs_dilution)
    return form


def offer_people(session: Session, form: OpenVialForm, *, needed: bool) -> None:
    """Name those who may have checked a dilution, but for oneself."""
    people = who_may_check(session, current_agent_id()) if needed else []
    found = [SelectChoice(one.id, one.full_name) for one in people]
    form.checked_by_id.choices = [SelectChoice(0, _("Choose")), *found] if found else []


def _visit_of(field: HiddenField) -> int | None:
    try:
        return row_number(field.data or "")
    except ValueError:
        return None


class EndVialForm(Form):
    """Why what is left in a vial is thrown away."""

    reason = SelectField(_l("Why"), validate_choice=False, validators=[InputRequired()])
    visit_id = HiddenField()  # who waits in the box for the next vial

    @property
    def visit(self) -> int | None:
        """The number of the visit."""
        return _visit_of(self.visit_id)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(words.choices(DiscardReason))
        self.reason.choices = [SelectChoice(one.value, labels[one.value]) for one in REASONS]

    def validate_reason(self, field: Any) -> None:
        """One of the reasons."""
        if field.data not in set(DiscardReason):
            raise ValidationError(_("Choose the reason."))
