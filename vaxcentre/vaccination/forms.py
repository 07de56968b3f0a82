"""The forms of the vaccination station: shape only."""

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.core import Field
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from vaxcentre import clock
from vaxcentre.rules.vocabulary import (
    NextStep,
    NoInjectionReason,
    Route,
)
from vaxcentre.vaccination.correction_service import CorrectionRequest
from vaxcentre.vaccination.outcome_service import DeclaredDoseRequest, NoInjectionRequest
from vaxcentre.vaccination.places import PLACES, place_code, read_place
from vaxcentre.vaccination.service import InjectionRequest
from vaxcentre.web import words
from vaxcentre.web.fields import Form
from vaxcentre.web.paths import LARGEST_NUMBER

MILLILITRES = re.compile(r"(\d{1,2})(?:[.,](\d{1,3}))?(?:\s*ml)?", re.IGNORECASE)
TOO_LONG = lazy_gettext("This is too long: shorten it.")
A_ROW = NumberRange(1, LARGEST_NUMBER)
ALL_PLACES = tuple(dict.fromkeys(place for places in PLACES.values() for place in places))


def microlitres(text: str | None) -> int | None:
    """ "0,7" or "0.7 ml" as 700; None where it is no volume."""
    found = MILLILITRES.fullmatch((text or "").strip())
    if not found:
        return None
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))


class _DoseForm(Form):
    """Where, how and how much."""

    place = RadioField(
        lazy_gettext("Where"), validators=[InputRequired(lazy_gettext("Choose the place."))]
    )
    route = SelectField(lazy_gettext("Way of giving it"))
    volume = StringField(
        lazy_gettext("Volume, in ml"),
        validators=[InputRequired(lazy_gettext("Enter the volume, for example 0,5."))],
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.place.choices = [(place_code(p), words.place_label(*p)) for p in ALL_PLACES]
        self.route.choices = words.choices(Route)

    def validate_volume(self, field: StringField) -> None:
        """A volume is between nothing and ten millilitres."""
        found = microlitres(field.data)
        if found is None or not 0 < found <= 10_000:
            raise ValidationError(str(lazy_gettext("Enter the volume, for example 0,5.")))


class InjectionForm(_DoseForm):
    """What the nurse confirms with one key."""

    course_id = IntegerField(validators=[InputRequired(), A_ROW])
    lot_id = IntegerField(
        validators=[InputRequired(lazy_gettext("Scan the syringe first.")), A_ROW]
    )

    def to_request(self, visit_id: int, box: int | None) -> InjectionRequest:
        """What was done, as a plain value."""
        site, side = read_place(self.place.data)
        return InjectionRequest(
            visit_id=visit_id,
            course_id=self.course_id.data,
            lot_id=self.lot_id.data,
            site=site,
            side=side,
            route=Route(self.route.data),
            dose_volume_ul=microlitres(self.volume.data) or 0,
            box=box,
        )


class ScannedField(Field):
    """What the scanner typed, as it came: its separators are signs that no keyboard has."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep every sign but the white space around."""
        self.data = valuelist[0].replace("\0", "").strip(" \t\r\n") if valuelist else ""

    def _value(self) -> str:
        return ""  # the field is empty after each scan


class ScanForm(Form):
    """Another syringe: what the scanner read, or the lot typed."""

    course_id = IntegerField(validators=[InputRequired(), A_ROW])
    lot = ScannedField(
        lazy_gettext("Scan another syringe, or type the lot"),
        validators=[
            DataRequired(lazy_gettext("Scan the box, or type the lot printed on it.")),
            Length(max=200, message=TOO_LONG),
        ],
    )


class CorrectionForm(_DoseForm):
    """What the record should have said, and why it did not."""

    lot_id = SelectField(lazy_gettext("Vaccine and lot"), coerce=int)
    given_time = TimeField(
        lazy_gettext("Time of the injection"),
        validators=[InputRequired(lazy_gettext("Enter the time, for example 10:21."))],
    )
    what = RadioField(lazy_gettext("What is wrong"), default="details")
    reason = TextAreaField(
        lazy_gettext("Why the record is corrected"),
        validators=[
            DataRequired(lazy_gettext("Write why the record is corrected.")),
            Length(max=300, message=TOO_LONG),
        ],
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.what.choices = [
            ("details", str(lazy_gettext("The injection was given; a detail is wrong"))),
            ("error", str(lazy_gettext("The injection was never given: entered in error"))),
        ]

    def to_request(self, injection_id: int, day: date, zone: ZoneInfo) -> CorrectionRequest:
        """The correction, as a plain value."""
        site, side = read_place(self.place.data)
        return CorrectionRequest(
            injection_id=injection_id,
            lot_id=self.lot_id.data,
            site=site,
            side=side,
            route=Route(self.route.data),
            dose_volume_ul=microlitres(self.volume.data) or 0,
            given_at=clock.at(day, self.given_time.data, zone),
            reason=self.reason.data,
            was_given=self.what.data == "details",
        )


class NoInjectionForm(Form):
    """Why not, and what comes next."""

    course_id = SelectField(lazy_gettext("Vaccination"), coerce=int)
    reason = RadioField(
        lazy_gettext("Reason"), validators=[InputRequired(lazy_gettext("Choose the reason."))]
    )
    next_step = RadioField(
        lazy_gettext("What comes next"),
        validators=[InputRequired(lazy_gettext("Choose what comes next."))],
    )
    note = TextAreaField(
        lazy_gettext("Note"), validators=[Optional(), Length(max=500, message=TOO_LONG)]
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.reason.choices = words.choices(NoInjectionReason)
        self.next_step.choices = words.choices(NextStep)

    def to_request(self, visit_id: int) -> NoInjectionRequest:
        """The outcome, as a plain value."""
        return NoInjectionRequest(
            visit_id=visit_id,
            course_id=self.course_id.data,
            reason=NoInjectionReason(self.reason.data),
            next_step=NextStep(self.next_step.data),
            note=self.note.data or None,
        )


class DeclaredDoseForm(Form):
    """A dose given elsewhere."""

    course_id = SelectField(lazy_gettext("Vaccination"), coerce=int)
    dose_number = IntegerField(
        lazy_gettext("Dose number"),
        default=1,
        validators=[
            InputRequired(lazy_gettext("Enter the dose number.")),
            NumberRange(1, 9, lazy_gettext("Enter a number from 1 to 9.")),
        ],
    )
    given_on = DateField(
        lazy_gettext("Day of that dose"),
        validators=[InputRequired(lazy_gettext("Enter the day of that dose."))],
    )
    vaccine_name = StringField(
        lazy_gettext("Vaccine"),
        validators=[
            InputRequired(lazy_gettext("Enter the vaccine, or “unknown”.")),
            Length(max=200, message=TOO_LONG),
        ],
    )
    lot_number = StringField(
        lazy_gettext("Lot"), validators=[Optional(), Length(max=20, message=TOO_LONG)]
    )
    proof_seen = BooleanField(lazy_gettext("I have seen the proof"))

    def to_request(self, patient_id: int) -> DeclaredDoseRequest:
        """The declaration, as a plain value."""
        return DeclaredDoseRequest(
            patient_id=patient_id,
            course_id=self.course_id.data,
            dose_number=self.dose_number.data,
            given_on=self.given_on.data,
            vaccine_name=self.vaccine_name.data,
            lot_number=self.lot_number.data or None,
            proof_seen=self.proof_seen.data,
        )
