"""The columns of a person that the desk needs, and the person in a row that holds them."""

from typing import Any

from vaxcentre.models.patient import Patient
from vaxcentre.reception.rows import Person

PERSON = (
    Patient.id.label("patient_id"),
    Patient.family_name,
    Patient.given_names,
    Patient.used_name,
    Patient.birth_on,
    Patient.sex,
    Patient.phone,
    Patient.email,
    Patient.is_protected_adult,
)


def person_of(found: Any) -> Person:
    """The person in a row that holds the PERSON columns."""
    return Person(
        id=found.patient_id,
        family_name=found.family_name,
        given_names=found.given_names,
        used_name=found.used_name,
        birth_on=found.birth_on,
        sex=found.sex,
        phone=found.phone,
        email=found.email,
        is_protected=found.is_protected_adult,
    )
