"""Issue a certificate: one paper for the same facts, and nothing without an injection of ours."""

import threading
from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.certificates.vaccinated import make_vaccinated, text_of
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.certificates import service
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.rules.vocabulary import Outcome, Role

Write = Callable[[], Session]


def issue(session: Session, patient_id: int, seed: int = 1) -> Certificate:
    return service.issue(
        session,
        patient_id,
        by_id=None,
        signed_by_name="Noor Benali",
        now=clock.now(),
        random_source=Random(seed),
    )


@pytest.fixture
def ada(write: Write, at: Callable[[str], object]) -> int:
    """Ada has had her flu dose and declares a COVID-19 dose."""
    at("2026-11-23 10:41")
    with write() as session:
        patient, _injection = make_vaccinated(session)
        covid = make.make_course(session, "covid-19-x", name_fr="COVID-19")
        make.make_declared_dose(session, patient, covid)
        return patient.id


@pytest.mark.usefixtures("printer")
def test_it_shows_the_paper_and_signs_the_change(
    ada: int, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.NURSE)
    page.open(f"/papers/patients/{ada}")
    answer = page.submit("/issue")
    assert answer.response.mimetype == "application/pdf"
    assert answer.response.headers["Cache-Control"] == "no-store"
    certificate = session.scalars(select(Certificate)).one()
    assert certificate.signed_by_name == "Noor Benali, infirmière"
    assert len(certificate.doses) == 2
    assert "MERCIER" not in answer.response.headers["Content-Disposition"].upper()
    assert "MERCIER Ada" in text_of(answer.response.data)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue")).one()
    assert (entry.patient_id, entry.details) == (ada, {})
    pages = {row.page for row in session.scalars(select(ReadEntry))}
    assert pages == {"certificates.of_patient", "certificates.print"}


@pytest.mark.usefixtures("printer")
def test_the_same_facts_give_the_same_paper(
    ada: int, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.RECEPTION)
    page.open(f"/papers/patients/{ada}")
    first = page.submit("/issue").response.data
    page.client.set_cookie("vaxcentre_language", "en")
    page.open(f"/papers/patients/{ada}")
    assert page.submit("/issue").response.data == first
    assert len(session.scalars(select(Certificate)).all()) == 1


@pytest.mark.parametrize("change", ["dose", "withdrawn", "name", "birth", "revoked", "replaced"])
def test_other_facts_give_another_paper(ada: int, write: Write, change: str) -> None:
    with write() as session:
        first = issue(session, ada)
        patient = session.get_one(Patient, ada)
        if change == "dose":
            covid = make.make_course(session, "covid-19-y")
            make.make_declared_dose(session, patient, covid, dose_number=2)
        elif change == "withdrawn":
            first.doses[1].declared_dose.withdrawn_at = clock.now()  # type: ignore[union-attr]
        elif change == "name":
            patient.family_name = "Merciers"
        elif change == "birth":
            patient.birth_on = date(1949, 3, 14)
        elif change == "revoked":
            ines = make.make_staff(session, Role.DOCTOR)
            service.revoke(session, first.id, "erreur", by_id=ines.id, now=clock.now())
        else:
            correct(session, ada)
        session.flush()
        second = issue(session, ada, seed=2)
        assert second.id != first.id
        assert second.number != first.number


def correct(session: Session, patient_id: int) -> None:
    """Noor corrects the injection: a new row replaces the old one."""
    old = session.scalars(select(Injection).where(Injection.patient_id == patient_id)).one()
    old.replaced_at = clock.now()
    session.flush()
    make.make_injection(
        session,
        old.visit,
        old.course,
        old.lot,
        replaces_id=old.id,
        correction_reason="autre bras",
    )


def test_a_number_that_exists_is_not_drawn_again(write: Write) -> None:
    with write() as session:
        ada, ben = (make_vaccinated(session, name)[0].id for name in ("Ada", "Ben"))
        assert issue(session, ada, seed=7).number != issue(session, ben, seed=7).number


