"""What a person sees fits, is large enough, and breaks no rule of access, at three widths."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from wtforms import Form

from tests.browsing import TOO_SMALL, TOO_WIDE

ROOT = Path(__file__).parents[2]
PAGES = ["public", "wrong", "staff", "nurse"]
PAGES += ["errors/403.html", "errors/409.html", "errors/500.html"]


@pytest.fixture
def show(
    render: Callable[..., str],
    screen: Callable[..., Page],
    form: Form,
    wrong_form: Form,
    context: dict[str, Any],
) -> Callable[..., Page]:
    """Show one of the pages above at a width."""

    def show(name: str, width: int) -> Page:
        used = wrong_form if name == "wrong" else form
        file = name if "/" in name else f"sampler_{'public' if name == 'wrong' else name}.html"
        values = {
            "form": None if "/" in name else used,
            "until": context["now"] + timedelta(minutes=10),
            "every": 5,
            "hours": [(f"{hour} h", 40, max(0, 44 - 6 * abs(hour - 10))) for hour in range(8, 18)],
            "sentence": "Ce lot est périmé depuis le 30/06/2026.",
        }
        return screen(render(file, **values), width)

    return show


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_and_breaks_no_rule_of_access(
    name: str, width: int, show: Callable[..., Page]
) -> None:
    page = show(name, width)

    assert page.evaluate(TOO_WIDE) <= 0
    assert page.evaluate(TOO_SMALL) == []
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(("name", "pixels"), [("staff", "18px"), ("public", "21px")])
def test_the_text_is_large(name: str, pixels: str, show: Callable[..., Page]) -> None:
    page = show(name, 320)

    assert page.evaluate("getComputedStyle(document.body).fontSize") == pixels
    assert page.evaluate("document.fonts.check('1em Luciole')")


def test_the_public_button_fills_the_phone(show: Callable[..., Page]) -> None:
    box = show("public", 320).get_by_role("button", name="Continuer").bounding_box()

    assert box is not None
    assert box["height"] >= 64
    assert box["width"] > 250


def test_the_colours_are_told_apart_from_their_ground(show: Callable[..., Page]) -> None:
    """Each colour of a state can be read on its own tint, and soft words on the ground."""
    page = show("staff", 768)

    for front, ground in [("go", "go-tint"), ("wait", "wait-tint"), ("stop", "stop-tint")]:
        assert contrast(token(page, front), token(page, ground)) >= 4.5, front
    assert contrast(token(page, "soft"), token(page, "ground")) >= 4.5


def token(page: Page, name: str) -> str:
    style = "getComputedStyle(document.documentElement)"
    return str(page.evaluate(f"{style}.getPropertyValue('--{name}')"))


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour.strip()[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_style_stays_small() -> None:
    assert (ROOT / "static/css/app.css").stat().st_size <= 15 * 1024
