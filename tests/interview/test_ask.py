"""The questions: at home, here, through the doctor, and the paper that a minor needs."""

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
from tests.vaccination.story import MORNING, PARIS, Scene, make_scene
from vaxcentre import clock
from vaxcentre.booking.link import COOKIE, token_for
from vaxcentre.interview import decision_service, service
from vaxcentre.interview.decision_service import DecisionRequest
from vaxcentre.interview.service import AuthorisationRequest
from vaxcentre.interview.visits import read_visit
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.vaccine import Vaccine
from vaxcentre.models.visit import Decision, Interview, Visit
from vaxcentre.reception import queries as reception
from vaxcentre.rules.questionnaire import UnansweredQuestion
from vaxcentre.rules.vocabulary import Answer, IdentityDocument, Role, Sex, Verdict, VisitStatus
from vaxcentre.vaccination.clearance import check_person
from vaxcentre.vaccination.refusals import DoctorSaysLater, DoctorSaysNo

Write = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., StaffMember]
Clock = Callable[[str], datetime]
CHILD = date(2015, 3, 1)


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


@pytest.fixture
def scene(write: Write) -> Scene:
    """Ada is here; nobody has asked her anything."""
    with write() as session:
        return make_scene(session, ready=False)


def all_no(page: Page, **others: str) -> dict[str, Any]:
    """ "No" to every question on the page, but for these."""
    names = {box.get("name") for box in page.select("main input[type=radio]")}
    return dict.fromkeys(names, "no") | others


def status_of(session: Session, visit_id: int) -> VisitStatus:
    """Where they stand now."""
    session.expire_all()
    return read_visit(session, visit_id, now=clock.now()).status


# At home --------------------------------------------------------------------------------------


@pytest.fixture
def at_home(page: Browser, write: Write) -> int:
    """Ada has opened her link; she comes tomorrow. Gives the appointment's number."""
    with write() as session:
        course = make.make_course(session)
        slot = make.make_slot(session, course, day=date(2026, 11, 24))
        appointment = make.make_appointment(session, make.make_patient(session), slot, course)
        number = appointment.id
    page.client.set_cookie(COOKIE, token_for(number, 1))
    return number


def test_a_stranger_is_sent_to_find_the_appointment(page: Browser) -> None:
    asked = page.open("/questionnaire/")
    assert (asked.status, asked.h1) == (403, "Retrouvez d’abord votre rendez-vous")


def test_the_patient_answers_at_home_and_again(
    page: Browser, session: Session, at_home: int
) -> None:
    asked = page.open("/questionnaire/")
    assert asked.h1 == "Pour Ada, avant la vaccination"
    thanks = page.submit("/questionnaire/", **all_no(asked))
    assert "Merci" in thanks.h1
    again = page.open("/questionnaire/")
    assert "Vous avez déjà répondu" in again.text
    page.submit("/questionnaire/", anticoagulant="unknown")
    rows = session.scalars(select(Interview).order_by(Interview.id)).all()
    assert [row.answered_by_id for row in rows] == [None, None]
    newest = {answer.question: answer.answer for answer in rows[1].answers}
    assert newest["anticoagulant"] is Answer.UNKNOWN
    assert newest["ill_today"] is Answer.NO
    entry = session.scalars(select(AuditEntry).where(AuditEntry.subject == "interview")).first()
    assert entry is not None
    assert "no" not in entry.details.values()  # never an answer in the audit


def test_a_question_left_out_is_asked_again_and_nothing_is_lost(
    page: Browser, session: Session, at_home: int
) -> None:
    asked = page.open("/questionnaire/")
    back = page.submit("/questionnaire/", **(all_no(asked) | {"bleeding": None}))
    assert back.status == 422
    assert back.title.startswith("Erreur")
    assert len(back.select("input[value=no][checked]")) == len(all_no(asked)) - 1
    (link,) = back.select("#error-summary a")
    assert "saigner" in link.text_content()  # which one, not ten times the same sentence
    assert session.scalars(select(Interview)).all() == []