def test_nothing_is_certified_without_an_injection_of_ours(
    write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as session:
        patient = make.make_patient(session)
        make.make_declared_dose(session, patient, make.make_course(session))
        patient_id = patient.id
    signed_in_as(Role.RECEPTION)
    answer = page.open(f"/papers/patients/{patient_id}")
    assert "rien à attester" in answer.text
    token = answer.select("input[name=csrf_token]")[0].get("value")
    refused = page.send(f"/papers/patients/{patient_id}/issue", data={"csrf_token": token})
    assert refused.status == 409
    assert "aucune injection de ce centre" in refused.text


def test_an_injection_entered_in_error_is_not_certified(write: Write) -> None:
    with write() as session:
        patient, injection = make_vaccinated(session)
        injection.outcome = Outcome.ENTERED_IN_ERROR
        session.flush()
        with pytest.raises(service.NothingToCertify):
            issue(session, patient.id)


def test_a_merged_twin_has_one_paper_with_the_doses_of_both(write: Write) -> None:
    with write() as session:
        stays, _dose = make_vaccinated(session)
        goes, _other = make_vaccinated(session, given="Adda")
        goes.merged_into_id, goes.merged_at = stays.id, clock.now()
        session.flush()
        certificate = issue(session, goes.id)
        assert certificate.patient_id == stays.id
        assert len(certificate.doses) == 2
        assert issue(session, stays.id, seed=2) is certificate


def test_eight_desks_at_once_issue_one_paper(app: Flask, ada: int) -> None:
    numbers: list[str] = []

    def work(seed: int) -> None:
        with app.app_context():
            with transaction() as session:
                numbers.append(issue(session, ada, seed=seed).number)
            db.session.remove()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(numbers) == 8
    assert len(set(numbers)) == 1


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.STOCK, Role.MANAGER, Role.INSPECTOR])
def test_others_issue_nothing(
    role: Role, ada: int, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(role)
    assert page.open(f"/papers/patients/{ada}").status == 403


def test_the_doctor_revokes_with_a_reason(
    ada: int, write: Write, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    with write() as writing:
        number = issue(writing, ada).number
    signed_in_as(Role.DOCTOR)
    page.open(f"/papers/patients/{ada}")
    assert page.submit("/revoke", reason=" ").status == 422
    action = page.last.form("/revoke").get("action")  # type: ignore[union-attr]
    answer = page.submit("/revoke", reason="mauvaise personne")
    assert "révoquée" in answer.text
    assert "mauvaise personne" in answer.text
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "revoke")).one().details
    token = answer.select("input[name=csrf_token]")[0].get("value")
    again = page.send(action, data={"csrf_token": token, "reason": "encore"})
    assert again.status == 409
    assert "mauvaise personne" in again.text
    assert "Remplacée" in page.open(f"/verifier/{number}").text


def test_a_nurse_does_not_revoke(
    ada: int, write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as writing:
        certificate_id = issue(writing, ada).id
    signed_in_as(Role.NURSE)
    page.open(f"/papers/patients/{ada}")
    assert not page.last.select("form[action$=revoke]")  # type: ignore[union-attr]
    token = page.last.select("input[name=csrf_token]")[0].get("value")  # type: ignore[union-attr]
    url = f"/papers/certificates/{certificate_id}/revoke"
    assert page.send(url, data={"csrf_token": token, "reason": "x"}).status == 403


def test_what_is_not_there_is_not_found(page: Browser, signed_in_as: Callable[..., object]) -> None:
    signed_in_as(Role.DOCTOR)
    assert page.open("/papers/patients/99").status == 404
    assert page.open("/papers/certificates/99.pdf").status == 404
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/papers/patients/99").status == 404


def test_a_paper_that_no_longer_holds_is_not_printed_again(
    ada: int, write: Write, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    with write() as writing:
        paper = issue(writing, ada).id
    signed_in_as(Role.DOCTOR)
    page.open(f"/papers/patients/{ada}")
    page.submit("/revoke", reason="mauvaise personne")
    assert not page.open(f"/papers/patients/{ada}").select(f"a[href$='{paper}.pdf']")
    refused = page.open(f"/papers/certificates/{paper}.pdf")
    assert refused.url == f"/papers/patients/{ada}"
    assert "elle ne s’imprime pas" in refused.text
