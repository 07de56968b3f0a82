"""The waiting room's screen: numbers and boxes, never a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests import make
from tests.page import Browser
from tests.reception.conftest import Morning, appointment_of, slot_at
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.vaccine import Course

Clock = Callable[[str], datetime]


def arrive(morning: Morning, number: int, box: int | None = None) -> None:
    """Somebody with this number is here, and perhaps called."""
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        patient = make.make_patient(session, family=f"Secret {number}")
        appointment = make.make_appointment(
            session, patient, slot_at(session, morning.clinic, number), course
        )
        called: dict[str, Any] = {"box": box, "called_at": clock.now()} if box else {}
        make.make_visit(session, appointment, queue_number=number, **called)


def test_anybody_sees_who_is_called_where_and_who_is_next(page: Browser, morning: Morning) -> None:
    arrive(morning, 12, box=3)
    arrive(morning, 14)
    arrive(morning, 15)
    shown = page.open("/affichage")
    assert [row.text_content() for row in shown.select(".calls tbody tr")] == ["123"]
    assert "14 · 15" in shown.text
    assert "10:21" in shown.text
    assert "Secret" not in shown.response.text
    assert "SECRET" not in shown.response.text
    assert shown.html.get("class") == "kiosk"


def test_a_call_leaves_the_screen_after_five_minutes(
    page: Browser, morning: Morning, at: Clock
) -> None:
    arrive(morning, 12, box=3)
    at("2026-11-23 10:27")
    shown = page.open("/affichage")
    assert not shown.select(".calls tbody tr")
    assert "Personne n’est appelé" in shown.text


def test_it_refreshes_itself_with_and_without_script(page: Browser, morning: Morning) -> None:
    shown = page.open("/affichage")
    assert 'http-equiv="refresh"' in shown.response.text
    assert shown.select("[data-refresh='/affichage']")
    etag = shown.response.headers["ETag"]
    assert page.open("/affichage", headers={"If-None-Match": etag}).status == 304
    arrive(morning, 7, box=1)
    assert page.open("/affichage", headers={"If-None-Match": etag}).status == 200


def test_undone_and_vaccinated_are_not_waiting(page: Browser, morning: Morning) -> None:
    with transaction() as session:
        make.make_visit(
            session,
            appointment_of(session, morning.appointment),
            queue_number=5,
            undone_at=clock.now(),
        )
    assert "Prochains numéros" not in page.open("/affichage").text


def test_it_speaks_english(page: Browser, morning: Morning) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/affichage").h1 == "Numbers called"