def test_after_check_in_the_nurse_asks(page: Browser, write: Write, at_home: int) -> None:
    with write() as session:
        make.make_visit(session, session.get_one(Appointment, at_home))
    closed = page.open("/questionnaire/")
    assert (closed.status, "Vous êtes arrivé" in closed.text) == (409, True)


def test_a_cancelled_appointment_asks_nothing(page: Browser, write: Write, at_home: int) -> None:
    with write() as session:
        session.get_one(Appointment, at_home).cancelled_at = clock.now()
    assert page.open("/questionnaire/").status in {403, 409}


def test_the_questions_are_in_english_too(page: Browser, at_home: int) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    asked = page.open("/questionnaire/")
    assert "Do you have a fever" in asked.text or "do you have a fever" in asked.text
    assert "I do not know" in asked.text


@pytest.mark.parametrize(
    ("person", "is_asked"),
    [
        ({"sex": Sex.FEMALE, "birth_on": date(1996, 5, 1)}, True),
        ({"sex": Sex.UNKNOWN, "birth_on": date(1996, 5, 1)}, True),
        ({"sex": Sex.MALE, "birth_on": date(1996, 5, 1)}, False),
        ({"sex": Sex.FEMALE, "birth_on": date(1948, 5, 1)}, False),
    ],
)
def test_questions_depend_on_age_and_sex(
    write: Write, session: Session, person: dict[str, Any], is_asked: bool
) -> None:
    with write() as s:
        scene = make_scene(s, ready=False, patient=make.make_patient(s, **person))
    standing = read_visit(session, scene.visit_id, now=clock.now())
    assert ("pregnant" in {q.code for q in standing.questions}) is is_asked


# Here -----------------------------------------------------------------------------------------


def test_all_clear_is_ready_without_a_doctor(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE)
    assert "Poser les questions" in page.open("/interviews/").text
    asked = page.follow("Poser les questions")
    assert "prêt pour un box" in page.submit("/questions", **all_no(asked)).text
    assert status_of(session, scene.visit_id) is VisitStatus.READY
    assert session.scalars(select(Decision)).all() == []


def test_one_doubt_goes_to_the_doctor(
    page: Browser, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE)
    asked = page.open(f"/interviews/{scene.visit_id}/questions")
    shown = page.submit("/questions", **all_no(asked, nerves="unknown"))
    assert "une réponse est à voir par le médecin" in shown.text
    assert status_of(session, scene.visit_id) is VisitStatus.FOR_DOCTOR


def test_answers_from_home_are_shown_and_confirmed_with_one_tap(
    page: Browser, write: Write, session: Session, scene: Scene, signed_in_as: SignIn
) -> None:
    with write() as s:
        appointment = s.get_one(Appointment, scene.appointment_id)
        make.make_interview(s, appointment, recent_vaccine=Answer.YES).answered_by_id = None
    noor = signed_in_as(Role.NURSE)
    shown = page.open(f"/interviews/{scene.visit_id}/questions")
    assert "Répondu à la maison" in shown.text
    page.submit("/confirmed")
    rows = session.scalars(select(Interview).order_by(Interview.id)).all()
    assert [row.answered_by_id for row in rows] == [None, noor.id]
    assert status_of(session, scene.visit_id) is VisitStatus.FOR_DOCTOR


def test_nothing_to_confirm_is_refused(write: Write, scene: Scene) -> None:
    with pytest.raises(service.NothingToConfirm), write() as session:
        noor = make.make_staff(session, Role.NURSE)
        service.confirm_answers(session, scene.visit_id, by_id=noor.id, now=clock.now())


def test_an_unanswered_question_is_refused_by_the_service_too(write: Write, scene: Scene) -> None:
    with pytest.raises(UnansweredQuestion), write() as session:
        noor = make.make_staff(session, Role.NURSE)
        answers = {"ill_today": "no"}
        service.answer_here(session, scene.visit_id, answers, by_id=noor.id, now=clock.now())


