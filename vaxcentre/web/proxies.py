"""Whose word about a visitor's address is believed: only that of proxies the settings name."""

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def install(app: Flask) -> None:
    """Read `TRUSTED_PROXIES`: addresses or networks, with commas or spaces between them."""
    named = app.config["TRUSTED_PROXIES"].replace(",", " ").split()
    networks = [ipaddress.ip_network(text, strict=False) for text in named]
    if networks:
        app.wsgi_app = ForwardedAddress(app.wsgi_app, networks)  # type: ignore[method-assign]


class ForwardedAddress:
    """Gives the application the visitor's address and scheme as a trusted proxy tells them."""

    def __init__(self, inner: "WSGIApplication", trusted: list[Network]) -> None:
        self.inner, self.trusted = inner, trusted

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        return self.inner(environ, start_response)

    def _believe(self, environ: "WSGIEnvironment") -> None:
        # From the right: each proxy adds the address it saw; what stands left of the last
        # stranger was said by the stranger.
        for hop in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = hop.strip()
            if not _is_address(address):
                break
            environ["REMOTE_ADDR"] = address
            if not self._is_trusted(address):
                break
        if environ.get("HTTP_X_FORWARDED_PROTO") in {"http", "https"}:
            environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"]

    def _is_trusted(self, text: str) -> bool:
        if not _is_address(text):
            return False
        address = ipaddress.ip_address(text)
        return any(address in network for network in self.trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
