"""An arrival is taken back within ten minutes, and nothing is erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from tests.reception.conftest import Morning, appointment_of
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import NoInjection, Visit
from vaxcentre.rules.vocabulary import NextStep, NoInjectionReason, Role

SignIn = Callable[..., Any]
Clock = Callable[[str], datetime]


@pytest.fixture
def arrived(page: Browser, morning: Morning, signed_in_as: SignIn) -> Page:
    """Ada is here since 10:21."""
    signed_in_as(Role.RECEPTION)
    page.open(f"/reception/?appointment={morning.appointment}")
    return page.submit("check-in")


def the_visit(session: Session) -> Visit:
    session.expire_all()
    return session.scalars(select(Visit).order_by(Visit.id)).all()[-1]


def test_the_undo_stands_on_the_result(arrived: Page) -> None:
    assert "Annuler l’arrivée" in arrived.select(".found .actions")[0].text_content()


def test_it_takes_the_arrival_back_and_signs_it(
    page: Browser, morning: Morning, arrived: Page, session: Session
) -> None:
    shown = page.submit("/undo")
    assert "L’arrivée a été annulée." in shown.text
    visit = the_visit(session)
    assert visit.undone_at == clock.now()
    assert visit.undone_by_id is not None
    actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["check_in", "undo_check_in"]


def test_the_next_arrival_gets_a_new_number(page: Browser, arrived: Page, session: Session) -> None:
    page.submit("/undo")
    assert "numéro 2" in page.submit("check-in").text


def test_twice_is_harmless(page: Browser, arrived: Page, session: Session) -> None:
    page.submit("/undo")
    page.last = arrived
    assert page.submit("/undo").status == 200
    assert (
        session.scalar(select(AuditEntry.id).where(AuditEntry.action == "undo_check_in").offset(1))
        is None
    )


def test_after_ten_minutes_it_is_refused(
    page: Browser, morning: Morning, arrived: Page, session: Session, at: Clock
) -> None:
    at("2026-11-23 10:28")  # at the desk all the while: an idle one locks itself
    page.open("/reception/")
    at("2026-11-23 10:31:01")
    page.last = arrived
    shown = page.submit("/undo")
    assert shown.status == 409
    assert "pendant 10 minutes" in shown.text
    assert the_visit(session).undone_at is None
    again = page.open(f"/reception/?appointment={morning.appointment}")
    assert "Annuler l’arrivée" not in again.text


def test_who_was_called_to_a_box_stays_arrived(
    page: Browser, arrived: Page, session: Session
) -> None:
    with transaction() as work:
        the_visit(work).called_at = clock.now()
    shown = page.submit("/undo")
    assert shown.status == 409
    assert "Une infirmière a appelé cette personne" in shown.text


def test_who_was_injected_stays_arrived(
    page: Browser, morning: Morning, arrived: Page, session: Session
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        lot = work.scalars(select(Lot)).one()
        make.make_injection(work, the_visit(work), course, lot)
    assert page.submit("/undo").status == 409


def test_who_was_recorded_as_not_vaccinated_stays_arrived(
    page: Browser, morning: Morning, arrived: Page, session: Session
) -> None:
    with transaction() as work:
        visit = the_visit(work)
        work.add(
            NoInjection(
                visit_id=visit.id,
                course_id=morning.course,
                reason=NoInjectionReason.LEFT,
                next_step=NextStep.NONE,
                recorded_at=clock.now(),
                recorded_by_id=visit.checked_in_by_id,
            )
        )
    assert page.submit("/undo").status == 409
    assert the_visit(session).undone_at is None


@pytest.mark.parametrize("role", [Role.NURSE, Role.OPERATOR, Role.INSPECTOR])
def test_only_reception_undoes(
    role: Role, page: Browser, morning: Morning, app: Flask, signed_in_as: SignIn
) -> None:
    with transaction() as work:
        visit = make.make_visit(work, appointment_of(work, morning.appointment)).id
    app.config["WTF_CSRF_ENABLED"] = False
    signed_in_as(role)
    assert page.send(f"/reception/visits/{visit}/undo").status == 403


def test_a_visit_that_does_not_exist_is_refused(
    page: Browser, morning: Morning, app: Flask, signed_in_as: SignIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    signed_in_as(Role.RECEPTION)
    assert page.send("/reception/visits/999/undo").status == 409