def test_after_an_undone_check_in_nothing_is_answered(write: Write, scene: Scene) -> None:
    with write() as session:
        session.get_one(Visit, scene.visit_id).undone_at = clock.now()
    with pytest.raises(service.VisitOver), write() as session:
        noor = make.make_staff(session, Role.NURSE)
        service.answer_here(session, scene.visit_id, {}, by_id=noor.id, now=clock.now())


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.MANAGER, Role.INSPECTOR, Role.STOCK])
def test_answers_are_for_nurses_and_doctors_only(
    page: Browser, scene: Scene, signed_in_as: SignIn, role: Role
) -> None:
    signed_in_as(role)
    for address in ("/interviews/", f"/interviews/{scene.visit_id}/questions"):
        assert page.open(address).status == 403


def test_the_list_is_sent_again_only_where_it_has_changed(
    page: Browser, write: Write, scene: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.NURSE)
    first = page.open("/interviews/list")
    same = page.open("/interviews/list", headers={"If-None-Match": first.response.headers["ETag"]})
    assert same.status == 304
    with write() as session:
        appointment = session.get_one(Appointment, scene.appointment_id)
        make.make_interview(session, appointment)
    changed = page.open(
        "/interviews/list", headers={"If-None-Match": first.response.headers["ETag"]}
    )
    assert (changed.status, "Prêts" in changed.response.text) == (200, True)


# The doctor -----------------------------------------------------------------------------------


@pytest.fixture
def doubtful(write: Write) -> Scene:
    """Ada has had a severe allergy."""
    with write() as session:
        return make_scene(session, answers={"severe_allergy": Answer.YES})


def test_the_doctor_reads_decides_and_signs(
    page: Browser, session: Session, doubtful: Scene, signed_in_as: SignIn
) -> None:
    ines = signed_in_as(Role.DOCTOR)
    page.open("/interviews/doctor")
    shown = page.follow("Ouvrir")
    assert "Allergie grave" in shown.text
    page.submit(
        "/decision",
        verdict="go_longer_watch",
        observation_minutes="45",
        sentence="Allergie aux arachides, sans rapport.",
    )
    decision = session.scalars(select(Decision)).one()
    assert (decision.decided_by_id, decision.decided_by_name) == (ines.id, "Ines Laurent")
    assert (decision.observation_minutes, decision.interview_id) == (45, 1)
    assert status_of(session, doubtful.visit_id) is VisitStatus.READY
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "decide")).one()
    assert entry.by_id == ines.id


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict.GO, VisitStatus.READY),
        (Verdict.GO_LONGER_WATCH, VisitStatus.READY),
        (Verdict.LATER, VisitStatus.REFUSED),
        (Verdict.NO, VisitStatus.REFUSED),
    ],
)
def test_each_verdict_has_its_consequence(
    page: Browser,
    session: Session,
    doubtful: Scene,
    signed_in_as: SignIn,
    verdict: Verdict,
    status: VisitStatus,
) -> None:
    signed_in_as(Role.DOCTOR)
    page.open(f"/interviews/{doubtful.visit_id}/decision")
    page.submit("/decision", verdict=verdict.value, sentence="Vu.", not_before_on="2026-12-01")
    assert status_of(session, doubtful.visit_id) is status


@pytest.mark.parametrize("day", ["", "2026-11-23", "2026-01-01"])
def test_later_needs_a_day_to_come(
    page: Browser, session: Session, doubtful: Scene, signed_in_as: SignIn, day: str
) -> None:
    signed_in_as(Role.DOCTOR)
    page.open(f"/interviews/{doubtful.visit_id}/decision")
    back = page.submit("/decision", verdict="later", sentence="Fièvre.", not_before_on=day)
    assert (back.status, "un jour après aujourd’hui" in back.text) == (422, True)
    assert "Fièvre." in back.response.text
    assert session.scalars(select(Decision)).all() == []


