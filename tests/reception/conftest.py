"""A morning at the desk: one flu clinic, some people of today, doses in the fridge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Slot


@dataclass
class Morning:
    """Numbers of what stands at the beginning of a test; rows expire, numbers do not."""

    course: int
    vaccine: int
    clinic: int
    slots: list[int]
    ada: int  # Ada Mercier
    appointment: int  # hers, at 10:30
    reference: str


@pytest.fixture
def morning(app: Flask, at: Callable[[str], datetime]) -> Morning:
    """Monday 23 November 2026, 10:21; Ada Mercier is expected at 10:30, twelve doses are left."""
    at("2026-11-23 10:21")
    with transaction() as session:
        course = make.make_course(session)
        vaccine = make.make_vaccine(session, course)
        make.make_lot(session, vaccine, doses=12)
        clinic = make.make_clinic(session, course, start="09:00", end="17:00", places=2)
        slots = [slot.id for slot in slots_of(session, clinic.id)]
        slot = slot_at(session, clinic.id, 9)
        appointment = make.make_appointment(session, make.make_patient(session), slot, course)
        return Morning(
            course=course.id,
            vaccine=vaccine.id,
            clinic=clinic.id,
            slots=slots,
            ada=appointment.patient_id or 0,
            appointment=appointment.id,
            reference=appointment.reference,
        )


def slots_of(session: Session, clinic_id: int) -> list[Slot]:
    """The slots of a clinic in order."""
    return list(
        session.scalars(select(Slot).where(Slot.clinic_id == clinic_id).order_by(Slot.starts_at))
    )


def slot_at(session: Session, clinic_id: int, place: int) -> Slot:
    """The slot at this place in the order: of ten minutes from 9:00, number 9 is 10:30."""
    return slots_of(session, clinic_id)[place]


def appointment_of(session: Session, appointment_id: int) -> Appointment:
    """The appointment as it is now."""
    session.expire_all()
    return session.get_one(Appointment, appointment_id)
