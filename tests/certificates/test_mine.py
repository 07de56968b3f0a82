"""A patient prints the certificate again: reference and birth date are enough."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.certificates.vaccinated import make_vaccinated, text_of
from tests.page import Browser
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.staff import Attempt
from vaxcentre.rules.vocabulary import AttemptKind

Write = Callable[[], Session]
BIRTH = {"day": "14", "month": "3", "year": "1948"}


@pytest.fixture
def reference(write: Write) -> str:
    with write() as session:
        make_vaccinated(session)
        return session.scalars(select(Appointment.reference)).one()


@pytest.mark.usefixtures("printer")
def test_it_shows_the_paper_without_an_account(
    reference: str, page: Browser, session: Session
) -> None:
    page.open("/mon-attestation")
    answer = page.submit("/mon-attestation", reference=reference.lower(), **BIRTH)
    assert answer.response.mimetype == "application/pdf"
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert "MERCIER Ada" in text_of(answer.response.data)
    certificate = session.scalars(select(Certificate)).one()
    assert certificate.issued_by_id is None
    assert certificate.signed_by_name == "Noor Benali, infirmière"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue")).one()
    assert entry.by_id is None
    page.open("/mon-attestation")
    again = page.submit("/mon-attestation", reference=reference, **BIRTH)
    assert again.response.data == answer.response.data
    assert len(session.scalars(select(Certificate)).all()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "15"},
        {"reference": "BCDE-FGHJ"},
        {"reference": "n’importe quoi"},
        {"reference": ""},
        {"day": "31", "month": "2"},
        {"day": "x"},
        {"year": "99999"},
        {"year": "1066"},
    ],
)
def test_what_does_not_fit_is_said_and_kept(
    reference: str, page: Browser, typed: dict[str, str]
) -> None:
    page.open("/mon-attestation")
    answer = page.submit("/mon-attestation", **({"reference": reference} | BIRTH | typed))
    assert answer.status == 422
    assert answer.errors
    shown = answer.select("#year")[0].get("value")
    assert shown == ({"year": "1948"} | typed)["year"]


def test_ten_wrong_tries_and_then_a_wait(reference: str, page: Browser, session: Session) -> None:
    page.open("/mon-attestation")
    for _ in range(10):
        assert page.submit("/mon-attestation", reference="BCDE-FGHJ", **BIRTH).status == 422
    answer = page.submit("/mon-attestation", reference=reference, **BIRTH)
    assert answer.status == 429
    kinds = {row.kind for row in session.scalars(select(Attempt))}
    assert kinds == {AttemptKind.APPOINTMENT}


def test_before_the_injection_it_says_so(write: Write, page: Browser, session: Session) -> None:
    with write() as writing:
        flu = make.make_course(writing)
        slot = make.make_slot(writing, flu)
        booked = make.make_appointment(writing, make.make_patient(writing), slot, flu)
        reference = booked.reference
    page.open("/mon-attestation")
    answer = page.submit("/mon-attestation", reference=reference, **BIRTH)
    assert answer.status == 422
    assert "Aucune injection n’est encore enregistrée" in answer.text
    assert not session.scalars(select(Attempt)).all()


def test_whoever_books_under_a_known_name_does_not_read_that_persons_doses(
    write: Write, page: Browser, session: Session
) -> None:
    """A match never shows what is stored: the paper needs an appointment that was honoured."""
    with write() as writing:
        ada, _injection = make_vaccinated(writing)
        zoster = make.make_course(writing, "zoster")
        stranger = make.make_appointment(writing, ada, make.make_slot(writing, zoster), zoster)
        reference = stranger.reference
    page.open("/mon-attestation")
    answer = page.submit("/mon-attestation", reference=reference, **BIRTH)
    assert answer.status == 422
    assert "Aucune injection n’est encore enregistrée" in answer.text
    assert not session.scalars(select(Certificate)).all()


@pytest.mark.usefixtures("printer")
def test_the_second_of_a_pair_opens_the_paper_of_the_first(write: Write, page: Browser) -> None:
    with write() as writing:
        ada, injection = make_vaccinated(writing)
        injection.visit.appointment.pair_id = "pair"
        course = injection.course
        second = make.make_appointment(
            writing, ada, make.make_slot(writing, course), course, dose_number=2, pair_id="pair"
        )
        reference = second.reference
    page.open("/mon-attestation")
    answer = page.submit("/mon-attestation", reference=reference, **BIRTH)
    assert answer.response.mimetype == "application/pdf"


def test_it_speaks_english(page: Browser) -> None:
    page.client.set_cookie("vaxcentre_language", "en")
    assert page.open("/mon-attestation").h1 == "Print my vaccination certificate"


@pytest.mark.usefixtures("printer")
def test_who_has_the_appointment_open_needs_one_tap(
    reference: str, page: Browser, session: Session
) -> None:
    page.open("/find")
    page.submit("/find", reference=reference, **BIRTH)
    page.open("/mon-attestation")
    answer = page.submit("/mon-attestation")
    assert answer.response.mimetype == "application/pdf"


def test_without_an_open_appointment_the_tap_asks_again(page: Browser) -> None:
    token = page.open("/mon-attestation").select("input[name=csrf_token]")[0].get("value")
    answer = page.send("/mon-attestation", data={"csrf_token": token, "own": "yes"})
    assert answer.h1 == "Imprimer mon attestation de vaccination"
