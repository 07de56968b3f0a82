"""The base of every form: white space off, sentences of our own, refusals at their field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.fields.core import Field, UnboundField
from wtforms.i18n import get_translations
from wtforms.validators import ValidationError

from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors, languages

UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def tidy(value: object) -> object:
    """Take off outer white space and signs that no keyboard types."""
    return value.translate(UNPRINTABLE).strip() if isinstance(value, str) else value


class ScanField(Field):
    """What the scanner typed, as it came: its separators are signs that no keyboard has."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the text as it is; the reading of codes tidies it."""
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return ""  # the field is empty after each scan


class Form(FlaskForm):
    """A form of ours. Its `to_request()` gives a service a plain frozen value."""

    class Meta(FlaskForm.Meta):
        """How fields are bound."""

        def bind_field(
            self, form: Any, unbound_field: UnboundField[Any], options: dict[str, Any]
        ) -> Field:
            """Give each text field the tidying filter."""
            if issubclass(unbound_field.field_class, StringField):
                filters = [tidy, *unbound_field.kwargs.get("filters", ())]
                options = {**options, "filters": filters}
            return super().bind_field(form, unbound_field, options)

        def get_translations(self, form: Any) -> Any:
            """WTForms' own sentences in the reader's language."""
            return get_translations([languages.chosen()])

    def validate(self, extra_validators: Any = None) -> bool:
        """As WTForms does; of what is wrong with one field, only the last sentence is shown.

        The first may be the library's own, about a type; ours says what to type.
        """
        is_right: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field.errors, (list, tuple)) and len(field.errors) > 1:
                field.errors = list(field.errors)[-1:]
        return is_right

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal's sentence at the field it is about, or on top of the form."""
        sentence = self.say(refusal)
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]

    def say(self, refusal: Refusal) -> str:
        """The refusal's sentence."""
        return self.about_course(refusal, errors.say(refusal))

    def about_course(self, refusal: Refusal, sentence: str) -> str:
        """The sentence with the name of its course in front, where several were chosen."""
        name = self.names_of_several().get(refusal.facts.get("course_id"))
        return _("%(course)s: %(sentence)s", course=name, sentence=sentence) if name else sentence

    def names_of_several(self) -> Mapping[object, str]:
        """The courses' names by number, where a sentence must say which it is about."""
        return {}

    @property
    def all_errors(self) -> Sequence[tuple[str | None, str]]:
        """Each sentence with the id of its field, in the order of the page."""
        found: list[tuple[str | None, str]] = [(None, str(text)) for text in self.form_errors]
        for field in self:
            found += [(field.id, str(text)) for text in field.errors]
        return found


def sentence_of(refusal: Refusal) -> ValidationError:
    """The refusal as the error of the field that is being read."""
    return ValidationError(errors.say(refusal))
