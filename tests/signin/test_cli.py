"""The first manager's link, and the way back in."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import Invitation, StaffMember
from vaxcentre.rules.vocabulary import Role


def links(text: str) -> list[str]:
    """The paths of the links that a command has printed."""
    return re.findall(r"http://127\.0\.0\.1:8081(/welcome/\S+)", text)


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Run `flask ...`; the exit code and what was printed."""
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def test_init_prints_the_link_of_the_first_manager(app: Flask, session: Session) -> None:
    code, said = run(app, "init")
    assert code == 0, said
    assert len(links(said)) == 1
    member = session.scalars(select(StaffMember)).one()
    assert member.roles == {Role.MANAGER}
    live = session.scalars(select(Invitation).where(Invitation.withdrawn_at.is_(None))).one()
    assert live.expires_at - live.created_at == timedelta(hours=24)


def test_init_again_replaces_a_lost_link_without_a_second_manager(
    app: Flask, page: Browser, session: Session
) -> None:
    first = links(run(app, "init")[1])[0]
    second = links(run(app, "init")[1])[0]
    assert first != second
    assert len(session.scalars(select(StaffMember)).all()) == 1
    assert page.open(first).status == 410
    assert page.open(second).status == 200


def test_init_is_silent_once_a_manager_has_a_password(app: Flask) -> None:
    with transaction() as session:
        make.make_staff(session, Role.MANAGER)
    assert links(run(app, "init")[1]) == []


def test_a_disabled_manager_does_not_count(app: Flask) -> None:
    with transaction() as session:
        manager = make.make_staff(session, Role.MANAGER)
        manager.disabled_at = manager.created_at
    assert len(links(run(app, "init")[1])) == 1


def test_staff_invite_makes_a_link_for_a_locked_out_centre(
    app: Flask, page: Browser, session: Session
) -> None:
    with transaction() as writing:
        make.make_staff(writing, Role.MANAGER)
    code, said = run(app, "staff", "invite", "MAX")
    assert code == 0
    page.open(links(said)[0])
    page.submit(
        "welcome", password="trois chevaux bleus", again="trois chevaux bleus", code="271828"
    )
    assert page.last and "Max" in page.last.text
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["invite_staff", "accept_invitation", "sign_in"]


def test_staff_invite_says_when_nobody_has_this_name(app: Flask) -> None:
    code, said = run(app, "staff", "invite", "nobody")
    assert code == 1
    assert "nobody" in said and "Traceback" not in said
