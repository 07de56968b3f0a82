"""The forms of the observation board: shape only."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from wtforms import BooleanField, RadioField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from vaxcentre import clock
from vaxcentre.models.visit import Reaction
from vaxcentre.rules.vocabulary import ReactionKind, ReactionOutcome, Severity
from vaxcentre.vaccination.reaction_service import ReactionCorrection, ReactionRequest
from vaxcentre.web import words
from vaxcentre.web.fields import Form

TOO_LONG = lazy_gettext("This is too long: shorten it.")


class LeaveForm(Form):
    """Why somebody leaves before the minutes are over."""

    early_reason = StringField(
        lazy_gettext("Reason"),
        validators=[
            DataRequired(lazy_gettext("Say why this person leaves early.")),
            Length(max=300, message=TOO_LONG),
        ],
    )


class ReactionForm(Form):
    """What happened in the minutes after."""

    kind = RadioField(
        lazy_gettext("What"), validators=[InputRequired(lazy_gettext("Choose what was seen."))]
    )
    noticed_time = TimeField(
        lazy_gettext("When"),
        validators=[InputRequired(lazy_gettext("Enter the time, for example 10:21."))],
    )
    severity = RadioField(
        lazy_gettext("How bad"), validators=[InputRequired(lazy_gettext("Choose how bad it was."))]
    )
    treatment = TextAreaField(
        lazy_gettext("Treatment"), validators=[Optional(), Length(max=1000, message=TOO_LONG)]
    )
    outcome = RadioField(
        lazy_gettext("How it ended"),
        validators=[InputRequired(lazy_gettext("Choose how it ended."))],
    )
    note = TextAreaField(
        lazy_gettext("Note"), validators=[Optional(), Length(max=1000, message=TOO_LONG)]
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = words.choices(ReactionKind)
        self.severity.choices = words.choices(Severity)
        self.outcome.choices = words.choices(ReactionOutcome)

    def to_request(self, visit_id: int, day: date, zone: ZoneInfo) -> ReactionRequest:
        """What happened, as a plain value."""
        return ReactionRequest(
            visit_id=visit_id,
            noticed_at=clock.at(day, self.noticed_time.data, zone),
            kind=ReactionKind(self.kind.data),
            severity=Severity(self.severity.data),
            outcome=ReactionOutcome(self.outcome.data),
            treatment=self.treatment.data or None,
            note=self.note.data or None,
        )


class ReactionCorrectionForm(ReactionForm):
    """What the record of a reaction should have said, and why it did not."""

    is_in_error = BooleanField(lazy_gettext("It never happened: entered in error"))
    reason = TextAreaField(
        lazy_gettext("Why the record is corrected"),
        validators=[
            DataRequired(lazy_gettext("Write why the record is corrected.")),
            Length(max=300, message=TOO_LONG),
        ],
    )

    def to_correction(self, old: Reaction, day: date, zone: ZoneInfo) -> ReactionCorrection:
        """The correction, as a plain value."""
        return ReactionCorrection(
            reaction_id=old.id,
            request=self.to_request(old.visit_id, day, zone),
            reason=self.reason.data,
            is_in_error=bool(self.is_in_error.data),
        )
