"""How templates are made quick, without making them different."""

from functools import cache
from typing import Any

from flask import Flask, request, url_for
from jinja2 import StrictUndefined, Template
from jinja2.environment import TemplateModule
from markupsafe import Markup

from vaxcentre.web import languages


class SharedTemplate(Template):
    """A template whose macros are made once.

    Jinja looks at the importing page's globals at every import without context, in case they
    differ; ours never do, and a page has a dozen imports.
    """

    _shared: TemplateModule | None = None

    def _get_default_module(self, ctx: Any = None) -> TemplateModule:
        if self._shared is None:
            self._shared = self.make_module()
        return self._shared


def install(app: Flask) -> None:
    """Settle the templates' environment; before any template is loaded."""
    environment = app.jinja_env
    environment.template_class = SharedTemplate
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(_=_say, gettext=_say, ngettext=_say_number, static=static)


def static(filename: str) -> str:
    """The address of a file of ours: worked out once, not five times a page."""
    return _static(request.script_root, filename)


@cache
def _static(_root: str, filename: str) -> str:
    return url_for("static", filename=filename)


# Jinja's own way to a sentence asks four objects whose turn it is; a page has some forty sentences.
def _say(message: str, /, **values: Any) -> Markup:
    found = Markup(languages.gettext(message))  # noqa: S704 - ours, as the templates are
    return found % values if values else found


def _say_number(one: str, many: str, number: int, /, **values: Any) -> Markup:
    sentence = languages.sentences(languages.chosen()).ngettext(one, many, number)
    return Markup(sentence) % {"num": number, **values}  # noqa: S704
