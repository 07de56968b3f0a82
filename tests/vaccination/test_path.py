"""The whole path of one person: asked, called, injected, watched, gone home."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.page import Browser
from tests.vaccination.story import MORNING, make_scene
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import StockMovement
from vaxcentre.models.visit import Interview, Observation, Visit
from vaxcentre.rules.starter import questionnaire
from vaxcentre.rules.vocabulary import MovementKind, Role, Route, Side, Site

Write = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., StaffMember]
Clock = Callable[[str], object]


def test_ada_is_asked_called_injected_watched_and_goes_home(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn, at: Clock
) -> None:
    at(MORNING)
    with write() as s:
        scene = make_scene(s, ready=False)
    noor = signed_in_as(Role.NURSE, box=3)

    page.open("/interviews/")
    asked = page.follow("Poser les questions")
    answers = {field.get("name"): "no" for field in asked.select("input[type=radio]")}
    ready = page.submit("/questions", **answers)
    assert "prêt pour un box" in ready.text

    page.open("/vaccination/box")
    called = page.submit("/next")
    visit = session.get_one(Visit, scene.visit_id)
    assert (visit.box, visit.called_by_id) == (3, noor.id)
    assert "MERCIER Ada, 78 ans" in called.h1
    needle = called.select("section.needle")[0].text_content()
    for told in (
        "Peut être injecté",
        "EFLUELDA",
        "dose unique",
        "U8A213B",
        "30/06/2027",
        "0,7",
        "IM",
    ):
        assert told in needle

    at("2026-11-23 10:24")
    done = page.submit("/injection")
    assert "EFLUELDA, lot U8A213B, deltoïde gauche, 10:24" in done.text
    assert "Même vaccin, patient suivant" in done.text
    injection = session.scalars(select(Injection)).one()
    assert (injection.site, injection.side, injection.route) == (Site.DELTOID, Side.LEFT, Route.IM)
    assert (injection.lot_number, injection.lot_expires_on) == ("U8A213B", date(2027, 6, 30))
    assert (injection.dose_number, injection.doses_in_course, injection.box) == (1, 1, 3)
    assert (injection.nurse_name, injection.given_by_id) == ("Noor Benali", noor.id)
    taken = session.scalars(
        select(StockMovement).where(StockMovement.kind == MovementKind.GIVE)
    ).one()
    assert (taken.injection_id, taken.doses) == (injection.id, -1)

    board = page.open("/vaccination/board")
    assert "15 min, jusqu’à 10:39" in board.text
    at("2026-11-23 10:32")
    assert "7 min, jusqu’à 10:39" in page.open("/vaccination/board").text
    at("2026-11-23 10:39")
    assert "peut partir" in page.open("/vaccination/board").text
    gone = page.submit("/board/leave", button=f"visit_id={scene.visit_id}")
    assert "départ noté" in gone.text
    assert "Personne n’est en surveillance" in gone.text
    watched = session.scalars(select(Observation)).one()
    assert watched.left_at == watched.started_at + timedelta(minutes=15)
    signed = set(session.scalars(select(AuditEntry.action).where(AuditEntry.by_id == noor.id)))
    assert {"answer_interview", "call", "record_injection", "leave"} <= signed
    interview = session.scalars(select(Interview)).one()
    assert len(interview.answers) < len(questionnaire())  # only the questions that concern Ada
