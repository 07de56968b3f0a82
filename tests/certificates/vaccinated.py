"""A person who was vaccinated, and the papers' picture of it."""

import io

import pypdf
from sqlalchemy.orm import Session

from tests import make
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient


def make_vaccinated(
    session: Session, given: str = "Ada", family: str = "Mercier", **fields: object
) -> tuple[Patient, Injection]:
    """Somebody who came today and received a flu dose, three days after booking."""
    flu = make.make_course(session, f"influenza-{make.make_reference()}")
    lot = make.make_lot(session, make.make_vaccine(session, flu))
    patient = make.make_patient(session, given, family, **fields)
    slot = make.make_slot(session, flu)
    visit = make.make_visit(session, make.make_appointment(session, patient, slot, flu))
    return patient, make.make_injection(session, visit, flu, lot)


def read(pdf: bytes) -> pypdf.PdfReader:
    """The PDF as a reader sees it."""
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """All the words of a PDF, white space folded."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())
