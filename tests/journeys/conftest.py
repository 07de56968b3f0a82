"""A real browser on the real application, on a port of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture
def address(printer: Path, address: str) -> str:
    """The application, printing for real."""
    return address


@pytest.fixture
def someone(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`someone(width=390, language="fr")` opens a browser of their own, cookies apart."""
    contexts: list[BrowserContext] = []

    def arrive(width: int = 1280, language: str = "fr", *, script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": 844 if width < 600 else 900},
            locale="fr-FR" if language == "fr" else "en-GB",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "vaxcentre_language", "value": language, "url": address}])
        contexts.append(context)
        return context.new_page()

    yield arrive
    for context in contexts:
        context.close()
