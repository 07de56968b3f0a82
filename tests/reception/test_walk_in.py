"""Without an appointment: yes or no at once, from the doses left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.fr import nir

from tests import make
from tests.page import Browser, Page
from tests.reception.conftest import Morning, appointment_of, slot_at
from tests.reception.test_check_in import race
from vaxcentre import clock
from vaxcentre.booking.people import Person
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, AppointmentMove, PlannedDose
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import ClinicCourse, Place, Slot
from vaxcentre.models.patient import InsuranceNumber, NameCorrection, Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.reception.refusals import NoDoseForWalkIn
from vaxcentre.reception.sealing import opened
from vaxcentre.reception.service import CheckInRequest
from vaxcentre.reception.walkin_service import WalkInRequest, walk_in
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import (
    IdentityDocument,
    MovementKind,
    NumberSource,
    Origin,
    Role,
    Sex,
)
from vaxcentre.stock import service as stock
from vaxcentre.stock.ledger_service import Sending, send

SignIn = Callable[..., Any]
Clock = Callable[[str], datetime]
DAY = date(2026, 11, 23)
BEN = {"family_name": "Roussel", "given_names": "Ben", "birth_on": "27/03/1960"}


@pytest.fixture
def desk(page: Browser, morning: Morning, signed_in_as: SignIn) -> Callable[..., Page]:
    """Rosa presses F2 and types who it is."""
    signed_in_as(Role.RECEPTION)

    def come(**typed: str) -> Page:
        page.open("/reception/walk-in")
        return page.submit("walk-in", **(BEN | typed))

    return come


Desk = Callable[..., Page]


def set_doses(doses: int) -> None:
    """Leave so many doses in the fridge."""
    with transaction() as session:
        lot = session.scalars(select(Lot)).one()
        too_many = stock.doses_on_hand(session, lot.id) - doses
        sending = Sending(lot.id, MovementKind.TRANSFER_OUT, too_many, "Centre de Calais")
        send(session, sending, by_id=lot.created_by_id, now=clock.now())


def fill_present_slot(morning: Morning, *, missed: bool = False) -> None:
    """Both places of 10:20 are taken; in the slot before, somebody did not come."""
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        for number in range(2):
            patient = make.make_patient(session, family=f"Full {number}")
            appointment = make.make_appointment(
                session, patient, slot_at(session, morning.clinic, 8), course
            )
            make.make_visit(session, appointment)
        if missed:
            patient = make.make_patient(session, family="Missing")
            make.make_appointment(session, patient, slot_at(session, morning.clinic, 3), course)


def last_visit(session: Session) -> Visit:
    session.expire_all()
    return session.scalars(select(Visit).order_by(Visit.id.desc()).limit(1)).one()


def test_it_books_and_receives_in_one_step(
    page: Browser, desk: Desk, morning: Morning, session: Session
) -> None:
    shown = desk(phone="01 99 00 12 34", document="passport")
    assert "Arrivée notée à 10:21, numéro 1" in shown.text
    assert "ROUSSEL Ben, 66 ans" in shown.text
    visit = last_visit(session)
    appointment = visit.appointment
    assert appointment.origin is Origin.DESK
    assert appointment.booked_at == visit.checked_in_at == clock.now()
    assert appointment.phone == visit.patient.phone == "+33199001234"
    assert appointment.place.slot_id == morning.slots[8]
    assert appointment.place.extra_reason is None
    assert [(p.course_id, p.dose_number) for p in appointment.planned_doses] == [
        (morning.course, 1)
    ]
    assert visit.identity_document is IdentityDocument.PASSPORT
    actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["book", "check_in"]


def test_the_page_says_yes_with_the_doses_left(page: Browser, desk: Desk) -> None:
    shown = page.open("/reception/walk-in")
    assert "Grippe : 11 doses libres" in shown.text  # twelve, and Ada is expected
    assert shown.select(".counts dd")[0].text_content() == "oui"


def test_the_last_dose_is_kept_for_who_is_expected(
    page: Browser, desk: Desk, session: Session
) -> None:
    set_doses(1)
    assert "aucune dose libre" in page.open("/reception/walk-in").text
    shown = desk()
    assert shown.status == 409
    assert "toutes les doses d’aujourd’hui sont promises" in " ".join(shown.errors)
    assert shown.select("input[name=family_name]")[0].get("value") == "Roussel"
    assert session.scalars(select(Visit)).all() == []
    assert session.scalar(select(Patient).where(Patient.family_name == "Roussel")) is None


def test_who_never_came_leaves_a_dose(page: Browser, desk: Desk, at: Clock) -> None:
    set_doses(1)
    at("2026-11-23 10:25")
    assert desk().status == 409
    at("2026-11-23 10:31")
    page.open("/reception/")
    at("2026-11-23 10:40")
    assert "Arrivée notée" in desk().text


def test_a_missed_place_is_taken_before_an_extra_one_is_opened(
    desk: Desk, morning: Morning, session: Session
) -> None:
    fill_present_slot(morning, missed=True)
    assert "Arrivée notée" in desk().text
    place = last_visit(session).appointment.place
    assert (place.slot_id, place.extra_reason) == (morning.slots[3], None)
    missing = session.scalars(
        select(Appointment).join(Patient).where(Patient.family_name == "Missing")
    ).one()
    assert missing.lapsed_at == clock.now()


def test_reception_is_told_whose_time_was_taken(desk: Desk, morning: Morning) -> None:
    fill_present_slot(morning, missed=True)
    assert "la place de 09:30, dont la personne n’est pas venue, a été prise" in desk().text


def test_who_is_a_few_minutes_late_keeps_their_place(
    page: Browser, desk: Desk, morning: Morning, at: Clock
) -> None:
    fill_present_slot(morning, missed=True)
    at("2026-11-23 09:45")
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        slot = slot_at(session, morning.clinic, 4)
        for number in range(2):
            patient = make.make_patient(session, family=f"Here {number}")
            make.make_visit(session, make.make_appointment(session, patient, slot, course))
    page.open("/reception/")
    shown = desk()
    assert shown.status == 409
    assert "écrivez la raison" in " ".join(shown.errors)


def test_giving_a_missed_place_away_is_signed(
    desk: Desk, morning: Morning, session: Session
) -> None:
    fill_present_slot(morning, missed=True)
    desk()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "give_place_away")).one()
    lost = session.get_one(Appointment, entry.subject_id)
    assert (lost.lapsed_at, entry.patient_id) == (clock.now(), lost.patient_id)
    assert entry.by_id is not None


def test_a_walk_in_never_cancels_somebody_elses_appointment(
    page: Browser, desk: Desk, morning: Morning, session: Session
) -> None:
    shown = desk(replaces_id=str(morning.appointment))
    assert shown.status == 409
    assert "n’existe plus" in shown.text
    assert appointment_of(session, morning.appointment).cancelled_at is None


def test_the_missed_person_who_comes_after_all_is_offered_a_walk_in(
    page: Browser, desk: Desk, morning: Morning, session: Session
) -> None:
    fill_present_slot(morning, missed=True)
    desk()
    page.open("/reception/")
    shown = page.submit("/reception/", q="missing")
    assert "La place a été donnée" in shown.text
    page.follow("sur place")
    assert "Arrivée notée" in page.submit("walk-in", extra_reason="revenue").text


def test_an_extra_place_needs_a_reason(desk: Desk, morning: Morning, session: Session) -> None:
    fill_present_slot(morning)
    shown = desk()
    assert shown.status == 409
    assert "écrivez la raison" in " ".join(shown.errors)
    assert "Arrivée notée" in desk(extra_reason="accompagne sa mère").text
    place = last_visit(session).appointment.place
    assert (place.number, place.extra_reason) == (3, "accompagne sa mère")
    assert place.opened_at == clock.now()
    assert place.opened_by_id is not None
    assert session.scalar(
        select(AuditEntry.subject_id).where(AuditEntry.action == "open_extra_place")
    )


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"family_name": ""}, "au moins une lettre"),
        ({"family_name": "…"}, "au moins une lettre"),
        ({"family_name": "A" * 300}, "100 lettres"),
        ({"birth_on": "31/02/1960"}, "n’existe pas"),
        ({"birth_on": "01/01/2030"}, "futur"),
        ({"birth_on": "01/01/1800"}, "120 ans"),
        ({"phone": "12345678"}, "numéro de téléphone"),
        ({"email": "nobody"}, "adresse"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    typed: dict[str, str], says: str, desk: Desk, session: Session
) -> None:
    shown = desk(**typed)
    assert shown.status == 422
    assert says in " ".join(shown.errors)
    assert session.scalars(select(Visit)).all() == []


def test_overseas_phones_pass(desk: Desk, session: Session) -> None:
    desk(phone="0692 12 34 56")
    assert last_visit(session).appointment.phone == "+262692123456"


def test_a_child_too_young_is_refused_by_the_rule(desk: Desk) -> None:
    shown = desk(birth_on="01/10/2026")
    assert shown.status == 409
    assert shown.errors


def test_somebody_known_is_not_made_twice(desk: Desk, morning: Morning, session: Session) -> None:
    with transaction() as work:
        make.make_patient(work, given="Ben", family="ROUSSEL", birth_on=date(1960, 3, 27))
    assert "Arrivée notée" in desk().text
    assert (
        len(session.scalars(select(Patient).where(Patient.folded_family == "roussel")).all()) == 1
    )


def test_twins_are_shown_before_a_new_person_is_made(
    page: Browser, desk: Desk, session: Session
) -> None:
    with transaction() as work:
        make.make_patient(work, given="Ben", family="Rousselle", birth_on=date(1960, 3, 27))
    shown = desk()
    assert shown.status == 422
    assert "Est-ce une de ces personnes ?" in shown.text
    (twin,) = shown.select("button[name=is_known]")
    assert "ROUSSELLE Ben" in twin.text_content()
    asked = page.submit("walk-in", button=f"is_known={twin.get('value')}", phone="0199001234")
    assert "Déjà connu sous le nom de ROUSSELLE Ben" in asked.text
    assert "Arrivée notée" in page.submit("walk-in", button="identity=keep").text
    assert len(session.scalars(select(Patient)).all()) == 2
    assert last_visit(session).appointment.phone == "+33199001234"


def on_record(session: Session) -> Patient:
    """The one Roussel, as the record says now."""
    session.expire_all()
    return session.scalars(select(Patient).where(Patient.folded_given.startswith("ben"))).one()


@pytest.fixture
def ben(morning: Morning) -> int:
    """Ben Louis Roussel is known here, from another year."""
    with transaction() as work:
        return make.make_patient(
            work, given="Ben Louis", family="Roussel", birth_on=date(1960, 3, 27), used_name="Blanc"
        ).id


def open_walk_in_of(page: Browser, patient_id: int) -> Page:
    return page.open(f"/reception/walk-in?patient={patient_id}")


EDITED = [{"family_name": "Rousselot"}, {"given_names": "Ben Marie"}, {"birth_on": "28/03/1960"}]


@pytest.mark.parametrize("edited", EDITED, ids=["family", "given", "birth"])
def test_an_identity_edited_at_the_walk_in_is_never_dropped(
    edited: dict[str, str], page: Browser, desk: Desk, ben: int, session: Session
) -> None:
    open_walk_in_of(page, ben)
    asked = page.submit("/walk-in", **edited)
    assert asked.status == 422
    assert "Déjà connu sous le nom de ROUSSEL Ben Louis" in asked.text
    (name, typed) = next(iter(edited.items()))
    assert asked.select(f"input[name={name}]")[0].get("value") == typed
    assert session.scalars(select(Visit)).all() == []


def test_the_record_is_kept_where_the_desk_says_so(
    page: Browser, desk: Desk, ben: int, session: Session
) -> None:
    open_walk_in_of(page, ben)
    page.submit("/walk-in", family_name="Rousselot")
    shown = page.submit("/walk-in", button="identity=keep")
    assert "Arrivée notée" in shown.text
    assert "l’orthographe de sa fiche a été gardée" in shown.text
    assert on_record(session).family_name == "Roussel"
    assert session.scalars(select(NameCorrection)).all() == []


def test_the_record_is_corrected_with_its_trace_where_the_desk_says_so(
    page: Browser, desk: Desk, ben: int, session: Session
) -> None:
    open_walk_in_of(page, ben)
    page.submit("/walk-in", family_name="Rousselot", given_names="Ben", document="passport")
    assert "Arrivée notée" in page.submit("/walk-in", button="identity=correct").text
    record = on_record(session)
    assert (record.id, record.family_name, record.folded_family) == (ben, "Rousselot", "rousselot")
    assert record.given_names == "Ben Louis"
    assert (record.used_name, record.folded_used) == ("Blanc", "blanc")
    trace = session.scalars(select(NameCorrection)).one()
    assert trace.before.startswith("Roussel (Blanc) Ben Louis")
    assert trace.reason == "Vu à l’accueil\u00a0: Passeport"
    assert trace.corrected_by_id is not None
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"correct_identity", "book", "check_in"} <= actions


def test_somebody_else_under_the_same_link_becomes_a_new_person(
    page: Browser, desk: Desk, ben: int, session: Session
) -> None:
    open_walk_in_of(page, ben)
    page.submit("/walk-in", family_name="Vasseur", given_names="Zoé")
    assert "Arrivée notée" in page.submit("/walk-in", button="is_new=y").text
    assert last_visit(session).patient_id != ben
    assert last_visit(session).patient.family_name == "Vasseur"


def test_an_answer_counts_only_for_the_identity_it_was_given_for(
    page: Browser, desk: Desk, ben: int, session: Session
) -> None:
    """Enter in a field presses the first button of the form, whatever it is."""
    open_walk_in_of(page, ben)
    page.submit("/walk-in", family_name="Rousselot")
    again = page.submit("/walk-in", button="identity=keep", family_name="Rousselin")
    assert again.status == 422
    assert session.scalars(select(Visit)).all() == []


@pytest.mark.parametrize("given", ["Ben", "ben", "Ben Louis", "BEN LOUIS"])
def test_a_shorter_given_name_is_the_same_person_without_a_question(
    given: str, desk: Desk, ben: int, session: Session
) -> None:
    shown = desk(given_names=given)
    assert "Arrivée notée" in shown.text
    assert "orthographe" not in shown.text
    assert last_visit(session).patient_id == ben
    assert on_record(session).given_names == "Ben Louis"


def test_another_spelling_of_the_same_name_is_said_to_be_kept(desk: Desk, ben: int) -> None:
    shown = desk(family_name="Rôussel")
    assert "l’orthographe de sa fiche a été gardée" in shown.text


NUMBER = "2480362160010"
SHEET = (
    f"IS01{'0' * 22}S1{NUMBER}{nir.calc_check_digits(NUMBER)}S21.2.250.1.213.1.4.8\x1d"
    "S3JEANNE MARIE\x1dS4SANSONETTI\x1dS5FS614-03-1948S762160"
)


def value(page: Page, name: str) -> str:
    return str(page.select(f"input[name={name}]")[0].get("value"))


def test_a_patients_sheet_fills_the_form_and_keeps_what_was_typed(
    page: Browser, desk: Desk, session: Session
) -> None:
    page.open("/reception/walk-in")
    shown = page.submit("walk-in", scan=SHEET, phone="0199001234")
    assert shown.status == 200
    assert value(shown, "family_name") == "Sansonetti"
    assert value(shown, "given_names") == "Jeanne Marie"
    assert (value(shown, "birth_on"), value(shown, "phone")) == ("14/03/1948", "0199001234")
    assert session.scalars(select(Visit)).all() == []
    assert "Arrivée notée" in page.submit("walk-in").text
    patient = last_visit(session).patient
    assert (patient.family_name, patient.sex) == ("Sansonetti", Sex.FEMALE)
    kept = session.scalars(select(InsuranceNumber)).one()
    assert (kept.patient_id, kept.source) == (patient.id, NumberSource.DATAMATRIX)
    assert opened(kept.sealed) == f"{NUMBER}{nir.calc_check_digits(NUMBER)}"
    assert NUMBER not in kept.sealed + kept.mark


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (SHEET.replace(NUMBER, "2480362160011"), "ne correspond pas à sa clé"),
        (SHEET[:80], "n’a pas été lue en entier"),
        ("VXKLBNTR", "ne peut pas être lue ici"),
    ],
    ids=["key", "torn", "other"],
)
def test_a_sheet_that_cannot_be_read_says_why_at_its_field(
    sheet: str, says: str, page: Browser, desk: Desk
) -> None:
    page.open("/reception/walk-in")
    shown = page.submit("walk-in", scan=sheet, family_name="Vasseur")
    assert shown.status == 422
    assert says in shown.select("#scan-error")[0].text_content()
    assert value(shown, "family_name") == "Vasseur"


@pytest.mark.parametrize(
    "number",
    ["248036216001036", "2 48 03 62 160 010 36", "185052A00401270", "1 85 05 2b 004 012 97"],
)
def test_a_social_security_number_is_optional_and_kept_sealed(
    number: str, desk: Desk, session: Session
) -> None:
    assert "Arrivée notée" in desk(nir=number).text
    kept = session.scalars(select(InsuranceNumber)).one()
    assert opened(kept.sealed) == "".join(number.split()).upper()
    assert kept.source is NumberSource.TYPED
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "keep_number")).one()
    assert entry.by_id == kept.recorded_by_id
    assert "48036" not in str(entry.details)


@pytest.mark.parametrize("number", ["248036216001037", "185052A00401271", "24803621600103", "x"])
def test_a_social_security_number_with_a_wrong_key_is_said_at_its_field(
    number: str, desk: Desk, session: Session
) -> None:
    shown = desk(nir=number)
    assert shown.status == 422
    assert "doit correspondre aux autres" in shown.select("#nir-error")[0].text_content()
    assert value(shown, "nir") == number
    assert value(shown, "family_name") == "Roussel"
    assert session.scalars(select(Visit)).all() == []


def test_the_same_number_on_another_record_is_shown_before_a_new_one_is_made(
    page: Browser, desk: Desk, session: Session
) -> None:
    desk(nir="248036216001036")
    shown = desk(family_name="Vandamme", birth_on="28/03/1960", nir="248036216001036")
    assert shown.status == 422
    assert "ROUSSEL Ben" in shown.select("button[name=is_known]")[0].text_content()


def test_what_was_searched_in_vain_is_not_typed_again(
    page: Browser, desk: Desk, session: Session
) -> None:
    page.open("/reception/")
    page.submit("/reception/", q="vasseur zoé 27 3 60")
    shown = page.submit("walk-in/begin")
    assert (value(shown, "family_name"), value(shown, "given_names")) == ("Vasseur", "Zoé")
    assert value(shown, "birth_on") == "27/03/1960"
    assert "Arrivée notée" in page.submit("/walk-in").text


def test_letters_in_the_field_go_with_the_walk_in(page: Browser, desk: Desk) -> None:
    with transaction() as work:
        for day in (1, 2):
            make.make_patient(work, given="Paul", family="Vasseur", birth_on=date(1960, 2, day))
    today = page.open("/reception/")
    (button,) = today.select("button[data-key=F2]")
    shown = page.send(button.get("formaction"), data=page.defaults(today.form("/reception/")))
    assert value(shown, "family_name") == ""
    page.open("/reception/")
    several = page.submit("/reception/", q="vasseur")
    assert len(several.select("[data-arrows] a")) == 2
    typed = page.defaults(several.form("/reception/"))
    assert typed["q"] == ""
    assert value(page.send(button.get("formaction"), data=typed), "family_name") == "Vasseur"


def test_a_sheet_searched_in_vain_fills_the_walk_in(page: Browser, desk: Desk) -> None:
    page.open("/reception/")
    page.submit("/reception/", q=SHEET)
    shown = page.submit("walk-in/begin")
    assert (value(shown, "family_name"), value(shown, "birth_on")) == ("Sansonetti", "14/03/1948")


def test_none_of_the_twins_makes_a_new_person(page: Browser, desk: Desk, session: Session) -> None:
    with transaction() as work:
        make.make_patient(work, given="Ben", family="Rousselle", birth_on=date(1960, 3, 27))
    desk()
    assert "Arrivée notée" in page.submit("walk-in", button="is_new=y").text
    assert len(session.scalars(select(Patient)).all()) == 3


def test_somebody_expected_another_day_is_moved_here(
    page: Browser, morning: Morning, session: Session, signed_in_as: SignIn
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        later = make.make_clinic(work, course, day=date(2026, 11, 25))
        appointment_of(work, morning.appointment).place_id = make.free_place(
            work, slot_at(work, later.id, 0)
        ).id
    signed_in_as(Role.RECEPTION)
    page.open("/reception/")
    page.submit("/reception/", q=morning.reference)
    shown = page.submit("move-here")
    assert "Attendu maintenant" in shown.text
    session.expire_all()
    slot = appointment_of(session, morning.appointment).place.slot
    assert slot.id == morning.slots[8]
    assert "Arrivée notée" in page.submit("check-in").text


def test_moved_here_twice_they_keep_the_first_place(
    page: Browser, morning: Morning, session: Session, signed_in_as: SignIn
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        later = make.make_clinic(work, course, day=date(2026, 11, 25))
        appointment_of(work, morning.appointment).place_id = make.free_place(
            work, slot_at(work, later.id, 0)
        ).id
        for place in slot_at(work, morning.clinic, 8).places[1:]:
            make.make_appointment(
                work, make.make_patient(work), slot_at(work, morning.clinic, 8), place_id=place.id
            )
    signed_in_as(Role.RECEPTION)
    page.open("/reception/")
    found = page.submit("/reception/", q=morning.reference)
    page.submit("move-here")
    page.last = found
    page.submit("move-here")
    session.expire_all()
    moved = appointment_of(session, morning.appointment)
    assert moved.place.slot.id == morning.slots[8]
    assert len(session.scalars(select(AppointmentMove)).all()) == 1


def test_a_walk_in_stands_for_the_appointment_of_another_day(
    page: Browser, morning: Morning, session: Session, signed_in_as: SignIn
) -> None:
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        later = make.make_clinic(work, course, day=date(2026, 11, 25))
        appointment_of(work, morning.appointment).place_id = make.free_place(
            work, slot_at(work, later.id, 0)
        ).id
    signed_in_as(Role.RECEPTION)
    page.open("/reception/")
    page.submit("/reception/", q=morning.reference)
    shown = page.follow("sur place")
    assert "sera annulé" in shown.text
    assert "Arrivée notée" in page.submit("walk-in").text
    assert appointment_of(session, morning.appointment).cancelled_at == clock.now()
    assert last_visit(session).patient_id == morning.ada


def test_somebody_expected_today_is_not_booked_twice(
    desk: Desk, morning: Morning, session: Session
) -> None:
    shown = desk(family_name="Mercier", given_names="Ada", birth_on="14/03/1948")
    assert "Un rendez-vous existe déjà" in shown.text
    assert session.scalars(select(Visit)).all() == []


def test_the_same_form_sent_twice_makes_one_visit(
    page: Browser, desk: Desk, session: Session
) -> None:
    asked = page.open("/reception/walk-in")
    page.submit("walk-in", **BEN)
    page.last = asked
    assert page.submit("walk-in", **BEN).status == 200
    assert len(session.scalars(select(Visit)).all()) == 1


def test_without_a_clinic_the_answer_is_no(page: Browser, signed_in_as: SignIn) -> None:
    signed_in_as(Role.RECEPTION)
    assert "Aucune séance n’est ouverte" in page.open("/reception/walk-in").text


def test_it_speaks_english(page: Browser, desk: Desk) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert "11 free doses" in page.open("/reception/walk-in").text
    assert "Arrival noted" in desk().text


@pytest.mark.parametrize("role", [Role.NURSE, Role.OPERATOR, Role.INSPECTOR])
def test_only_reception_takes_walk_ins(
    role: Role, page: Browser, morning: Morning, app: Flask, signed_in_as: SignIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    signed_in_as(role)
    assert page.open("/reception/walk-in").status == 403
    assert page.send("/reception/walk-in", data=BEN).status == 403


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE visit;--", "🙂 a", "<b>x</b>", "O’Нил", "\x00x", "%s"]
)
def test_naughty_strings_are_only_names(text: str, desk: Desk) -> None:
    shown = desk(family_name=text, given_names=text, document="other", note=text)
    assert shown.status in {200, 409, 422}
    assert "<b>x</b>" not in shown.response.text


def walk(name: str, by_id: int, course_id: int, now: datetime) -> Callable[[Session], object]:
    """One receptionist's walk-in of a new person, as a visit's number."""
    request = WalkInRequest(
        course_ids=(course_id,),
        person=Person(family_name=name, given_names="Zoé", birth_on=date(1970, 1, 1)),
        identity=CheckInRequest(IdentityDocument.PASSPORT),
        extra_reason="pressé",
    )
    return lambda session: walk_in(session, request, by_id=by_id, now=now, day=DAY).id


def test_two_walk_ins_ask_for_the_last_dose_and_one_gets_it(
    app: Flask, morning: Morning, session: Session
) -> None:
    set_doses(2)  # one for Ada, one to give
    with transaction() as work:
        by_id = make.make_staff(work, Role.RECEPTION).id
    names = ["Aubry", "Blanc", "Colin", "Denis"]
    calls = [walk(name, by_id, morning.course, clock.now()) for name in names]
    results = race(app, calls)
    assert sum(not isinstance(result, Refusal) for result in results) == 1, results
    assert sum(isinstance(result, NoDoseForWalkIn) for result in results) == 3, results
    assert len(session.scalars(select(Visit)).all()) == 1


def test_walk_ins_of_one_instant_never_share_a_place(
    app: Flask, morning: Morning, session: Session
) -> None:
    with transaction() as work:
        by_id = make.make_staff(work, Role.RECEPTION).id
    calls = [walk(f"Person {n}", by_id, morning.course, clock.now()) for n in range(6)]
    results = race(app, calls)
    assert not any(isinstance(result, Refusal) for result in results), results
    places = list(session.scalars(select(Appointment.place_id)))
    assert len(set(places)) == len(places) == 7
    extra = session.scalars(select(Place).where(Place.extra_reason.is_not(None))).all()
    assert len(extra) == 4
    assert {place.slot_id for place in extra} == {
        session.scalars(select(Slot.id).where(Slot.id == morning.slots[8])).one()
    }


def test_where_several_are_given_the_cursor_is_on_the_vaccination(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    assert page.open("/reception/walk-in").select("[autofocus]")[0].get("name") == "family_name"
    with transaction() as session:
        other = make.make_course(session, code="covid", short_fr="Covid")
        session.add(ClinicCourse(clinic_id=morning.clinic, course_id=other.id))
    shown = page.open("/reception/walk-in")
    assert shown.select("[autofocus]")[0].get("name") == "courses"
    assert "Covid : " in shown.text.replace("\u00a0", " ")


def test_each_vaccination_has_its_own_condition(
    page: Browser, desk: Desk, morning: Morning, session: Session
) -> None:
    with transaction() as work:
        weak: dict[str, Any] = {
            "condition": "weak",
            "condition_fr": "Mes défenses sont affaiblies.",
        }
        zoster = make.make_course(work, "zoster", short_fr="Zona", min_age_months=216, **weak)
        work.add(ClinicCourse(clinic_id=morning.clinic, course_id=zoster.id))
        make.make_lot(work, make.make_vaccine(work, zoster, name="SHINGRIX"), doses=5)
        both = [str(morning.course), str(zoster.id)]
    refused = desk(courses=both, document="passport")
    assert refused.status == 409
    said = refused.select("fieldset:has([name=condition]) .error")[0].text_content()
    assert "Zona\u00a0: À cet âge" in said
    assert "Zona : « Mes défenses sont affaiblies. »" in refused.text
    page.submit("walk-in", condition=both[1])
    session.expire_all()
    doses = {dose.course_id: dose.declared_at for dose in session.scalars(select(PlannedDose))}
    assert doses[int(both[1])] == clock.now()
    assert doses[int(both[0])] is None


def test_beginning_with_what_was_searched_opens_nobodys_record(
    page: Browser, morning: Morning, signed_in_as: SignIn
) -> None:
    signed_in_as(Role.RECEPTION)
    page.open("/reception/walk-in")
    assert page.last is not None
    (token, *_others) = page.last.select("input[name=csrf_token]")
    values = {"csrf_token": token.get("value"), "q": "roussel"}
    shown = page.send(f"/reception/walk-in/begin?patient={morning.ada}", data=values)
    assert shown.select("input[name=family_name]")[0].get("value") == "Roussel"
    assert "Mercier" not in shown.text


def test_undoing_a_walk_in_says_that_what_it_replaced_stays_cancelled(
    page: Browser, desk: Desk, morning: Morning
) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        patient = make.make_patient(session, "Ben", "Roussel", birth_on=date(1960, 3, 27))
        slot = make.make_slot(session, course, day=date(2026, 12, 7))
        other = make.make_appointment(session, patient, slot, course)
        ids = patient.id, other.id
    shown = desk(patient_id=str(ids[0]), replaces_id=str(ids[1]))
    assert "Arrivée notée" in shown.text
    after = page.submit("/undo")
    assert "L’arrivée a été annulée" in after.text
    assert "du 07/12/2026 09:00, que cette venue remplaçait, reste annulé" in after.text


def test_the_very_person_on_record_is_not_taken_for_their_twin(
    desk: Desk, morning: Morning
) -> None:
    with transaction() as session:
        for family in ("Roussel", "Rousel"):
            make.make_patient(session, "Ben", family, birth_on=date(1960, 3, 27))
    assert "Arrivée notée" in desk().text


def test_who_is_booked_already_is_shown_with_the_appointment(
    page: Browser, desk: Desk, morning: Morning
) -> None:
    with transaction() as session:
        course = session.get_one(Course, morning.course)
        patient = make.make_patient(session, "Ben", "Roussel", birth_on=date(1960, 3, 27))
        make.make_appointment(session, patient, slot_at(session, morning.clinic, 20), course)
    shown = desk()
    assert "Un rendez-vous existe déjà" in shown.text
    assert shown.url.startswith("/reception/patients/")
