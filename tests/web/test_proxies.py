"""A forwarded address is believed only from a proxy that the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, request

from vaxcentre.web import proxies


def _app(trusted: str) -> Flask:
    app = Flask("proxied")
    app.config["TRUSTED_PROXIES"] = trusted

    @app.get("/")
    def who() -> str:
        return f"{request.remote_addr} {request.scheme}"

    proxies.install(app)
    return app


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        ("", "203.0.113.7", "127.0.0.1 http"),
        ("10.0.0.0/8", "203.0.113.7", "127.0.0.1 http"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7 https"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7 https"),
        ("127.0.0.1, 10.0.0.0/8", "198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7 https"),
        ("127.0.0.1", "<script>", "127.0.0.1 https"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1 https"),
    ],
)
def test_who_is_asking(trusted: str, forwarded: str, expected: str) -> None:
    answer = (
        _app(trusted)
        .test_client()
        .get("/", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
    )
    assert answer.text == expected


def test_a_mistyped_proxy_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not-an-address"):
        _app("not-an-address")
