"""How templates are made quick, without making them different."""

from typing import Any

from flask import Flask
from jinja2 import StrictUndefined, Template
from jinja2.environment import TemplateModule


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
