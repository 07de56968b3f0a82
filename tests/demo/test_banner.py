"""Whoever looks at the demo sees on each page that it is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, current_app

from tests import make, world
from tests.page import Browser
from tests.test_routes import WHO_MAY
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import PUBLIC


@pytest.fixture
def demo(app: Flask, at: Callable[[str], object]) -> Flask:
    """A centre with something on every page, as a demo."""
    at("2026-11-23 12:00")
    world.build()
    app.config["IS_DEMO"] = True
    return app


def _pages(*, public: bool) -> list[str]:
    """The addresses of all pages that need no number."""
    return sorted(
        rule.rule
        for rule in current_app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and rule.endpoint != "static"
        and (WHO_MAY[rule.endpoint] == PUBLIC) is public
    )


@pytest.mark.parametrize("public", [True, False])
def test_each_page_says_that_it_is_a_demonstration(demo: Flask, public: bool) -> None:
    page, seen = Browser(demo), 0
    if not public:
        make.sign_in(page, *Role, box=1)
    for address in [*_pages(public=public), "/nowhere"]:
        shown = page.open(address)
        if shown.html is None or not shown.select("body"):
            continue  # a part of a page, a file
        seen += 1
        assert shown.select("aside.demo"), address
    assert seen > 10


def test_even_where_everything_is_broken(demo: Flask) -> None:
    with demo.test_request_context():
        broken = demo.jinja_env.get_template("errors/500.html")
        assert 'class="demo"' in broken.render()
        demo.config["IS_DEMO"] = False
        assert 'class="demo"' not in broken.render()
