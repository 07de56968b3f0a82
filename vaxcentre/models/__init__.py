"""What the centre remembers: importing this package makes every table known."""

from vaxcentre.models import (
    appointment,
    audit,
    certificate,
    clinic,
    injection,
    patient,
    staff,
    stock,
    vaccine,
    visit,
)

__all__ = [
    "appointment",
    "audit",
    "certificate",
    "clinic",
    "injection",
    "patient",
    "staff",
    "stock",
    "vaccine",
    "visit",
]