def decide(session: Session, scene: Scene, **changes: Any) -> Decision:
    """Ines says go on the answers she has read."""
    values: dict[str, Any] = {
        "visit_id": scene.visit_id,
        "interview_id": 1,
        "verdict": Verdict.GO,
        "sentence": "Peut recevoir.",
    }
    ines = make.make_staff(session, Role.DOCTOR)
    request = DecisionRequest(**(values | changes))
    return decision_service.decide(session, request, by_id=ines.id, zone=PARIS, now=clock.now())


def test_the_doctor_decides_on_the_answers_they_have_read(write: Write, doubtful: Scene) -> None:
    with write() as session:
        appointment = session.get_one(Appointment, doubtful.appointment_id)
        make.make_interview(session, appointment, immune=Answer.YES)
    with pytest.raises(decision_service.AnswersChanged), write() as session:
        decide(session, doubtful)


def test_newer_answers_bring_the_person_back_to_the_doctor(
    write: Write, session: Session, doubtful: Scene
) -> None:
    with write() as s:
        decide(s, doubtful)
    assert status_of(session, doubtful.visit_id) is VisitStatus.READY
    with write() as s:
        appointment = s.get_one(Appointment, doubtful.appointment_id)
        make.make_interview(s, appointment, immune=Answer.YES)
    assert status_of(session, doubtful.visit_id) is VisitStatus.FOR_DOCTOR


@pytest.mark.parametrize("verdict", [Verdict.NO, Verdict.LATER])
def test_asking_again_until_all_is_clear_does_not_undo_a_doctors_no(
    write: Write, session: Session, doubtful: Scene, verdict: Verdict
) -> None:
    with write() as s:
        decide(s, doubtful, verdict=verdict, not_before_on=date(2026, 12, 1))
    with write() as s:
        make.make_interview(s, s.get_one(Appointment, doubtful.appointment_id))
    assert status_of(session, doubtful.visit_id) is VisitStatus.REFUSED
    row = reception.row_by_visit(session, doubtful.visit_id, clock.now())
    assert row is not None
    assert row.came is not None
    assert row.came.status is VisitStatus.REFUSED
    standing = read_visit(session, doubtful.visit_id, now=clock.now())
    with pytest.raises((DoctorSaysNo, DoctorSaysLater)):
        check_person(standing, standing.visit.day)


def test_a_rule_set_aside_is_no_verdict_on_the_answers(
    write: Write, session: Session, doubtful: Scene
) -> None:
    with write() as s:
        decide(s, doubtful, overrides_course_id=doubtful.course_id)
    row = reception.row_by_visit(session, doubtful.visit_id, clock.now())
    assert row is not None
    assert row.came is not None
    assert row.came.status is VisitStatus.FOR_DOCTOR
    assert status_of(session, doubtful.visit_id) is VisitStatus.FOR_DOCTOR


def test_a_rule_is_set_aside_only_for_a_vaccination_of_the_visit(
    write: Write, doubtful: Scene
) -> None:
    with pytest.raises(decision_service.CourseNotOfVisit), write() as session:
        other = make.make_course(session, "covid-2026")
        decide(session, doubtful, overrides_course_id=other.id)


def test_the_doctor_sees_that_nothing_in_stock_is_for_this_age(
    page: Browser, write: Write, signed_in_as: SignIn
) -> None:
    with write() as session:
        scene = make_scene(session)
        session.get_one(Vaccine, scene.vaccine_id).max_age_months = 216
    signed_in_as(Role.DOCTOR)
    shown = page.open(f"/interviews/{scene.visit_id}/decision")
    assert "aucun vaccin en stock n’est prévu pour cet âge" in shown.text


