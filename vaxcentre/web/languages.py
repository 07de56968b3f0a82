"""French first, English second: whose turn it is, and where the sentences are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import has_request_context, request
from flask_babel import force_locale

LANGUAGES = ("fr", "en")
COOKIE = "vaxcentre_language"
_spoken: ContextVar[str | None] = ContextVar("vaxcentre_spoken", default=None)
FOLDER = Path(__file__).resolve().parent.parent / "translations"


def chosen() -> str:
    """The reader's language: what they chose, else what their browser asks for, else French."""
    if spoken := _spoken.get():
        return spoken
    if not has_request_context():
        return "fr"
    kept = request.environ.get(COOKIE)  # asked for a dozen times a page
    if kept is None:
        cookie = request.cookies.get(COOKIE)
        asked = request.accept_languages.best_match(LANGUAGES) or "fr"
        kept = request.environ[COOKIE] = cookie if cookie in LANGUAGES else asked
    return str(kept)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what follows in this language: a letter is in its reader's, whoever writes it."""
    spoken = language if language in LANGUAGES else "fr"
    token = _spoken.set(spoken)
    try:
        with force_locale(spoken):
            yield
    finally:
        _spoken.reset(token)


@cache
def catalogues() -> tuple[str, ...]:
    """One catalogue a station: small files beside each other instead of one of everything."""
    return tuple(sorted(file.stem for file in FOLDER.glob("fr/LC_MESSAGES/*.po")))


def gettext(message: str, /, **values: object) -> str:
    """The sentence in the reader's language, as Flask-Babel's, which asks four objects for it."""
    found = sentences(chosen()).gettext(message)
    return found % values if values else found


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The sentence for so many."""
    return sentences(chosen()).ngettext(one, many, number) % {"num": number, **values}


@cache
def sentences(language: str) -> NullTranslations:
    """All catalogues of a language as one."""
    every = Translations()
    for name in catalogues():
        found = Translations.load(FOLDER, [language], name)
        if isinstance(found, Translations):  # the sentences are English as they stand
            every.merge(found)
    return every


def domains() -> str:
    """The catalogues, as Flask-Babel wants them."""
    return ";".join(catalogues()) or "core"


def directories() -> str:
    """One folder for each catalogue, as Flask-Babel wants them."""
    return ";".join(str(FOLDER) for _ in (catalogues() or ("core",)))


def compile_catalogues() -> None:
    """Bring each compiled catalogue up to date with its source; costs a stat when it is."""
    for source in FOLDER.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parent.parent.name)
            part = target.with_suffix(f".{id(catalogue)}.part")
            with part.open("wb") as out:
                write_mo(out, catalogue)
            part.replace(target)  # at once: another process may be reading it
