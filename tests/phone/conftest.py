"""Omar's screen, and a clinic tomorrow with places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.rules.vocabulary import Role


@dataclass
class Line:
    """Omar's screen, and what stands behind it."""

    page: Browser
    course: int
    clinic: int

    def look_up(self, birth: str = "14031948", letters: str = "mer", **more: Any) -> Page:
        self.page.open("/phone/")
        wanted = {"birth_on": birth, "letters": letters, "courses": [str(self.course)]}
        return self.page.submit("/phone/", **(wanted | more))

    def choose(self, key: str) -> Page:
        assert self.page.last is not None
        (button,) = self.page.last.select(f"button[data-key='{key}']")
        return self.page.submit("/phone", button=f"{button.get('name')}={button.get('value')}")

    def press(self, name: str, **typed: str) -> Page:
        return self.page.submit("/phone/", button=f"{name}=y", **typed)

    def read_back(self, **typed: str) -> Page:
        return self.press("confirm", **typed)

    def confirm(self, **typed: str) -> Page:
        """Type what is missing; read it aloud where that is asked for; book."""
        shown = self.read_back(**typed)
        asks = shown.status == 200 and shown.select("button[data-key=Enter][name=confirm]")
        return self.read_back() if asks else shown


def appointments(session: Session) -> list[Appointment]:
    session.expire_all()
    return list(session.scalars(select(Appointment).order_by(Appointment.id)))


@pytest.fixture
def line(
    app: Flask, page: Browser, at: Callable[[str], datetime], signed_in_as: Callable[..., Any]
) -> Line:
    """Monday 23 November 2026, 8:00; the clinic of tomorrow has places from 9:00."""
    at("2026-11-23 08:00")
    with transaction() as session:
        course = make.make_course(session)
        clinic = make.make_clinic(session, course, day=date(2026, 11, 24), places=1)
        numbers = course.id, clinic.id
    signed_in_as(Role.OPERATOR)
    return Line(page, *numbers)
