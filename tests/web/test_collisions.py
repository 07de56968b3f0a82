"""What the database's last locks refuse is a sentence and a way on, not a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from sqlalchemy import text

from tests import make
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.web.access import public


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Pages are added to it."""
    return own_app


@pytest.fixture
def colliding(app: Flask) -> Flask:
    """A page that makes the same lot twice, and one that says something wrong."""
    bp = Blueprint("colliding", __name__)

    @bp.get("/collide")
    @public
    def collide() -> str:
        with transaction() as session:
            vaccine = make.make_vaccine(session)
            make.make_lot(session, vaccine)
            make.make_lot(session, vaccine)
        return "never"

    @bp.get("/mistake")
    @public
    def mistake() -> str:
        with transaction() as session:
            session.execute(text("SELECT nothing FROM nowhere"))
        return "never"

    app.register_blueprint(bp)
    return app


def test_a_collision_is_told_and_leaves_nothing(
    colliding: Flask, page: Browser, write: Callable[[], Any]
) -> None:
    answer = page.open("/collide")
    assert answer.status == 409
    assert "au même instant" in answer.text
    with write() as session:
        assert session.execute(text("SELECT count(*) FROM vaccine")).scalar() == 0


def test_a_mistake_of_ours_is_still_a_crash(colliding: Flask) -> None:
    colliding.testing = False
    assert colliding.test_client().get("/mistake").status_code == 500
