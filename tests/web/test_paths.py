"""Which page stands behind an address."""

from __future__ import annotations

import pytest
from flask import Flask

from vaxcentre.web.paths import page_of


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/office/staff?show=all", "/office/staff?show=all"),
        ("/vaccination/visits/3/injection", "/vaccination/visits/3"),
        ("/interviews/3/decision/override", "/interviews/3/decision"),
        ("/stock/lots/2/discard", "/stock/lots/2"),
        ("/office/clinics/new/preview", "/office/clinics/new"),
        ("/messages/server/test", "/messages/server"),
        ("https://elsewhere.example/office", "/"),
        ("//elsewhere.example", "/"),
        ("/no/such/page", "/"),
    ],
)
def test_one_comes_back_to_the_page_of_a_form(app: Flask, address: str, page: str) -> None:
    with app.test_request_context():
        assert page_of(address) == page
