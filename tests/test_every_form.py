"""Whatever is typed into whatever field of whatever page: a sentence, never a crash.

Walks through all pages that can be reached by links, then sends every form it met with each of
the awkward strings in all of its text fields. A crash fails the test: errors are not swallowed
while testing. Each page is also checked as HTML by the browser of the tests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from tests import make
from tests.page import Browser, Page
from tests.world import World, build
from vaxcentre.rules.vocabulary import Role

AWKWARD = {
    "long": "é" * 300,
    "nul": "a\x00b\x1fc",
    "cyrillic": "Дмитрий Иванович",
    "apostrophe": "D’Arc'); DROP TABLE patient;--",
    "markup": "<script>alert(1)</script>{{ 7*7 }}%(num)d%s",
    "emoji": "👩🏽‍⚕️\u202e\ufeff",
    "number": "99999999999999999999",
    "negative": "-1",
    "surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "empty": "",
}
SKIPPED = ("/sign-out", "/lock", "/language")


def _walk(page: Browser, starts: list[str], app: Flask) -> dict[str, str]:
    """Every form that can be met, by the pattern of its target: the address of its page."""
    seen: set[str] = set()
    forms: dict[str, str] = {}
    queue = deque(starts)
    while queue:
        address = queue.popleft()
        pattern = _pattern(app, address, "GET")
        if pattern is None or pattern in seen:
            continue
        seen.add(pattern)
        answer = page.open(address)
        assert answer.status < 500, address
        if answer.html is None:
            continue
        for form in answer.select("form"):
            target = (form.get("action") or answer.url).split("?")[0]
            method = (form.get("method") or "get").upper()
            kind = _pattern(app, target, method)
            if kind and not target.startswith(SKIPPED):
                forms.setdefault(f"{kind} {sorted(_names(form))}", answer.url)
        queue.extend(link.split("#")[0] for link in answer.links().values() if link[:1] == "/")
    return forms


def _pattern(app: Flask, address: str, method: str) -> str | None:
    try:
        endpoint, _values = app.url_map.bind("localhost").match(
            address.split("?", maxsplit=1)[0], method=method
        )
    except HTTPException:
        return None
    return f"{method} {endpoint}" if endpoint != "static" else None


def _names(form: Any) -> set[str]:
    return {str(e.get("name")) for e in form.iter("input", "textarea") if e.get("name")}


def _fill(page: Browser, form: Any, text: str) -> dict[str, Any]:
    values = page.defaults(form)
    for field in form.iter("input", "textarea"):
        kind = (field.get("type") or "text").lower()
        if field.get("name") and kind in {"text", "search", "tel", "email", "password", "number"}:
            values[str(field.get("name"))] = text
    return values


@pytest.fixture
def world(app: Flask, printer: Path) -> World:
    return build()


@pytest.mark.slow
def test_an_awkward_string_in_every_field_of_the_staff_pages(
    app: Flask, page: Browser, world: World
) -> None:
    def sign_in() -> None:
        make.sign_in(page, *Role, box=1)

    sign_in()
    forms = _walk(page, ["/staff", "/office", "/reception/", f"/stock/lots/{world.lot_id}"], app)
    assert len(forms) > 20
    _send_all(page, forms, sign_in)


@pytest.mark.slow
def test_an_awkward_string_in_every_field_of_the_public_pages(
    app: Flask, page: Browser, world: World
) -> None:
    forms = _walk(page, ["/", "/book/vaccine", "/find", "/verifier", "/mon-attestation"], app)
    assert len(forms) >= 4
    _send_all(page, forms, lambda: None)


def _send_all(page: Browser, forms: dict[str, str], again: Callable[[], Any]) -> None:
    for kind, address in forms.items():
        for name, text in AWKWARD.items():
            opened = page.open(address)
            if opened.url.startswith(("/sign-in", "/locked")):
                again()
                opened = page.open(address)
            if opened.html is not None:
                _send(page, opened, kind, text, name)


def _send(page: Browser, opened: Page, kind: str, text: str, name: str) -> None:
    method, endpoint = kind.split()[:2]
    for form in opened.select("form"):
        target = form.get("action") or opened.url
        if _pattern(page.app, target, method) != f"{method} {endpoint}":
            continue
        values = _fill(page, form, text)
        if method == "POST":
            answer = page.send(target, data=values)
        else:
            answer = page.open(target.split("?")[0], query_string=values)
        assert answer.status < 500, f"{kind} with {name}"
        return
