"""One real browser for each process of the test run: it shows, counts keys and finds faults."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Route, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
HOST = "http://centre.test"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
FINGER = 90  # milliseconds between two keys: a scanner is quicker
# All keys of a code in one go, then Enter.
SCANNER = """keys => {
  for (const key of [...keys, "Enter"]) {
    const one = typeof key === "string" ? { key } : key;
    const down = new KeyboardEvent("keydown", { ...one, bubbles: true, cancelable: true });
    if (!document.activeElement.dispatchEvent(down)) continue;
    const here = document.activeElement;
    if (one.key === "Enter") here.matches("button, a") ? here.click() : here.form?.requestSubmit();
    else if (one.key.length === 1 && !one.ctrlKey && here.matches("#scan")) here.value += one.key;
  }
}"""
TARGETS = "a, button, select, input:not([type=hidden]), label:has(input), summary"
IN_A_LINE = ".skip, label input"
# A link among words is as high as the words.
TOO_SMALL = f"""() => {{
  const flows = (one) => one.nodeType === 3 || getComputedStyle(one).display === "inline";
  const says = (one) => one.nodeType !== 8 && !one.href && /\\w/.test(one.textContent);
  const among = (one) => flows(one) &&
    [...one.parentElement.childNodes].some((near) => says(near) && flows(near));
  return [...document.querySelectorAll("{TARGETS}")]
    .filter((one) => one.checkVisibility({{ visibilityProperty: true }}))
    .filter((one) => !one.matches("{IN_A_LINE}") && !among(one))
    .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect().height])
    .filter(([, height]) => height < 44);
}}"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN_RULES = """async () => (await axe.run({ resultTypes: ["violations"] })).violations
  .flatMap((rule) => rule.nodes.map((node) => [rule.id, node.html.slice(0, 90)]))"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, without a screen; Ubuntu has it under another name."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("TEST_BROWSER") or "/usr/bin/chromium",
            args=["--no-sandbox"],
        )
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application, answering on loopback with several threads."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Keyboard:
    """Somebody's keyboard and screen; counts what is pressed."""

    page: Page
    keys: list[str] = field(default_factory=list)

    def type(self, text: str) -> None:
        for sign in text:
            self._press(sign)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._press(key)

    def press_and_wait(self, key: str) -> None:
        """A key that asks the server."""
        with self.page.expect_navigation():
            self._press(key)

    def scan(self, code: str) -> None:
        """As a scanner types; not counted."""
        with self.page.expect_navigation():
            self.page.evaluate(SCANNER, list(code))

    def _press(self, key: str) -> None:
        self.keys.append(key)
        self.page.keyboard.press(key)
        self.page.wait_for_timeout(FINGER)

    def counted(self) -> int:
        """How many keys since the last count."""
        pressed = len(self.keys)
        self.keys.clear()
        return pressed

    @property
    def says(self) -> str:
        return " ".join(self.page.inner_text("main").split())


class Sheet:
    """A window that shows answers of ours as a server would send them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._html, self._policy = "", ""
        page.route(f"{HOST}/**", self._answer)

    def show(self, address: str, html: str, policy: str) -> None:
        """Open this page, its letters loaded."""
        self._html, self._policy = html, policy
        self.page.goto(f"{HOST}{address}")
        self.page.evaluate("document.fonts.ready")
        self.page.evaluate(Axe().axe_script)

    def faults(self, width: int) -> list[Any]:
        """What does not fit, is too small to hit, or breaks a rule of access at this width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        found: list[Any] = [*self.page.evaluate(TOO_SMALL), *self.page.evaluate(BROKEN_RULES)]
        wide = self.page.evaluate(TOO_WIDE)
        return [*found, ["scrolls sideways", wide]] if wide > 0 else found

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST).split("?", maxsplit=1)[0]
        if path.startswith("/static/"):
            file = ROOT / path[1:]
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        else:
            headers = {"Content-Security-Policy": self._policy}
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8", headers=headers)
