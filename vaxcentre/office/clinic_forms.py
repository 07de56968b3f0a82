"""The forms that open, change and close clinics."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from vaxcentre.office.clinic_plan import ClinicRequest, moment
from vaxcentre.office.closing_service import ClosingRequest
from vaxcentre.office.measure_fields import Day, Hour, Whole, options
from vaxcentre.office.place_service import MOST_PER_SLOT, PlacesRequest
from vaxcentre.web.fields import Form

A_MONDAY = date(2024, 1, 1)
NOW, LATER = "now", "later"
MOVE, CANCEL = "move", "cancel"
REASON = _l("Say why, in 300 letters at most.")
PLACES = _l("Enter the number of places per slot, from 1 to 200.")


def _weekdays() -> list[SelectChoice]:
    days = ((n, format_date(A_MONDAY + timedelta(days=n), "EEEE").capitalize()) for n in range(7))
    return options(days)


def _opening() -> list[SelectChoice]:
    return options(((NOW, _l("at once")), (LATER, _l("on a day and at a time"))))


def _places(label: Any) -> Whole:
    return Whole(label, low=1, high=MOST_PER_SLOT, message=PLACES)


def _beyond() -> StringField:
    return StringField(
        _l("Why more places than doses"), [Optional(), Length(max=300, message=REASON)]
    )


class OpeningForm(Form):
    """When booking opens: at once, or at a moment."""

    opens = RadioField(_l("Booking opens"), choices=_opening, default=NOW)
    opens_on = Day(_l("Opens on"), needed=False)
    opens_hour = Hour(_l("Opens at"), needed=False)

    def validate_opens(self, field: RadioField) -> None:
        """A later opening needs its day."""
        if field.data == LATER and self.opens_on.data is None:
            raise ValidationError(_l("Enter the day on which booking opens."))

    def opens_at(self, zone: ZoneInfo) -> datetime | None:
        """The moment, or None for at once."""
        if self.opens.data == NOW:
            return None
        return moment(self.opens_on.data, self.opens_hour.data or time.min, zone)


class ClinicForm(OpeningForm):
    """One clinic, or a weekly repeat of it."""

    courses = SelectMultipleField(_l("Vaccinations offered"), coerce=int)
    first_day = Day(_l("Day, or first day"))
    last_day = Day(_l("Last day of a weekly repeat"), needed=False)
    weekdays = SelectMultipleField(_l("Days of the week"), coerce=int, choices=_weekdays)
    leaves_out_days_off = BooleanField(_l("Leave out public holidays"), default=True)
    starts_at = Hour(_l("From"))
    ends_at = Hour(_l("Until"))
    minutes = Whole(
        _l("Minutes per slot"),
        low=1,
        high=240,
        message=_l("Enter the minutes per slot, from 1 to 240."),
        default=10,
    )
    places = _places(_l("Places per slot"))
    beyond_reason = _beyond()

    def offer(self, courses: list[tuple[int, str]]) -> None:
        """Name the courses that may be ticked."""
        self.courses.choices = options(courses)

    def to_request(self, zone: ZoneInfo) -> ClinicRequest:
        """What the service works with."""
        return ClinicRequest(
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            weekdays=frozenset(self.weekdays.data or ()),
            start=self.starts_at.data,
            until=self.ends_at.data,
            slot_minutes=self.minutes.data,
            places_per_slot=self.places.data,
            course_ids=tuple(self.courses.data or ()),
            opens_at=self.opens_at(zone),
            leaves_out_days_off=self.leaves_out_days_off.data,
            beyond_doses_reason=self.beyond_reason.data or "",
        )


class ChangeOpeningForm(OpeningForm):
    """Another moment of opening, for one clinic or all that were opened with it."""

    whole_series = BooleanField(_l("Also for the later clinics that were opened together with it"))


class HoursForm(Form):
    """Between two hours of a clinic's day."""

    from_hour = Hour(_l("For slots that begin from"))
    until_hour = Hour(_l("and before"))

    def span(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The two moments; midnight is the end of the day."""
        until: time = self.until_hour.data
        last = day + timedelta(days=1) if until == time.min else day
        return moment(day, self.from_hour.data, zone), moment(last, until, zone)


class PlacesForm(HoursForm):
    """So many places more in each slot."""

    places = _places(_l("Places more in each slot"))
    beyond_reason = _beyond()

    def to_request(self, clinic_id: int, day: date, zone: ZoneInfo) -> PlacesRequest:
        """What the service works with."""
        return PlacesRequest(
            clinic_id,
            *self.span(day, zone),
            places=self.places.data,
            reason=self.beyond_reason.data or "",
        )


class ReopenForm(Form):
    """A closed clinic again, and why, where its places lack doses by now."""

    beyond_reason = _beyond()


class RemoveForm(HoursForm):
    """So many free places fewer in each slot, and why."""

    places = _places(_l("Free places fewer in each slot"))
    reason = StringField(_l("Reason"), [DataRequired(REASON), Length(max=300, message=REASON)])

    def to_request(self, clinic_id: int, day: date, zone: ZoneInfo) -> PlacesRequest:
        """What the service works with."""
        return PlacesRequest(
            clinic_id, *self.span(day, zone), places=self.places.data, reason=self.reason.data
        )


class SettleForm(Form):
    """Where those who are booked go."""

    what = RadioField(
        _l("Those who are booked"),
        choices=options(
            (
                (MOVE, _l("are moved to another day, to the nearest time")),
                (CANCEL, _l("are cancelled")),
            )
        ),
        default=MOVE,
    )
    target = SelectField(_l("Day they are moved to"), validate_choice=True)

    def offer(self, days: list[tuple[str, str]]) -> None:
        """Name the days that have free places; without any, only cancelling is left."""
        self.target.choices = options([("", "–"), *days])
        if not days and not self.is_submitted():
            self.what.data = CANCEL

    def validate_target(self, field: SelectField) -> None:
        """Moving needs a day."""
        if self.what.data == MOVE and not field.data:
            raise ValidationError(_l("Choose the day to which they are moved, or cancel them."))

    def target_day(self) -> date | None:
        """The day, or None where they are cancelled."""
        return date.fromisoformat(self.target.data) if self.what.data == MOVE else None


class ClosingForm(HoursForm, SettleForm):
    """Which hours will not be held, why, and what becomes of those who are booked."""

    reason = StringField(_l("Reason"), [DataRequired(REASON), Length(max=300, message=REASON)])

    def to_request(self, clinic_id: int, day: date, zone: ZoneInfo) -> ClosingRequest:
        """What the service works with."""
        return ClosingRequest(
            clinic_id,
            *self.span(day, zone),
            reason=self.reason.data,
            target_day=self.target_day(),
        )
