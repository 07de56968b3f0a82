"""A real browser on the real application, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server


@pytest.fixture
def address(app: Flask, printer: Path) -> Iterator[str]:
    """The application, answering on loopback with several threads, printing for real."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
