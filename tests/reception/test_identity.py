"""Typing errors are mended with their trace; two records of one person become one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from tests.reception.conftest import Morning, appointment_of, slot_at
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, InsuranceNumber, NameCorrection, Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.reception.merge_service import twins_of
from vaxcentre.rules.vocabulary import Role, Sex

SignIn = Callable[..., Any]


@pytest.fixture
def rosa(page: Browser, morning: Morning, signed_in_as: SignIn) -> None:
    """Rosa is at the desk."""
    signed_in_as(Role.RECEPTION)


def ada_of(session: Session, morning: Morning) -> Patient:
    session.expire_all()
    return session.get_one(Patient, morning.ada)


def twin(given: str = "Adda", **fields: Any) -> int:
    """A second record of Ada, with another spelling."""
    with transaction() as session:
        return make.make_patient(session, given=given, **fields).id


def test_a_typing_error_is_mended_and_what_stood_before_stays_readable(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    page.open(f"/reception/patients/{morning.ada}/correct")
    shown = page.submit(
        "/correct",
        family_name="Mercière",
        given_names="Ada Louise",
        used_name="Blanc",
        birth_on="15031948",
        sex="female",
        is_protected="y",
        reason="carte d’identité",
    )
    assert "L’identité a été corrigée." in shown.text
    assert "carte d’identité" in shown.text
    ada = ada_of(session, morning)
    assert (ada.family_name, ada.given_names, ada.used_name) == ("Mercière", "Ada Louise", "Blanc")
    assert (ada.folded_family, ada.folded_given, ada.folded_used) == ("merciere", "ada", "blanc")
    assert (ada.birth_on, ada.sex) == (date(1948, 3, 15), Sex.FEMALE)
    assert ada.is_protected_adult
    trace = session.scalars(select(NameCorrection)).one()
    assert trace.before == "Mercier Ada, 14/03/1948, F"
    assert trace.after == "Mercière (Blanc) Ada Louise, 15/03/1948, F"
    assert (trace.corrected_at, trace.reason) == (clock.now(), "carte d’identité")
    assert trace.corrected_by_id is not None
    assert session.scalars(select(AuditEntry.action)).all() == ["correct_identity"]
    page.open("/reception/")
    assert "MERCIÈRE" in page.submit("/reception/", q="blanc ada").text


def test_a_corrected_name_is_found_by_its_words_and_no_longer_by_the_old_ones(
    page: Browser, morning: Morning, rosa: None
) -> None:
    for name in ("Marchand-Bonnet", "Marchand-Brien"):
        page.open(f"/reception/patients/{morning.ada}/correct")
        page.submit("/correct", family_name=name, reason="carte d’identité")
    page.open("/reception/")
    assert "MARCHAND-BRIEN Ada" in page.submit("/reception/", q="brien").text
    assert "Introuvable" in page.submit("/reception/", q="bonnet").text


def test_the_used_name_of_the_record_that_goes_finds_the_one_that_stays(
    page: Browser, morning: Morning, rosa: None
) -> None:
    other = twin(used_name="Le Goff")
    page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    page.submit("/merge", reason="même carte d’identité")
    page.open("/reception/")
    assert "MERCIER (LE GOFF) Ada" in page.submit("/reception/", q="goff").text


NIR = "248036216001036"


def number_on_page(page: Browser, morning: Morning) -> str:
    shown = page.open(f"/reception/patients/{morning.ada}/correct")
    return str(shown.select("input[name=nir]")[0].get("value"))


def test_a_social_security_number_is_kept_replaced_and_removed(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    for number in (NIR, "185052A00401270", ""):
        page.open(f"/reception/patients/{morning.ada}/correct")
        shown = page.submit("/correct", nir=number, reason="carte Vitale")
        assert "L’identité a été corrigée." in shown.text
        assert number_on_page(page, morning) == number
        assert NIR not in page.open(f"/reception/patients/{morning.ada}").text
    kept = session.scalars(select(InsuranceNumber).order_by(InsuranceNumber.id)).all()
    assert [(row.replaced_at, row.patient_id) for row in kept] == [(clock.now(), morning.ada)] * 2
    assert session.scalars(select(NameCorrection)).all() == []
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["keep_number", "keep_number", "remove_number"]


def test_a_wrong_key_is_said_at_its_field(page: Browser, morning: Morning, rosa: None) -> None:
    page.open(f"/reception/patients/{morning.ada}/correct")
    shown = page.submit("/correct", nir=NIR[:-1] + "7", reason="carte Vitale")
    assert shown.status == 422
    assert "doit correspondre aux autres" in shown.select("#nir-error")[0].text_content()


def test_a_merge_keeps_one_number(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    other = twin()
    for number, patient in (("185052A00401270", other), (NIR, morning.ada)):
        page.open(f"/reception/patients/{patient}/correct")
        page.submit("/correct", nir=number, reason="carte Vitale")
    page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    page.submit("/merge", reason="même carte")
    assert number_on_page(page, morning) == NIR
    rows = session.scalars(select(InsuranceNumber)).all()
    assert {row.patient_id for row in rows} == {morning.ada}
    assert sum(row.replaced_at is None for row in rows) == 1


def test_nothing_different_is_said(page: Browser, morning: Morning, rosa: None) -> None:
    page.open(f"/reception/patients/{morning.ada}/correct")
    shown = page.submit("/correct", reason="rien")
    assert shown.status == 409
    assert "Rien ne diffère" in " ".join(shown.errors)


def test_a_correction_without_a_reason_is_given_back(
    page: Browser, morning: Morning, rosa: None
) -> None:
    page.open(f"/reception/patients/{morning.ada}/correct")
    shown = page.submit("/correct", family_name="Autre")
    assert shown.status == 422
    assert shown.select("input[name=family_name]")[0].get("value") == "Autre"


def test_a_correction_never_makes_two_records_of_one_person(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    twin(given="Louise")
    page.open(f"/reception/patients/{morning.ada}/correct")
    shown = page.submit("/correct", given_names="Louise", reason="carte")
    assert shown.status == 409
    assert "Fusionnez les deux fiches" in " ".join(shown.errors)
    assert "Comparer avec MERCIER Louise" in shown.text
    assert ada_of(session, morning).given_names == "Ada"


@pytest.mark.parametrize(
    ("family", "given", "is_twin"),
    [
        ("Mercier", "Ada", True),
        ("Mersier", "Adda", True),
        ("Ada", "Mercier", True),  # first and last name exchanged
        ("Mercier", "Paul", False),  # a real twin is somebody else
        ("Lefebvre", "Ada", False),
    ],
)
def test_twins_are_born_on_one_day_and_sound_alike(
    family: str, given: str, is_twin: bool, morning: Morning, session: Session
) -> None:
    found = twins_of(session, family, given, date(1948, 3, 14))
    assert [patient.id for patient in found] == ([morning.ada] if is_twin else [])
    assert twins_of(session, family, given, date(1948, 3, 15)) == []


def test_both_records_stand_side_by_side(page: Browser, morning: Morning, rosa: None) -> None:
    other = twin()
    page.open(f"/reception/patients/{morning.ada}/correct")
    shown = page.follow("Comparer avec MERCIER Adda")
    assert [h2.text_content() for h2 in shown.select(".card h2")] == ["MERCIER Ada", "MERCIER Adda"]
    assert f"/merge/{other}" in shown.form("/merge/").get("action")


def test_a_merge_moves_everything_and_leaves_a_signpost(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    other = twin(phone="+33199001111")
    with transaction() as work:
        record = work.get_one(Patient, other)
        course = make.make_course(work, "zoster")
        vaccine = make.make_vaccine(work, course, name="SHINGRIX")
        lot = make.make_lot(work, vaccine, number="Z1")
        clinic = make.make_clinic(work, course, start="09:00", end="10:00")
        appointment = make.make_appointment(work, record, slot_at(work, clinic.id, 0), course)
        visit = make.make_visit(work, appointment)
        make.make_injection(work, visit, course, lot)
        make.make_declared_dose(work, record, make.make_course(work, "hpv"))
    page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    assert page.submit("/merge/").status == 422
    shown = page.submit("/merge/", reason="même carte")
    assert "Les deux fiches n’en font plus qu’une." in shown.text
    session.expire_all()
    gone = session.get_one(Patient, other)
    assert (gone.merged_into_id, gone.merged_at) == (morning.ada, clock.now())
    assert ada_of(session, morning).phone == "+33199001111"
    for table in (Appointment, PlannedDose, Visit, Injection, DeclaredDose):
        assert set(session.scalars(select(table.patient_id))) == {morning.ada}, table
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["merge", "merged_into"]
    assert page.open(f"/reception/patients/{other}").h1 == "MERCIER Ada, 78 ans"


@pytest.mark.parametrize("picked", ["keep", "gone"])
def test_of_two_phone_numbers_the_desk_picks_one(
    picked: str, page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    other = twin(phone="+33199002222", email="ada@exemple.fr")
    with transaction() as work:
        work.get_one(Patient, morning.ada).phone = "+33199001111"
    shown = page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    assert [one.get("value") for one in shown.select("input[name=phone_from]")] == ["keep", "gone"]
    page.submit("/merge", reason="même carte", phone_from=picked)
    ada = ada_of(session, morning)
    assert ada.phone == ("+33199001111" if picked == "keep" else "+33199002222")
    assert ada.email == "ada@exemple.fr"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "merge")).one()
    assert entry.details.get("takes", []) == (["phone"] if picked == "gone" else [])


def test_both_booked_for_the_same_dose_is_refused(
    page: Browser, morning: Morning, rosa: None, session: Session
) -> None:
    other = twin()
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        record = work.get_one(Patient, other)
        make.make_appointment(work, record, slot_at(work, morning.clinic, 20), course)
    page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    shown = page.submit("/merge/", reason="même carte")
    assert shown.status == 409
    assert "Les deux fiches ont un rendez-vous pour Grippe, dose 1" in shown.text
    assert session.get_one(Patient, other).merged_into_id is None


def test_both_vaccinated_with_the_same_dose_is_refused(
    page: Browser, morning: Morning, rosa: None
) -> None:
    other = twin()
    with transaction() as work:
        course = work.get_one(Course, morning.course)
        lot = work.scalars(select(Lot)).one()
        second = make.make_appointment(
            work, work.get_one(Patient, other), slot_at(work, morning.clinic, 20), course
        )
        for appointment in (appointment_of(work, morning.appointment), second):
            make.make_injection(work, make.make_visit(work, appointment), course, lot)
    page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    shown = page.submit("/merge/", reason="même carte")
    assert shown.status == 409
    assert "Un médecin doit d’abord en corriger une" in shown.text


@pytest.mark.parametrize("birth_on", [date(1950, 1, 1)])
def test_other_birth_dates_are_other_people(
    birth_on: date, page: Browser, morning: Morning, rosa: None
) -> None:
    other = twin(birth_on=birth_on)
    page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    assert page.submit("/merge/", reason="x").status == 409


def test_one_record_is_not_merged_into_itself_and_none_twice(
    page: Browser, morning: Morning, rosa: None
) -> None:
    page.open(f"/reception/patients/{morning.ada}/merge/{morning.ada}")
    assert page.submit("/merge/", reason="x").status == 409
    other = twin()
    asked = page.open(f"/reception/patients/{morning.ada}/merge/{other}")
    page.submit("/merge/", reason="x")
    page.last = asked
    assert page.submit("/merge/", reason="x").status == 409
    assert page.open(f"/reception/patients/{morning.ada}/merge/999").status == 404
