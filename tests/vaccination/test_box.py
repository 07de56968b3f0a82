"""The nurse's box: calling, scanning, side and lot, one key, twice harmless, both languages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser, Page
from tests.vaccination.story import MORNING, Scene, make_arrival, make_scene, make_shop
from vaxcentre import clock
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import ReadEntry
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import StaffMember, StaffSession
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Vaccine
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import Answer, Role, Route, Side, Site, Verdict
from vaxcentre.vaccination.places import NEEDLE_PLACES, place_code, places_for

Write = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., StaffMember]
Clock = Callable[[str], datetime]
GS = "\x1d"


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


@pytest.fixture
def scene(write: Write) -> Scene:
    """Ada is ready, ten doses in stock."""
    with write() as session:
        return make_scene(session)


def chosen_place(page: Page) -> str:
    """The place that is marked before anybody has pressed a key."""
    return str(page.select("#injection input[name=place][checked]")[0].get("value"))


def test_a_nurse_without_a_box_chooses_one_first(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE)
    assert page.open("/vaccination/box").h1 == "Votre box"
    refused = page.send("/vaccination/next", data={"csrf_token": _token(page)})
    assert (refused.status, "Choisissez d’abord votre box" in refused.text) == (409, True)
    page.open("/vaccination/box")
    assert page.submit("/box", button="box=2").h1 == "Box 2"
    assert session.scalars(select(StaffSession.box)).one() == 2
    page.submit("/next")
    assert session.get_one(Visit, scene.visit_id).box == 2


def test_a_box_that_does_not_exist_is_not_chosen(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.NURSE)
    page.open("/vaccination/box")
    assert "Choisissez un des box" in page.submit("/box", button="box=99").text


def _token(page: Browser) -> str:
    assert page.last is not None
    return str(page.last.select("input[name=csrf_token]")[0].get("value"))


def test_calling_twice_gives_the_same_person_and_who_is_put_back_is_called_again(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE, box=3)
    page.open("/vaccination/box")
    page.submit("/next")
    page.submit("/call")
    assert page.last is not None
    assert "Appel" in page.last.text
    box = page.open("/vaccination/box")
    assert "MERCIER Ada" in box.text
    page.submit("/queue")
    assert session.get_one(Visit, scene.visit_id).called_at is None
    assert page.submit("/next").url == f"/vaccination/visits/{scene.visit_id}"


def test_nobody_ready_is_said(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.NURSE, box=3)
    page.open("/vaccination/box")
    assert "Personne n’est prêt" in page.submit("/next").text


def test_someone_in_another_box_is_not_called_away(
    page: Browser, write: Write, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE, box=3)
    shown = page.open(f"/vaccination/visits/{scene.visit_id}")
    with write() as session:
        visit = session.get_one(Visit, scene.visit_id)
        visit.called_at, visit.box = clock.now(), 1
    page.last = shown
    refused = page.submit("/call")
    assert (refused.status, "box 1" in refused.text) == (409, True)


def test_the_injection_sent_twice_is_one(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE, box=3)
    form = page.open(f"/vaccination/visits/{scene.visit_id}")
    page.submit("/injection", place="deltoid-right")
    page.last = form
    again = page.submit("/injection", place="deltoid-right")
    assert "deltoïde droit" in again.text
    assert session.scalars(select(Injection.side)).all() == [Side.RIGHT]


def test_two_tabs_say_who_recorded_it(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE, box=3)
    first = page.open(f"/vaccination/visits/{scene.visit_id}")
    page.open(f"/vaccination/visits/{scene.visit_id}")
    page.submit("/injection")
    page.last = first
    second = page.submit("/injection")
    assert second.status == 422
    assert any("Noor Benali a déjà enregistré" in error for error in _said(second))
    assert len(session.scalars(select(Injection)).all()) == 1


def _said(page: Page) -> list[str]:
    return [" ".join(e.text_content().split()) for e in page.select("#error-summary li")]


@pytest.mark.parametrize(
    ("language", "words", "place"),
    [
        ("fr", ("Deltoïde gauche", "Deltoïde droit", "Peut être injecté"), "deltoïde droit"),
        ("en", ("Left deltoid", "Right deltoid", "May be injected"), "right deltoid"),
    ],
)
def test_left_and_right_are_the_patient_s_in_both_languages(
    page: Browser,
    session: Session,
    scene: Scene,
    signed_in_as: SignIn,
    language: str,
    words: tuple[str, ...],
    place: str,
) -> None:
    signed_in_as(Role.NURSE, box=3)
    page.client.set_cookie("vaxcentre_language", language)
    shown = page.open(f"/vaccination/visits/{scene.visit_id}")
    assert all(word in shown.text for word in words)
    labels = {
        box.get("value"): " ".join(box.getparent().text_content().split())
        for box in shown.select("#injection .pick input")
    }
    assert labels["deltoid-left"].startswith(words[0])
    assert labels["deltoid-right"].startswith(words[1])
    done = page.submit("/injection", place="deltoid-right")
    assert place in done.text
    assert session.scalars(select(Injection.side)).one() is Side.RIGHT


def test_flu_and_covid_are_two_injections_on_two_sides(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn
) -> None:
    with write() as s:
        flu, _vaccine, _lot = make_shop(s)
        covid = make.make_course(s, "covid-2026", observation_minutes=30)
        make.make_lot(s, make.make_vaccine(s, covid, name="COMIRNATY"), number="HE2241")
        visit_id = make_arrival(s, flu, covid).id
    signed_in_as(Role.NURSE, box=3)
    first = page.open(f"/vaccination/visits/{visit_id}")
    assert ("Ensuite" in first.text, chosen_place(first)) == (True, "deltoid-left")
    second = page.submit(f"/{visit_id}/injection")
    assert "COMIRNATY" in second.select("section.needle")[0].text_content()
    assert chosen_place(second) == "deltoid-right"
    done = page.submit(f"/{visit_id}/injection")
    assert "Surveillance : 30 minutes" in done.text
    sides = session.scalars(select(Injection.side).order_by(Injection.id)).all()
    assert sides == [Side.LEFT, Side.RIGHT]


def test_the_lot_used_last_in_this_box_is_proposed_else_the_one_that_ends_first(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn
) -> None:
    with write() as s:
        course, vaccine, _late = make_shop(s, number="LATE", expires_on=date(2027, 6, 30))
        soon = make.make_lot(s, vaccine, number="SOON", expires_on=date(2027, 1, 31))
        ada = make_arrival(s, course).id
        ben = make_arrival(s, course, patient=make.make_patient(s, "Ben")).id
        late = s.scalars(select(Lot.id).where(Lot.number == "LATE")).one()
        assert soon.id != late
    signed_in_as(Role.NURSE, box=3)
    assert "lot SOON" in page.open(f"/vaccination/visits/{ada}").text
    page.open(f"/vaccination/visits/{ada}?lot={late}")
    page.submit("/injection")
    proposed = page.open(f"/vaccination/visits/{ben}")
    assert "lot LATE" in proposed.text
    assert "Dernier lot utilisé dans ce box, à 10:20" in proposed.text


@pytest.mark.parametrize(
    ("scanned", "sentence"),
    [
        ("01{gtin}17270630" + "10U8A213B", None),
        (f"01{{gtin}}10U8A213B{GS}17270630", None),
        ("U8A213B", None),
        ("u8a213b", None),
        ("01{gtin}17270630" + "10ZZZ999", "Le lot ZZZ999 n’est pas en stock"),
        (f"01{{gtin}}10U8A213B{GS}17270531", "la boîte dit qu’il expire le 31/05/2027"),
        ("01{gtin}17270531" + "10U8A213B", "de plusieurs façons : U8A, U8A213B"),
        ("0103400930000007" + "1727063010U8A213B", "n’appartient à aucun vaccin"),
        ("XYZ123", "Le lot XYZ123 n’est pas en stock"),
        ("", "Scannez la boîte"),
    ],
)
def test_another_syringe_is_used_or_stopped_with_the_reason(
    page: Browser,
    write: Write,
    scene: Scene,
    signed_in_as: SignIn,
    scanned: str,
    sentence: str | None,
) -> None:
    with write() as session:
        vaccine = session.get_one(Vaccine, scene.vaccine_id)
        vaccine.gtin14 = "03400930275573"
    signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}")
    result = page.submit("/scan", lot=scanned.format(gtin="03400930275573"))
    if sentence is None:
        assert "Choisi à l’instant" in result.text, _said(result)
    else:
        assert result.status == 422
        assert sentence in " ".join(_said(result))


def _expired(lot: Lot) -> None:
    lot.expires_on = date(2026, 11, 22)


def _blocked(lot: Lot) -> None:
    lot.blocked_at, lot.blocked_reason = clock.now(), "rappel"


@pytest.mark.parametrize(("change", "word"), [(_expired, "22/11/2026"), (_blocked, "rappel")])
def test_an_expired_or_blocked_syringe_stops_in_red(
    page: Browser,
    write: Write,
    scene: Scene,
    signed_in_as: SignIn,
    change: Callable[[Lot], None],
    word: str,
) -> None:
    with write() as session:
        vaccine = session.get_one(Vaccine, scene.vaccine_id)
        change(make.make_lot(session, vaccine, number="BAD"))
    signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}")
    stopped = page.submit("/scan", lot="BAD")
    assert stopped.status == 422
    assert "Ne pas injecter" in stopped.select("section.needle.stop")[0].text_content()
    assert word in " ".join(_said(stopped))
    assert not stopped.select("#injection")


@pytest.mark.parametrize("read", [f"010340093027557310HE2241{GS}17270630", "HE2241", "he2241"])
def test_a_wrong_product_stops_scanned_or_typed(
    page: Browser, write: Write, scene: Scene, signed_in_as: SignIn, read: str
) -> None:
    with write() as session:
        covid = make.make_course(session, "covid-2026")
        other = make.make_vaccine(session, covid, name="COMIRNATY", gtin14="03400930275573")
        make.make_lot(session, other, number="HE2241")
    signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}")
    stopped = page.submit("/scan", lot=read)
    assert "COMIRNATY n’est pas un vaccin de cette vaccination" in " ".join(_said(stopped))


def test_too_soon_names_the_doctor(page: Browser, write: Write, signed_in_as: SignIn) -> None:
    with write() as s:
        course = make.make_course(s, "zoster", doses=2)
        make.make_lot(s, make.make_vaccine(s, course, name="SHINGRIX"))
        ben = make.make_patient(s, "Ben")
        make.make_declared_dose(s, ben, course, given_on=date(2026, 11, 9))
        visit_id = make_arrival(s, course, patient=ben, dose_number=2).id
    signed_in_as(Role.NURSE, box=3)
    shown = page.open(f"/vaccination/visits/{visit_id}")
    assert "possible à partir du 07/12/2026" in shown.text
    assert "Un médecin peut écarter cette règle" in shown.text


def test_alerts_and_the_doctor_s_word_are_read_before_the_needle(
    page: Browser, write: Write, signed_in_as: SignIn
) -> None:
    with write() as s:
        scene = make_scene(s, answers={"anticoagulant": Answer.YES})
        visit = s.get_one(Visit, scene.visit_id)
        make.make_decision(
            s,
            visit,
            Verdict.GO_LONGER_WATCH,
            observation_minutes=30,
            sentence="Comprimer deux minutes.",
        )
    signed_in_as(Role.NURSE, box=3)
    text = page.open(f"/vaccination/visits/{scene.visit_id}").text
    assert "Anticoagulant" in text
    assert "Avis du Dr Ines Laurent, 10:20" in text
    assert "surveillance 30 minutes. Comprimer deux minutes." in text
    assert text.index("Anticoagulant") < text.index("Peut être injecté")


def test_opening_a_person_leaves_a_trace(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    noor = signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}")
    row = session.scalars(select(ReadEntry)).one()
    assert (row.by_id, row.patient_id, row.page) == (
        noor.id,
        scene.patient_id,
        "vaccination.patient",
    )


@pytest.mark.parametrize(
    ("path", "page_name"),
    [
        ("/vaccination/visits/{}/not-vaccinated", "vaccination.not_given"),
        ("/vaccination/board/{}/leave", "vaccination.board_leave_early"),
        ("/vaccination/board/{}/reaction", "vaccination.board_reaction"),
        ("/vaccination/visits/{}/earlier-doses", "vaccination.earlier_doses"),
        ("/interviews/{}/authorisation", "interview.authorise"),
        ("/interviews/{}/questions", "interview.ask"),
    ],
)
def test_every_page_about_a_person_leaves_one(
    path: str, page_name: str, page: Browser, session: Session, write: Write, signed_in_as: SignIn
) -> None:
    with write() as s:
        tom = make.make_patient(s, "Tom", birth_on=date(2015, 3, 1))
        visit_id = make_scene(s, patient=tom).visit_id
    signed_in_as(Role.NURSE, box=3)
    assert page.open(path.format(visit_id)).status == 200
    assert session.scalars(select(ReadEntry.page)).all() == [page_name]


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.MANAGER, Role.STOCK, Role.OPERATOR])
def test_the_box_is_for_nurses_and_doctors(
    page: Browser, scene: Scene, signed_in_as: SignIn, role: Role
) -> None:
    signed_in_as(role)
    assert page.open(f"/vaccination/visits/{scene.visit_id}").status == 403


def plan_two(session: Session, **second: Any) -> tuple[int, int, int]:
    """Ada has a pair: today, and too early in December; gives visit, second one, a good slot."""
    course = make.make_course(session, "zoster", doses=2)
    make.make_lot(session, make.make_vaccine(session, course, name="SHINGRIX"))
    ada = make.make_patient(session)
    visit = make_arrival(session, course, patient=ada, appointment=second)
    slot = make.make_slot(session, course, day=date(2026, 12, 1))
    later = make.make_appointment(session, ada, slot, course, dose_number=2, **second)
    good = make.make_slot(session, course, day=date(2026, 12, 29))
    for day in (date(2026, 12, 20), date(2027, 1, 23)):  # a day too early, a day too late
        make.make_slot(session, course, day=day)
    return visit.id, later.id, good.id


@pytest.mark.parametrize("pair", [{}, {"pair_id": "pair-1"}], ids=["alone", "pair"])
def test_the_second_dose_outside_its_window_is_moved_before_the_person_leaves(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn, pair: dict[str, str]
) -> None:
    with write() as s:
        visit_id, later_id, good_id = plan_two(s, **pair)
    signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{visit_id}")
    done = page.submit("/injection")
    assert "du 21/12/2026 au 22/01/2027, au mieux vers le 28/12/2026" in done.text
    assert "mardi 1er décembre" in done.text
    assert "il faut le déplacer" in done.text
    offered = [button.get("value") for button in done.select("button[name=slot_id]")]
    assert offered == [str(good_id)]
    moved = page.submit("/next-dose", button=f"slot_id={good_id}")
    assert "rendez-vous le mardi 29 décembre à 09:00" in moved.text
    assert session.get_one(Appointment, later_id).place.slot_id == good_id


def test_a_second_dose_that_was_not_planned_is_booked_there_and_then(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn
) -> None:
    with write() as s:
        visit_id, later_id, good_id = plan_two(s)
        later = s.get_one(Appointment, later_id)
        later.cancelled_at = later.planned_doses[0].released_at = clock.now()
    noor = signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{visit_id}")
    assert "Pas encore de rendez-vous" in page.submit("/injection").text
    page.submit("/next-dose", button=f"slot_id={good_id}")
    made = session.scalars(select(Appointment).order_by(Appointment.id.desc())).first()
    assert made is not None
    assert (made.place.slot_id, made.booked_by_id) == (good_id, noor.id)
    assert [dose.dose_number for dose in made.planned_doses] == [2]


def test_under_a_year_the_thigh_is_proposed() -> None:
    assert places_for(Route.IM, 11).chosen == (Site.THIGH, Side.LEFT)
    assert places_for(Route.IM, 12).chosen == (Site.DELTOID, Side.LEFT)
    assert places_for(Route.PO, 300).chosen == (Site.MOUTH, Side.NONE)
    assert places_for(Route.NASAL, 300).chosen == (Site.NOSE, Side.NONE)
    assert {place_code(place) for place in NEEDLE_PLACES} >= {"deltoid-left", "thigh-right"}


def test_a_patient_s_name_never_stands_in_an_address(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE, box=3)
    shown = page.open(f"/vaccination/visits/{scene.visit_id}")
    family = session.get_one(Patient, scene.patient_id).family_name.lower()
    assert not [link for link in shown.links().values() if family in link.lower()]
    assert "no-store" in shown.response.headers["Cache-Control"]


def test_somebody_called_to_another_box_is_said_to_be_there(
    page: Browser, write: Write, signed_in_as: SignIn
) -> None:
    with write() as session:
        scene = make_scene(session)
        visit = session.get_one(Visit, scene.visit_id)
        visit.called_at, visit.box = clock.now(), 2
    signed_in_as(Role.NURSE, box=3)
    shown = page.open(f"/vaccination/visits/{scene.visit_id}")
    assert "appelée au box 2" in shown.text
    assert not shown.select("form[action$='/call']")
