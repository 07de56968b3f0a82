"""A page that many visitors see alike: drawn once, with a hole for what is each one's own."""

import secrets
from collections.abc import Hashable, Mapping
from typing import cast

from flask import current_app, render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from vaxcentre.web import languages
from vaxcentre.web.centre import the_centre

SHELF = "vaxcentre_shared_pages"
KEPT_PAGES = 256
MARK = secrets.token_hex(8)  # nobody can type what they cannot guess
PROOF = "csrf"

Pieces = tuple[str, ...]  # text, name of a hole, text, name, ... text


def draw(template: str, own: Mapping[str, str], **same: Hashable) -> str:
    """The page of this address, language and centre with `same` in it.

    `own` are this visitor's texts, put in as they are, letters escaped; they are never kept.
    """
    if "_flashes" in session:  # a sentence for this visitor alone
        return render_template(template, **same, **own)
    shelf = cast("dict[Hashable, Pieces]", current_app.extensions.setdefault(SHELF, {}))
    key = (template, languages.chosen(), the_centre(), request.full_path, *same.items())
    pieces = shelf.get(key)
    if pieces is None:
        if len(shelf) >= KEPT_PAGES:
            shelf.clear()
        pieces = shelf[key] = _draw_with_holes(template, own, same)
    texts = {PROOF: generate_csrf(), **own}
    page = list(pieces)
    page[1::2] = [str(escape(texts[name])) for name in pieces[1::2]]
    return "".join(page)


def _draw_with_holes(template: str, own: Mapping[str, str], same: Mapping[str, Hashable]) -> Pieces:
    holes = {name: f"{MARK}{name}{MARK}" for name in own}
    page = render_template(template, **same, **holes)
    return tuple(page.replace(generate_csrf(), f"{MARK}{PROOF}{MARK}").split(MARK))
