"""The table of all routes and who may use them: deny by default."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, current_app

from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import PUBLIC, access_of

O, R, N, D, S, M, I = (  # noqa: E741 - one letter a role keeps the table readable
    Role.OPERATOR,
    Role.RECEPTION,
    Role.NURSE,
    Role.DOCTOR,
    Role.STOCK,
    Role.MANAGER,
    Role.INSPECTOR,
)
ANY = frozenset(Role)


def only(*roles: Role) -> frozenset[Role]:
    """These roles and no other."""
    return frozenset(roles)


WHO_MAY: dict[str, str | frozenset[Role]] = {
    # shared
    "web.choose_language": PUBLIC,
    "web.alive": PUBLIC,
    # booking
    # papers (public)
    # questionnaire (at home)
    # signin
    "signin.door": PUBLIC,
    "signin.sign_in": PUBLIC,
    "signin.station": ANY,
    "signin.sign_out": PUBLIC,
    "signin.lock": PUBLIC,
    "signin.locked": PUBLIC,
    "signin.welcome": PUBLIC,
    "signin.set_up": PUBLIC,
    # phone
    # reception
    # interview
    # vaccination
    # stock
    # certificates
    # messages
    "messages.home": only(M, R),
    "messages.again": only(M, R),
    "messages.told_by_phone": only(M, R),
    "messages.all_again": only(M),
    "messages.server": only(M),
    "messages.trial": only(M),
    # office
    # office_staff
    # office_vaccines
    # office_clinics
    # office_figures
}


def test_every_route_is_in_the_table_and_marked_as_it_says(app: Flask) -> None:
    found = {name: access_of(name) for name in current_app.view_functions if name != "static"}
    assert found == WHO_MAY


def test_no_address_has_room_for_a_name_or_a_birth_date(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert not {"name", "family", "birth", "birth_on", "phone", "email"} & set(rule.arguments)


@pytest.mark.parametrize("endpoint", [name for name, who in WHO_MAY.items() if who != PUBLIC])
def test_a_stranger_is_sent_to_the_sign_in_page(endpoint: str, app: Flask) -> None:
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    values: dict[str, Any] = dict.fromkeys(rule.arguments, 1)
    with app.test_request_context():
        url = app.url_for(endpoint, **values)
    app.config["WTF_CSRF_ENABLED"] = False
    method = "GET" if "GET" in (rule.methods or ()) else "POST"
    answer = app.test_client().open(url, method=method)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]
