"""A browser without script, strict about every page it is given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import cssselect2
import lxml.html
from flask import Flask, g
from werkzeug.test import TestResponse

EXEMPT = {"language", "search", "q"}


@dataclass
class Page:
    """One answer, read as a person would."""

    response: TestResponse
    html: Any = field(default=None)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def url(self) -> str:
        """The path that answered in the end."""
        return self.response.request.path

    @property
    def text(self) -> str:
        """What the page says, white space folded."""
        return (
            " ".join(self.html.text_content().split())
            if self.html is not None
            else self.response.text
        )

    @property
    def title(self) -> str:
        """The page's title."""
        return str(self.html.findtext(".//title")).strip()

    @property
    def h1(self) -> str:
        """The page's one heading of the first level."""
        return " ".join(self.html.find(".//h1").text_content().split())

    @property
    def errors(self) -> list[str]:
        """The sentences next to fields and in the summary."""
        return [
            " ".join(e.text_content().split())
            for e in _matching(self.html, ".error, #error-summary li")
        ]

    def links(self) -> dict[str, str]:
        """The words of each link, and where it leads."""
        return {
            " ".join(a.text_content().split()): a.get("href")
            for a in self.html.iterfind(".//a[@href]")
        }

    def select(self, css: str) -> list[Any]:
        """Elements by CSS selector."""
        return _matching(self.html, css)

    def form(self, action_part: str = "") -> Any:
        """The first form whose action contains these letters (in the page's main part first)."""
        forms = self.html.findall(".//main//form") + self.html.findall(".//form")
        for found in forms:
            if action_part in (found.get("action") or self.url):
                return found
        raise AssertionError(
            f"no form with {action_part!r} on {self.url}; page says: {self.text[:300]}"
        )


def _matching(html: Any, css: str) -> list[Any]:
    """Elements by CSS selector, in the order of the page."""
    root = cssselect2.ElementWrapper.from_html_root(html)
    return [found.etree_element for found in root.query_all(css)]


class Browser:
    """Keeps cookies, follows redirects, sends forms with all their hidden fields."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.last: Page | None = None

    def open(self, url: str, **options: Any) -> Page:
        """Open a page and follow where it leads."""
        return self._read(self._ask("GET", url, **options))

    def send(self, url: str, **options: Any) -> Page:
        """Post to a path directly, without a form's hidden fields."""
        return self._read(self._ask("POST", url, **options))

    def submit(self, action_part: str = "", *, button: str | None = None, **values: Any) -> Page:
        """Fill in the last page's form and send it; `button` is a submit button's name=value."""
        assert self.last is not None, "open a page first"
        form = self.last.form(action_part)
        known = {
            str(e.get("name"))
            for e in form.iter("input", "select", "textarea", "button")
            if e.get("name")
        }
        unknown = set(values) - known
        assert not unknown, (
            f"no such field {unknown} in form {form.get('action')}; it has {sorted(known)}"
        )
        filled = {**self.defaults(form), **{k: v for k, v in values.items() if v is not None}}
        for key, value in values.items():
            if value is None:
                filled.pop(key, None)
        if button:
            name, _, value = button.partition("=")
            # A browser sends both, a hidden field of that name first.
            filled[name] = [filled[name], value] if name in filled else value
        url = form.get("action") or self.last.url
        if (form.get("method") or "get").lower() == "get":
            return self.open(url, query_string=filled)
        return self._read(self._ask("POST", url, data=filled))

    def follow(self, words: str) -> Page:
        """Follow the link whose words contain these."""
        assert self.last is not None, "open a page first"
        for text, target in self.last.links().items():
            if words in text:
                return self.open(target)
        raise AssertionError(f"no link {words!r}; there are {sorted(self.last.links())}")

    def _ask(self, method: str, url: str, **options: Any) -> TestResponse:
        """Ask, and follow where it leads; each answer is worked out with nothing remembered."""
        answer = self._ask_once(method, url, **options)
        for _ in range(10):
            if answer.status_code not in {301, 302, 303}:
                return answer
            answer = self._ask_once("GET", answer.headers["Location"])
        raise AssertionError(f"{url} leads in circles")

    def _ask_once(self, method: str, url: str, **options: Any) -> TestResponse:
        # The test's own application context stays open around the request, and `g` with it.
        for name in list(g):
            g.pop(name)
        return self.client.open(url, method=method, **options)

    def defaults(self, form: Any) -> dict[str, Any]:
        """What a browser would send of this form if nobody touched it."""
        found: dict[str, Any] = {}
        for e in form.iter("input"):
            name, kind = e.get("name"), (e.get("type") or "text").lower()
            if not name or kind in {"submit", "button", "file"}:
                continue
            if kind in {"radio", "checkbox"}:
                if e.get("checked") is not None:
                    found.setdefault(name, []).append(e.get("value", "on"))
            elif kind == "hidden" and name in found:
                found[name] = [*_listed(found[name]), e.get("value") or ""]
            else:
                found[name] = e.get("value") or ""
        for e in form.iter("textarea"):
            found[e.get("name")] = e.text or ""
        for e in form.iter("select"):
            options = e.findall(".//option")
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            found[e.get("name")] = [o.get("value") or "" for o in chosen]
        return found

    def _read(self, response: TestResponse) -> Page:
        page = Page(response)
        if response.mimetype == "text/html" and response.text.strip():
            page.html = lxml.html.fromstring(response.text)
            if response.text.lstrip().lower().startswith("<!doctype"):
                check(page)
        self.last = page
        return page


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def check(page: Page) -> None:
    """What every page of ours must be, whatever it is about."""
    html, where = page.html, page.url
    assert html.get("lang") in {"fr", "en"}, f"no language on {where}"
    assert page.title, f"no title on {where}"
    assert len(html.findall(".//h1")) == 1, f"not one h1 on {where}"
    ids = Counter(e.get("id") for e in html.iterfind(".//*[@id]"))
    doubled = [name for name, times in ids.items() if times > 1]
    assert not doubled, f"doubled ids {doubled} on {where}"
    _check_labels(html, ids, where)
    for form in html.iterfind(".//form"):
        if (form.get("method") or "get").lower() == "post":
            assert form.findall(".//input[@name='csrf_token']"), (
                f"no CSRF token in {form.get('action')} on {where}"
            )
    inline = html.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not inline, f"inline style or script on {where}"
    handlers = [str(a.attrname) for a in html.xpath("//@*[starts-with(name(), 'on')]")]
    assert not handlers, f"inline handlers {handlers} on {where}"
    for image in html.iterfind(".//img"):
        assert image.get("alt") is not None, f"an image without alt on {where}"
    for link in html.iterfind(".//a[@href]"):
        assert link.text_content().strip() or link.get("aria-label"), (
            f"a link without words on {where}"
        )


def _check_labels(html: Any, ids: Counter[Any], where: str) -> None:
    labelled = {label.get("for") for label in html.iterfind(".//label[@for]")}
    for e in html.iter("input", "select", "textarea"):
        if (e.get("type") or "") in {"hidden", "submit", "button"}:
            continue
        inside = any(up.tag == "label" for up in e.iterancestors())
        named = e.get("id") in labelled or inside or e.get("aria-label") or e.get("aria-labelledby")
        assert named, f"field {e.get('name')} without a label on {where}"
        for described in (e.get("aria-describedby") or "").split():
            assert described in ids, f"aria-describedby {described} missing on {where}"