def test_setting_a_rule_aside_needs_a_typed_reason(
    page: Browser, session: Session, doubtful: Scene, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.DOCTOR)
    page.open(f"/interviews/{doubtful.visit_id}/decision")
    assert page.submit("/override", reason="").status == 422
    page.submit("/override", reason="Départ en mission humanitaire demain.")
    row = session.scalars(select(Decision)).one()
    assert row.overrides_course_id == doubtful.course_id
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "override_rule")).one()
    assert entry.subject_id == row.id


def test_a_nurse_does_not_decide(page: Browser, doubtful: Scene, signed_in_as: SignIn) -> None:
    signed_in_as(Role.NURSE)
    assert page.open(f"/interviews/{doubtful.visit_id}/decision").status == 403


# The authorisation ----------------------------------------------------------------------------


@pytest.fixture
def child(write: Write) -> Scene:
    """Tom is eleven; all his answers are clear."""
    with write() as session:
        return make_scene(session, patient=make.make_patient(session, "Tom", birth_on=CHILD))


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.NURSE, Role.DOCTOR])
def test_the_authorisation_is_recorded_with_who_saw_it_and_when(
    page: Browser, session: Session, child: Scene, signed_in_as: SignIn, role: Role
) -> None:
    agent = signed_in_as(role)
    page.open(f"/interviews/{child.visit_id}/authorisation")
    page.submit(
        "/authorisation",
        companion_name="Claire Mercier",
        companion_tie="mère",
        companion_document="passport",
        is_seen="y",
    )
    visit = session.get_one(Visit, child.visit_id)
    assert (visit.companion_name, visit.companion_tie) == ("Claire Mercier", "mère")
    assert visit.companion_document is IdentityDocument.PASSPORT
    assert (visit.authorised_at, visit.authorised_by_id) == (clock.now(), agent.id)
    action = AuditEntry.action == "record_authorisation"
    assert session.scalars(select(AuditEntry).where(action)).one().by_id == agent.id


def test_a_child_without_it_is_not_called_and_no_doctor_can_say_go(
    write: Write, session: Session, child: Scene
) -> None:
    standing = read_visit(session, child.visit_id, now=clock.now())
    assert (standing.status, standing.is_ready) == (VisitStatus.READY, False)
    with pytest.raises(decision_service.AuthorisationMissing), write() as s:
        decide(s, child)
    with write() as s:
        assert decide(s, child, verdict=Verdict.NO).id  # a "no" needs no paper


def test_a_companion_without_the_paper_is_written_down_and_opens_nothing(
    write: Write, session: Session, child: Scene
) -> None:
    with write() as s:
        rosa = make.make_staff(s, Role.RECEPTION)
        asked = AuthorisationRequest(
            child.visit_id, "Claire Mercier", "tante", IdentityDocument.NONE, is_seen=False
        )
        service.record_authorisation(s, asked, by_id=rosa.id, now=clock.now())
    session.expire_all()
    assert read_visit(session, child.visit_id, now=clock.now()).lacks_authorisation


def test_an_adult_needs_no_authorisation(page: Browser, scene: Scene, signed_in_as: SignIn) -> None:
    signed_in_as(Role.NURSE)
    assert page.open(f"/interviews/{scene.visit_id}/authorisation").status == 404


def test_the_day_of_the_eighteenth_birthday_counts(write: Write, session: Session) -> None:
    for born, needs in ((date(2008, 11, 23), False), (date(2008, 11, 24), True)):
        with write() as s:
            person = make.make_patient(s, f"Tom{born.day}", birth_on=born)
            course = make.make_course(s, f"influenza-{born.day}")
            lot = make.make_lot(s, make.make_vaccine(s, course), number=f"L{born.day}")
            scene = make_scene(s, shop=(course, lot.vaccine, lot), patient=person)
        found = read_visit(session, scene.visit_id, now=clock.now())
        assert found.needs_authorisation is needs


def test_a_visit_that_does_not_exist_says_so(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.DOCTOR)
    for address in ("/interviews/99/questions", "/interviews/99/decision"):
        assert page.open(address).status == 409
