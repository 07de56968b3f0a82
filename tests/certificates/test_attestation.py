"""The sheet itself: what it says, that machines can read it, that it is one page."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from random import Random
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.certificates.test_issue import correct
from tests.certificates.vaccinated import make_vaccinated, read, text_of
from tests.page import Browser
from vaxcentre import clock
from vaxcentre.certificates import pdf, service
from vaxcentre.extensions import db
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.vocabulary import Sex

Write = Callable[[], Session]


pytestmark = pytest.mark.usefixtures("printer")


@pytest.fixture(autouse=True)
def _monday(at: Callable[[str], object]) -> None:
    at("2026-11-23 10:41")


def issue(session: Session, patient_id: int) -> Certificate:
    return service.issue(
        session,
        patient_id,
        by_id=None,
        signed_by_name="Noor Benali, infirmière",
        now=clock.now(),
        random_source=Random(3),
    )


def printed(page: Browser, certificate_id: int) -> bytes:
    with page.app.test_request_context():
        session = db.session()
        return pdf.attestation(session, session.get_one(Certificate, certificate_id))


@pytest.fixture
def ada(write: Write) -> tuple[int, int]:
    """Ada Jeanne Mercier, used name Duprez: one dose of ours and one declared."""
    with write() as session:
        patient, _injection = make_vaccinated(session, "Ada Jeanne", used_name="Duprez")
        covid = make.make_course(session, "covid-x", name_fr="COVID-19", disease="covid-19")
        make.make_declared_dose(session, patient, covid, given_on=date(2026, 5, 17))
        return patient.id, issue(session, patient.id).id


def test_it_says_all_that_a_certificate_says(ada: tuple[int, int], page: Browser) -> None:
    text = text_of(printed(page, ada[1]))
    for words in (
        "Centre de vaccination de Boulogne-sur-Mer",
        "FINESS 620000000",
        "Attestation de vaccination",
        "Vaccination certificate",
        "MERCIER Ada Jeanne",
        "Née le",
        "14 mars 1948",
        "féminin",
        "DUPREZ",
        "23/11/2026",
        "EFLUELDA",
        "SANOFI WINTHROP INDUSTRIE",
        "IM, deltoïde gauche, 0,7 ml",
        "1 / 1",
        "U8A213B",
        "Noor Benali",
        "COMIRNATY",
        "déclaré, preuve vue",
        "autre centre",
        "Signé électroniquement le 23/11/2026 à 10:41",
        "Noor Benali, infirmière, pour le centre",
        "remplace : aucune",
        "Ne vaut pas pièce d’identité",
    ):
        assert words in text, words


def test_it_is_one_tagged_archive_page(ada: tuple[int, int], page: Browser) -> None:
    paper = read(printed(page, ada[1]))
    root: Any = paper.root_object
    assert len(paper.pages) == 1
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert paper.metadata is not None
    assert str(paper.metadata.title).startswith("Attestation de vaccination")
    assert "Mercier" not in str(paper.metadata)
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()


def test_the_same_facts_give_the_same_bytes(
    ada: tuple[int, int], page: Browser, at: Callable[[str], object]
) -> None:
    first = printed(page, ada[1])
    at("2027-02-01 08:00")
    assert printed(page, ada[1]) == first


def code_on(paper: bytes) -> str:
    """What a scanner reads on the first sheet."""
    (image,) = list(read(paper).pages[0].images)
    found = zxingcpp.read_barcodes(Image.open(BytesIO(image.data)))
    return str(found[0].text)


def test_its_code_leads_to_a_page_that_says_genuine_then_replaced(
    ada: tuple[int, int], page: Browser, write: Write
) -> None:
    address = code_on(printed(page, ada[1]))
    assert address.startswith("https://vaccination-boulogne.example/verifier/")
    path = address.removeprefix("https://vaccination-boulogne.example")
    assert "Authentique" in page.open(path).text
    with write() as session:
        correct(session, ada[0])
    assert "Remplacée" in page.open(path).text


def test_its_code_is_large_enough_for_a_phone(ada: tuple[int, int], page: Browser) -> None:
    with page.app.test_request_context():
        html = pdf.attestation_html(db.session(), [db.session.get_one(Certificate, ada[1])])
    assert 'class="qr"' in html  # 50 mm in print.css
    address = "vaccination-boulogne.example/\u200bverifier/"
    assert address in html


def test_twelve_doses_fit_one_sheet_and_thirty_flow_to_a_second(
    write: Write, page: Browser
) -> None:
    pages = []
    for count in (11, 30):
        with write() as session:
            patient, _injection = make_vaccinated(session)
            for number in range(count):
                course = make.make_course(session, f"c{count}-{number}")
                make.make_declared_dose(session, patient, course)
            certificate_id = issue(session, patient.id).id
        paper = printed(page, certificate_id)
        pages.append(len(read(paper).pages))
    assert pages == [1, 2]
    assert "Page 1 / 2" in text_of(paper)


def test_the_next_dose_is_the_booked_one_or_the_day_it_is_due(write: Write, page: Browser) -> None:
    with write() as session:
        hpv = make.make_course(session, "hpv", doses=2, name_fr="HPV")
        lot = make.make_lot(session, make.make_vaccine(session, hpv, name="GARDASIL 9"))
        patient = make.make_patient(session, "Ben")
        slot = make.make_slot(session, hpv, places=2)
        visit = make.make_visit(session, make.make_appointment(session, patient, slot, hpv))
        make.make_injection(session, visit, hpv, lot, doses_in_course=2)
        patient_id, certificate_id = patient.id, issue(session, patient.id).id
    assert "dose 2, à partir du 28 décembre 2026" in text_of(printed(page, certificate_id))
    with write() as session:
        later = make.make_slot(session, session.scalars(select(Course)).one(), day=date(2027, 1, 1))
        patient = session.get_one(Patient, patient_id)
        make.make_appointment(
            session, patient, later, later.clinic.courses[0].course, dose_number=2
        )
    assert "dose 2, 1er janvier 2027 à 09:00" in text_of(printed(page, certificate_id))


@pytest.mark.parametrize(
    ("family", "shown", "is_said"),
    [
        ("Ковалёва", "КОВАЛЁВА", False),
        ("Şahin-Țepeș", "ŞAHIN-ȚEPEȘ", False),
        ("d’Œuvre", "D’ŒUVRE", False),
        ("王", "?", True),
        ("Nguyễn", "NGUYỄN", False),
        ("<b>x</b>", "<B>X</B>", False),
    ],
)
def test_a_name_is_printed_in_letters_that_exist(
    write: Write, page: Browser, family: str, shown: str, is_said: bool
) -> None:
    with write() as session:
        patient, _injection = make_vaccinated(session, family=family, sex=Sex.UNKNOWN)
        certificate_id = issue(session, patient.id).id
    text = text_of(printed(page, certificate_id))
    assert f"{shown} Ada" in text
    assert ("ne peuvent pas être imprimées" in text) == is_said
    assert "Né(e) le" in text


def test_the_number_before_is_named(ada: tuple[int, int], page: Browser, write: Write) -> None:
    with write() as session:
        old = session.get_one(Certificate, ada[1]).number
        correct(session, ada[0])
        new = issue(session, ada[0]).id
    assert f"remplace : {show_reference(old)}" in text_of(printed(page, new))
