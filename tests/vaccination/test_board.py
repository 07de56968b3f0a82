"""Observation, leaving, reactions; not vaccinated; doses from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from tests.vaccination.story import (
    MORNING,
    PARIS,
    Scene,
    asked_for,
    make_arrival,
    make_scene,
    make_shop,
)
from vaxcentre import clock
from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import NoInjection, Observation, Reaction, Visit
from vaxcentre.rules.course import DoseAlreadyGiven
from vaxcentre.rules.vocabulary import (
    Answer,
    NextStep,
    NoInjectionReason,
    ReactionKind,
    Role,
    Severity,
    Side,
    Verdict,
)
from vaxcentre.vaccination import outcome_service, refusals
from vaxcentre.vaccination.observation_service import leave, undo_leave
from vaxcentre.vaccination.outcome_service import DeclaredDoseRequest, NoInjectionRequest
from vaxcentre.vaccination.service import record_injection, undo_injection

Write = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., StaffMember]
Clock = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


def give(session: Session, scene: Scene, **changes: Any) -> int:
    """Noor gives the dose now."""
    noor = make.make_staff(session, Role.NURSE)
    request = asked_for(scene, **changes)
    return record_injection(session, request, by_id=noor.id, zone=PARIS, now=clock.now()).id


@pytest.fixture
def scene(write: Write) -> Scene:
    """Ada is ready."""
    with write() as session:
        return make_scene(session)


def test_the_longest_minutes_count_from_the_last_injection(
    write: Write, session: Session, at: Clock
) -> None:
    with write() as s:
        flu, vaccine, lot = make_shop(s)
        covid = make.make_course(s, "covid-2026", observation_minutes=30)
        other = make.make_lot(s, make.make_vaccine(s, covid, name="COMIRNATY"), number="HE2241")
        visit = make_arrival(s, flu, covid)
        scene = Scene(flu.id, vaccine.id, lot.id, visit.patient_id, visit.appointment_id, visit.id)
        covid_id, other_id = covid.id, other.id
        give(s, scene)
    assert session.scalars(select(Observation.minutes)).one() == 15
    at("2026-11-23 10:22")
    with write() as s:
        second = give(s, scene, course_id=covid_id, lot_id=other_id, side=Side.RIGHT)
    watched = session.scalars(select(Observation)).one()
    assert (watched.minutes, watched.started_at) == (30, clock.now())
    with write() as s:
        noor = make.make_staff(s, Role.NURSE)
        undo_injection(s, second, by_id=noor.id, zone=PARIS, now=clock.now())
    session.expire_all()
    watched = session.scalars(select(Observation)).one()
    assert (watched.minutes, watched.started_at) == (15, clock.now() - timedelta(minutes=2))


def test_the_doctor_s_longer_watch_wins(write: Write, session: Session) -> None:
    with write() as s:
        scene = make_scene(s, answers={"severe_allergy": Answer.YES})
        visit = s.get_one(Visit, scene.visit_id)
        make.make_decision(s, visit, Verdict.GO_LONGER_WATCH, observation_minutes=45)
        give(s, scene)
    assert session.scalars(select(Observation.minutes)).one() == 45


def test_the_first_who_may_leave_stands_on_top(
    page: Browser, write: Write, signed_in_as: SignIn, at: Clock
) -> None:
    with write() as s:
        shop = make_shop(s)
        for name in ("Ben", "Ada"):
            person = make.make_patient(s, name)
            give(s, make_scene(s, shop=shop, patient=person))
            at("2026-11-23 10:25")
    signed_in_as(Role.RECEPTION)
    text = page.open("/vaccination/board").text
    assert text.index("Ben") < text.index("Ada")
    assert "10 min, jusqu’à 10:35" in text


def test_leaving_early_asks_the_reason(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    with write() as s:
        give(s, scene)
    rosa = signed_in_as(Role.RECEPTION)
    page.open("/vaccination/board")
    asked = page.submit("/board/leave", button=f"visit_id={scene.visit_id}")
    assert "Départ anticipé" in asked.h1
    assert page.submit("/leave", early_reason="").status == 422
    page.submit("/leave", early_reason="son taxi attend")
    row = session.scalars(select(Observation)).one()
    assert (row.early_reason, row.left_noted_by_id) == ("son taxi attend", rosa.id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "leave")).one()
    assert entry.details == {"is_early": True}
    with pytest.raises(refusals.AlreadyLeft), write() as s:
        leave(s, scene.visit_id, early_reason=None, by_id=rosa.id, now=clock.now())


def gone_home(page: Browser, scene: Scene) -> Page:
    """One tap too many: Ada is still sitting there."""
    page.open("/vaccination/board")
    page.submit("/board/leave", button=f"visit_id={scene.visit_id}")
    return page.submit("/leave", early_reason="son taxi attend")


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.NURSE, Role.DOCTOR])
def test_gone_home_is_taken_back_from_the_board(
    role: Role,
    page: Browser,
    write: Write,
    session: Session,
    scene: Scene,
    signed_in_as: SignIn,
    at: Clock,
) -> None:
    with write() as s:
        give(s, scene)
    agent = signed_in_as(role)
    left = gone_home(page, scene)
    assert "Partis à l’instant" in left.text
    assert "Personne n’est en surveillance" in left.text
    at("2026-11-23 10:24")
    (offered,) = left.select(".undo form")
    assert "départ noté" in left.select(".undo")[0].text_content()
    assert page.defaults(offered)["visit_id"] == str(scene.visit_id)
    back = page.submit("/board/undo-leave")
    assert "de nouveau en surveillance" in back.text
    assert "11 min, jusqu’à 10:35" in back.text
    assert "Partis à l’instant" not in back.text
    row = session.scalars(select(Observation)).one()
    assert (row.left_at, row.left_noted_by_id, row.early_reason) == (None, None, None)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "undo_leave")).one()
    assert (entry.by_id, entry.patient_id) == (agent.id, scene.patient_id)
    assert entry.details["early_reason"] == "son taxi attend"
    assert "10:20" in entry.details["left_at"] or "09:20" in entry.details["left_at"]


def test_gone_home_is_taken_back_once_and_for_ten_minutes(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn, at: Clock
) -> None:
    with write() as s:
        give(s, scene)
    rosa = signed_in_as(Role.RECEPTION)
    shown = gone_home(page, scene)
    button = f"visit_id={scene.visit_id}"
    assert page.submit("/board/undo-leave", button=button).status == 200
    page.last = shown
    assert page.submit("/board/undo-leave", button=button).status == 200
    assert (
        len(session.scalars(select(AuditEntry).where(AuditEntry.action == "undo_leave")).all()) == 1
    )
    gone_home(page, scene)
    at("2026-11-23 10:29")
    assert "Partis à l’instant" in page.open("/vaccination/board").text
    at("2026-11-23 10:30")
    assert "Partis à l’instant" not in page.open("/vaccination/board").text
    with pytest.raises(refusals.TooLateToUndo), write() as s:
        undo_leave(s, scene.visit_id, by_id=rosa.id, now=clock.now())


@pytest.mark.parametrize("role", [Role.STOCK, Role.MANAGER, Role.INSPECTOR, Role.OPERATOR])
def test_others_take_nothing_back(
    role: Role, page: Browser, scene: Scene, signed_in_as: SignIn, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    signed_in_as(role)
    assert page.send("/vaccination/board/undo-leave").status == 403


def test_the_papers_are_one_tap_away(
    page: Browser, write: Write, scene: Scene, signed_in_as: SignIn
) -> None:
    with write() as s:
        give(s, scene)
        course = s.get_one(Course, scene.course_id)
        later = make.make_slot(s, course, day=date(2026, 12, 28))
        ada = s.get_one(Patient, scene.patient_id)
        following = make.make_appointment(s, ada, later, course, dose_number=2).id
    signed_in_as(Role.RECEPTION)
    links = page.open("/vaccination/board").links().values()
    assert f"/reception/appointments/{following}/confirmation.pdf" in links
    papers = page.follow("Attestation")
    assert (papers.status, "Imprimer l’attestation" in papers.text) == (200, True)


def test_a_reaction_is_recorded_once(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    with write() as s:
        give(s, scene)
    noor = signed_in_as(Role.NURSE)
    form = page.open(f"/vaccination/board/{scene.visit_id}/reaction")
    told = {
        "kind": "fainting",
        "severity": "mild",
        "outcome": "recovered",
        "treatment": "allongée",
    }
    page.submit("/reaction", **told)
    page.last = form
    page.submit("/reaction", **told)
    row = session.scalars(select(Reaction)).one()
    assert (row.kind, row.severity) == (ReactionKind.FAINTING, Severity.MILD)
    assert (row.recorded_by_id, row.noticed_at) == (noor.id, clock.now())
    assert "effet" in page.open("/vaccination/board").text
    page.open(f"/vaccination/board/{scene.visit_id}/reaction")
    early = page.submit("/reaction", **told, noticed_time="08:00")
    assert (early.status, "Saisissez une heure entre" in early.text) == (422, True)


FAINTED = {"kind": "fainting", "severity": "mild", "outcome": "recovered"}


def record(page: Browser, write: Write, scene: Scene) -> str:
    """Noor has recorded that Ada fainted; the address of the correction."""
    with write() as s:
        give(s, scene)
    page.open(f"/vaccination/board/{scene.visit_id}/reaction")
    page.submit("/reaction", **FAINTED, treatment="allongée")
    page.open(f"/vaccination/board/{scene.visit_id}/reaction")
    return next(target for target in page.last.links().values() if "/reactions/" in target)  # type: ignore[union-attr]


def reactions(session: Session) -> list[Reaction]:
    session.expire_all()
    return list(session.scalars(select(Reaction).order_by(Reaction.id)))


def test_a_reaction_is_corrected_by_a_new_record_that_says_why(
    page: Browser,
    write: Write,
    session: Session,
    scene: Scene,
    signed_in_as: SignIn,
    at: Clock,
) -> None:
    noor = signed_in_as(Role.NURSE)
    correction = record(page, write, scene)
    at("2026-11-23 10:25")
    form = page.open(correction)
    assert form.select("textarea[name=treatment]")[0].text.strip() == "allongée"
    assert page.submit("/correction", kind="nausea", reason=" \n ").status == 422
    page.last = form
    shown = page.submit("/correction", kind="nausea", reason="n’a pas perdu connaissance")
    old, new = reactions(session)
    assert (old.kind, old.replaced_at, old.treatment) == (
        ReactionKind.FAINTING,
        clock.now(),
        "allongée",
    )
    assert (new.kind, new.replaces_id, new.treatment) == (ReactionKind.NAUSEA, old.id, "allongée")
    assert (new.recorded_by_id, new.correction_reason) == (noor.id, "n’a pas perdu connaissance")
    assert "n’a pas perdu connaissance" in shown.text
    assert "malaise" in shown.text.lower()  # the old one stays readable
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "correct_reaction")).one()
    assert entry.details == {"of": old.id, "is_in_error": False}
    page.last = form
    assert page.submit("/correction", kind="other", reason="x").status == 200  # twice is harmless
    assert len(reactions(session)) == 2
    page.open(correction)
    stale = page.submit("/correction", kind="other", reason="trop tard")
    assert stale.status == 422
    assert "a déjà été corrigé" in " ".join(stale.errors)


def test_a_reaction_recorded_for_the_wrong_person_leaves_the_board(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE)
    page.open(record(page, write, scene))
    shown = page.submit("/correction", is_in_error="y", reason="mauvais dossier")
    assert "noté par erreur" in shown.text
    assert [row.is_in_error for row in reactions(session)] == [False, True]
    board = page.open("/vaccination/board")
    assert not board.select("tbody .state.stop")


@pytest.mark.parametrize(
    ("changed", "says"),
    [({}, "Rien ne diffère"), ({"noticed_time": "08:00"}, "Saisissez une heure entre")],
)
def test_a_correction_that_cannot_be_is_given_back(
    changed: dict[str, str],
    says: str,
    page: Browser,
    write: Write,
    session: Session,
    scene: Scene,
    signed_in_as: SignIn,
) -> None:
    signed_in_as(Role.NURSE)
    page.open(record(page, write, scene))
    shown = page.submit("/correction", reason="erreur", **changed)
    assert shown.status == 422
    assert says in " ".join(shown.errors)
    assert len(reactions(session)) == 1


def test_a_nurse_corrects_own_reactions_and_a_doctor_any(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE)
    correction = record(page, write, scene)
    with write() as s:
        s.get_one(Reaction, 1).recorded_by_id = make.make_staff(s, Role.MANAGER).id
    assert "Corriger" not in page.open(f"/vaccination/board/{scene.visit_id}/reaction").text
    page.open(correction)
    assert page.submit("/correction", kind="other", reason="x").status == 422
    signed_in_as(Role.DOCTOR)
    page.open(correction)
    assert page.submit("/correction", kind="other", reason="x").status == 200
    assert len(reactions(session)) == 2


def test_reactions_are_for_nurses_and_doctors(
    page: Browser, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    assert page.open(f"/vaccination/board/{scene.visit_id}/reaction").status == 403


# Not vaccinated -------------------------------------------------------------------------------


def not_given(session: Session, scene: Scene, **changes: Any) -> NoInjection:
    """Ada is unwell today."""
    noor = make.make_staff(session, Role.NURSE)
    values: dict[str, Any] = {
        "visit_id": scene.visit_id,
        "course_id": scene.course_id,
        "reason": NoInjectionReason.UNWELL,
        "next_step": NextStep.REBOOK,
        "note": None,
    }
    return outcome_service.record_no_injection(
        session,
        NoInjectionRequest(**(values | changes)),
        by_id=noor.id,
        day=clock.today(PARIS),
        now=clock.now(),
    )


def test_not_vaccinated_has_its_reason_what_comes_next_and_an_undo(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    noor = signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}")
    page.follow("Non vacciné")
    assert page.submit("/not-vaccinated").status == 422
    shown = page.submit("/not-vaccinated", reason="unwell", next_step="rebook", note="39 °C")
    assert "non fait, malade aujourd’hui. Suite : reprendre rendez-vous" in shown.text
    assert "Peut être injecté" not in shown.text
    row = session.scalars(select(NoInjection)).one()
    assert (row.reason, row.note, row.recorded_by_id) == (
        NoInjectionReason.UNWELL,
        "39 °C",
        noor.id,
    )
    assert session.scalars(select(PlannedDose.released_at)).one() == clock.now()
    back = page.submit("/undo")
    assert "Peut être injecté" in back.text
    session.expire_all()
    assert session.scalars(select(PlannedDose.released_at)).one() is None


def test_after_not_vaccinated_the_needle_is_refused(write: Write, scene: Scene) -> None:
    with write() as session:
        not_given(session, scene)
    with pytest.raises(refusals.AlreadyNotVaccinated), write() as session:
        give(session, scene)


def test_an_injected_dose_is_not_recorded_as_not_given(write: Write, scene: Scene) -> None:
    with write() as session:
        give(session, scene)
    with pytest.raises(refusals.AlreadyInjected), write() as session:
        not_given(session, scene)


def test_not_today_is_refused_too(write: Write, scene: Scene) -> None:
    with write() as session:
        session.get_one(Visit, scene.visit_id).undone_at = clock.now()
    with pytest.raises(refusals.NotCheckedIn), write() as session:
        not_given(session, scene)


def test_the_undo_ends_after_ten_minutes_and_where_the_dose_was_booked_again(
    write: Write, scene: Scene, at: Clock
) -> None:
    with write() as session:
        row_id = not_given(session, scene).id
        noor = make.make_staff(session, Role.NURSE).id
        dose = session.scalars(select(PlannedDose)).one()
        again = PlannedDose(
            appointment_id=dose.appointment_id,
            course_id=dose.course_id,
            dose_number=1,
            patient_id=dose.patient_id,
        )
        session.add(again)
        session.flush()
        with pytest.raises(refusals.PlannedElsewhere):
            outcome_service.undo_no_injection(session, row_id, by_id=noor, now=clock.now())
    at("2026-11-23 10:30")
    with pytest.raises(refusals.TooLateToUndo), write() as session:
        outcome_service.undo_no_injection(session, row_id, by_id=noor, now=clock.now())


# Doses from elsewhere -------------------------------------------------------------------------


def test_a_declared_dose_counts_and_withdrawn_no_longer(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE, box=3)
    form = page.open(f"/vaccination/visits/{scene.visit_id}/earlier-doses")
    told = {"given_on": "2026-10-14", "vaccine_name": "VAXIGRIP", "proof_seen": "y"}
    page.submit("/earlier-doses", **told)
    page.last = form
    page.submit("/earlier-doses", **told)
    row = session.scalars(select(DeclaredDose)).one()
    assert (row.given_on, row.dose_number, row.proof_seen) == (date(2026, 10, 14), 1, True)
    stopped = page.open(f"/vaccination/visits/{scene.visit_id}")
    assert "Ne pas injecter" in stopped.text
    assert "il y a 40 jours" in stopped.text
    page.open(f"/vaccination/visits/{scene.visit_id}/earlier-doses")
    page.submit("/withdraw")
    assert "Peut être injecté" in page.open(f"/vaccination/visits/{scene.visit_id}").text
    session.expire_all()
    assert session.scalars(select(DeclaredDose.withdrawn_at)).one() == clock.now()


@pytest.mark.parametrize("day", ["2026-11-24", "1948-03-13"])
def test_a_day_that_cannot_be_is_refused_at_its_field(
    page: Browser, scene: Scene, signed_in_as: SignIn, day: str
) -> None:
    signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}/earlier-doses")
    back = page.submit("/earlier-doses", given_on=day, vaccine_name="VAXIGRIP")
    assert back.status == 422
    assert "Saisissez un jour entre la naissance et aujourd’hui." in back.errors


def test_the_same_dose_is_not_declared_twice(write: Write, scene: Scene) -> None:
    asked = DeclaredDoseRequest(
        scene.patient_id, scene.course_id, 1, date(2026, 10, 1), "X", None, proof_seen=False
    )
    with write() as session:
        noor = make.make_staff(session, Role.NURSE).id
        outcome_service.declare_dose(session, asked, by_id=noor, zone=PARIS, now=clock.now())
    with pytest.raises(DoseAlreadyGiven), write() as session:
        outcome_service.declare_dose(session, asked, by_id=noor, zone=PARIS, now=clock.now())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_opens_in_both_languages(
    page: Browser, write: Write, scene: Scene, signed_in_as: SignIn, language: str
) -> None:
    with write() as session:
        injection_id = give(session, scene)
    signed_in_as(Role.DOCTOR, box=3)
    page.client.set_cookie("vaxcentre_language", language)
    visit = scene.visit_id
    for address in (
        "/vaccination/box",
        f"/vaccination/visits/{visit}",
        f"/vaccination/visits/{visit}/earlier-doses",
        f"/vaccination/visits/{visit}/not-vaccinated",
        f"/vaccination/injections/{injection_id}",
        f"/vaccination/injections/{injection_id}/correction",
        "/vaccination/board",
        f"/vaccination/board/{visit}/leave",
        f"/vaccination/board/{visit}/reaction",
        "/interviews/",
        "/interviews/doctor",
        f"/interviews/{visit}/questions",
        f"/interviews/{visit}/decision",
    ):
        shown = page.open(address)
        assert (shown.status, shown.html.get("lang")) == (200, language), address
