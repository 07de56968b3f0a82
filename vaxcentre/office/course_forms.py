"""The forms for a course and for one of its dated rules."""

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from vaxcentre.models.vaccine import Course, CourseRule
from vaxcentre.office.course_service import CourseRequest
from vaxcentre.office.measure_fields import AgeRange, Day, Whole, age_values, options
from vaxcentre.office.rule_request import RuleRequest
from vaxcentre.rules.vocabulary import PairChoice
from vaxcentre.web import words
from vaxcentre.web.fields import Form

NAME = _l("Enter a name of 80 letters at most.")
WHO = _l("Say in plain words who may have this vaccination, in 500 letters at most.")
GAP = _l("Enter a number of days, 3700 at most.")
LONGEST_GAP = 3700


def _pairs() -> list[SelectChoice]:
    return options(words.choices(PairChoice))


def _name(label: Any) -> StringField:
    return StringField(label, [DataRequired(NAME), Length(max=80, message=NAME)])


def _who(label: Any) -> TextAreaField:
    return TextAreaField(label, [DataRequired(WHO), Length(max=500, message=WHO)])


def _condition(label: Any) -> TextAreaField:
    return TextAreaField(label, [Optional(), Length(max=500, message=WHO)])


def _gap(label: Any) -> Whole:
    return Whole(label, low=0, high=LONGEST_GAP, message=GAP, needed=False)


class CourseForm(Form):
    """A course in plain words, in both languages."""

    name_fr = _name(_l("Name in French"))
    name_en = _name(_l("Name in English"))
    who_fr = _who(_l("Who may have it, in French"))
    who_en = _who(_l("Who may have it, in English"))
    condition_fr = _condition(_l("What a person declares on their honour, in French"))
    condition_en = _condition(_l("What a person declares on their honour, in English"))
    pair_choice = RadioField(
        _l("Where there are two doses"), choices=_pairs, default=PairChoice.TOGETHER.value
    )
    is_offered = BooleanField(_l("Offered on the public pages"), default=True)
    position = Whole(
        _l("Place in the list"),
        low=0,
        high=9999,
        message=_l("Enter a number from 0 to 9999: the smallest stands first."),
        default=100,
    )

    def to_request(self) -> CourseRequest:
        """What the service works with."""
        return CourseRequest(
            name_fr=self.name_fr.data,
            name_en=self.name_en.data,
            who_fr=self.who_fr.data,
            who_en=self.who_en.data,
            condition_fr=self.condition_fr.data or "",
            condition_en=self.condition_en.data or "",
            pair_choice=PairChoice(self.pair_choice.data),
            is_offered=self.is_offered.data,
            position=self.position.data,
        )


class NewCourseForm(CourseForm):
    """A course that the centre adds itself, or the next season of one."""

    like = SelectField(_l("Same disease as"), validate_choice=True)
    disease = StringField(
        _l("Another disease"),
        [Optional(), Length(max=40, message=_l("Enter 40 letters at most."))],
    )
    season = StringField(
        _l("Season"), [Optional(), Length(max=20, message=_l("Enter 20 letters at most."))]
    )

    def validate_like(self, field: SelectField) -> None:
        """One of the two must be said."""
        if not field.data and not self.disease.data:
            raise ValidationError(_l("Choose a disease, or name another one."))


def course_values(course: Course) -> dict[str, Any]:
    """The course's own words, to be changed."""
    names = ("name_fr", "name_en", "who_fr", "who_en", "condition_fr", "condition_en")
    return {name: getattr(course, name) for name in names} | {
        "pair_choice": course.pair_choice.value,
        "is_offered": course.is_offered,
        "position": course.position,
    }


class RuleForm(AgeRange):
    """One dated row."""

    schedule = StringField(
        _l("Schedule"), [Optional(), Length(max=60, message=_l("Enter 60 letters at most."))]
    )
    dose_number = Whole(
        _l("Dose number"), low=1, high=20, message=_l("Enter the number of the dose, from 1 to 20.")
    )
    min_days = _gap(_l("Days after the dose before, at least"))
    target_days = _gap(_l("Days after the dose before, at best"))
    max_days = _gap(_l("Days after the dose before, at most"))
    observation_minutes = Whole(
        _l("Minutes of observation"),
        low=0,
        high=240,
        message=_l("Enter the minutes of observation, 240 at most."),
        default=15,
    )
    needs_condition = BooleanField(_l("Only for those who declare the condition of this page"))
    source_title = StringField(
        _l("Source: which text says so"),
        [
            DataRequired(_l("A rule needs its source: say which text it is taken from.")),
            Length(max=300, message=_l("Enter 300 letters at most.")),
        ],
    )
    source_url = StringField(
        _l("Address of the source"),
        [Optional(), Length(max=400, message=_l("Enter 400 letters at most."))],
    )
    source_on = Day(_l("Date of the source"), needed=False)
    valid_from = Day(_l("Holds from"))
    last_day = Day(_l("Holds until (last day)"), needed=False)
    is_confirmed = BooleanField(_l("I confirm this rule for the centre"))

    def validate_source_url(self, field: StringField) -> None:
        """Only an address that a browser may open."""
        if not field.data.startswith(("https://", "http://")):
            raise ValidationError(_l("The address of the source begins with https://"))

    def to_request(self) -> RuleRequest:
        """What the service works with; the last day becomes an exclusive end."""
        last = self.last_day.data
        return RuleRequest(
            schedule=self.schedule.data or "",
            dose_number=self.dose_number.data,
            min_age_months=self.min_age_months(),
            max_age_months=self.max_age_months(),
            min_days=self.min_days.data,
            target_days=self.target_days.data,
            max_days=self.max_days.data,
            observation_minutes=self.observation_minutes.data,
            needs_condition=self.needs_condition.data,
            source_title=self.source_title.data,
            source_url=self.source_url.data or "",
            source_on=self.source_on.data,
            valid_from=self.valid_from.data,
            valid_until=last + timedelta(days=1) if last else None,
            is_confirmed=self.is_confirmed.data,
        )


class LastDayForm(Form):
    """The day on which a rule holds for the last time."""

    last_day = Day(_l("Holds until (last day)"))


def rule_values(rule: CourseRule, *, valid_from: date) -> dict[str, Any]:
    """A row's own figures, as the beginning of its next version or its correction."""
    names = ("schedule", "dose_number", "min_days", "target_days", "max_days")
    sources = ("source_title", "source_url", "source_on", "observation_minutes")
    return {name: getattr(rule, name) for name in (*names, *sources)} | {
        "needs_condition": bool(rule.condition),
        "valid_from": valid_from,
        "last_day": rule.valid_until - timedelta(days=1) if rule.valid_until else None,
        **age_values(rule.min_age_months, rule.max_age_months),
    }
