"""The forms of the interview: shape only."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from vaxcentre.interview.decision_service import LONGER_WATCH, DecisionRequest
from vaxcentre.interview.questions import shown_question
from vaxcentre.interview.service import AuthorisationRequest
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.questionnaire import Question
from vaxcentre.rules.vocabulary import Answer, IdentityDocument, Verdict
from vaxcentre.web import words
from vaxcentre.web.fields import Form

MISSING = lazy_gettext("Choose an answer. If the person does not know, choose “I do not know”.")


class QuestionForm(Form):
    """Yes, no or "I do not know" to each question that concerns one person."""

    def to_answers(self) -> dict[str, str]:
        """The answers by question."""
        return {f.name: f.data for f in self if isinstance(f, RadioField) and f.data}


def question_form(
    questions: Iterable[Question], language: str, answers: Mapping[str, str] | None = None
) -> QuestionForm:
    """The form for these questions, with the answers known so far."""
    fields: dict[str, Any] = {}
    for question in questions:
        text, help_text = shown_question(question, language)
        fields[question.code] = RadioField(
            text,
            description=help_text,
            validators=[InputRequired(MISSING)],
        )
    made = type("QuestionForm", (QuestionForm,), fields)
    form: QuestionForm = made(data=dict(answers or {}))
    for field in form:
        if isinstance(field, RadioField):
            field.choices = words.choices(Answer)
    return form


class DecisionForm(Form):
    """The doctor's word."""

    interview_id = HiddenField()
    verdict = RadioField(
        lazy_gettext("Decision"),
        validators=[InputRequired(lazy_gettext("Choose what you have decided."))],
    )
    observation_minutes = IntegerField(
        lazy_gettext("Minutes of observation, for a longer watch"),
        default=LONGER_WATCH,
        validators=[
            Optional(),
            NumberRange(15, 240, lazy_gettext("Enter between 15 and 240 minutes.")),
        ],
    )
    not_before_on = DateField(
        lazy_gettext("Possible from, where later"),
        validators=[Optional()],
    )
    sentence = TextAreaField(
        lazy_gettext("In a sentence, for the nurse"),
        validators=[
            InputRequired(lazy_gettext("Write the sentence that the nurse will read.")),
            Length(max=500, message=lazy_gettext("Keep it under 500 letters.")),
        ],
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.verdict.choices = words.choices(Verdict)

    def to_request(self, visit_id: int) -> DecisionRequest:
        """What was decided, as a plain value."""
        return DecisionRequest(
            visit_id=visit_id,
            interview_id=_number(self.interview_id.data),
            verdict=Verdict(self.verdict.data),
            sentence=self.sentence.data,
            observation_minutes=self.observation_minutes.data,
            not_before_on=self.not_before_on.data,
        )


class OverrideForm(Form):
    """A doctor sets a soft rule aside for one vaccination, and says why."""

    interview_id = HiddenField()
    course_id = SelectField(lazy_gettext("Vaccination"), coerce=int)
    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[
            InputRequired(lazy_gettext("Write why the interval or the age may be set aside.")),
            Length(min=10, max=500, message=lazy_gettext("Write a reason of 10 to 500 letters.")),
        ],
    )

    def to_request(self, visit_id: int) -> DecisionRequest:
        """What was set aside, as a plain value."""
        return DecisionRequest(
            visit_id=visit_id,
            interview_id=_number(self.interview_id.data),
            verdict=Verdict.GO,
            sentence=self.reason.data,
            overrides_course_id=self.course_id.data,
        )


class ConditionForm(Form):
    """The situations, of those that the planned vaccinations describe, that are the person's."""

    courses = SelectMultipleField(
        lazy_gettext("Tick what the person says is so"), coerce=int, choices=[]
    )

    def offer(self, courses: Iterable[Course], language: str) -> dict[int, str]:
        """A tick for each vaccination; gives what each of them describes."""
        found = tuple(courses)
        self.courses.choices = [(course.id, course.short_name(language)) for course in found]
        return {course.id: course.condition(language) for course in found}


class AuthorisationForm(Form):
    """Who comes with a minor or a protected adult, and what was seen."""

    companion_name = StringField(
        lazy_gettext("Name of the person who comes along"),
        validators=[
            Length(max=120, message=lazy_gettext("Keep it under 120 letters.")),
        ],
    )
    companion_tie = StringField(
        lazy_gettext("Tie: mother, father, guardian…"),
        validators=[
            Length(max=60, message=lazy_gettext("Keep it under 60 letters.")),
        ],
    )
    companion_document = SelectField(lazy_gettext("Document shown"), validators=[Optional()])
    is_seen = BooleanField(
        lazy_gettext("I have seen the authorisation of a holder of parental authority or guardian")
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        none = IdentityDocument.NONE
        self.companion_document.choices = [
            ("", words.label(none)),
            *(pair for pair in words.choices(IdentityDocument) if pair[0] != none),
        ]

    def validate_companion_name(self, field: StringField) -> None:
        """Somebody may come alone, with the authorisation in writing."""
        if not field.data and not self.is_seen.data:
            raise ValidationError(lazy_gettext("Enter the name of the person who comes along."))

    def validate_companion_tie(self, field: StringField) -> None:
        """Whoever comes along has a tie."""
        if self.companion_name.data and not field.data:
            raise ValidationError(lazy_gettext("Enter the tie with the patient."))

    def to_request(self, visit_id: int) -> AuthorisationRequest:
        """What was seen, as a plain value."""
        document = self.companion_document.data
        return AuthorisationRequest(
            visit_id=visit_id,
            companion_name=self.companion_name.data or None,
            companion_tie=self.companion_tie.data or None,
            companion_document=IdentityDocument(document) if document else None,
            is_seen=self.is_seen.data,
        )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
