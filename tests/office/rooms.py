"""What the tests on clinics begin with: courses, clinics, people booked on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.vaccine import Course

GIVEN = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana")


def slots_of(session: Session, clinic: Clinic) -> Sequence[Slot]:
    """The slots of a clinic in order."""
    session.flush()
    return session.scalars(
        select(Slot).where(Slot.clinic_id == clinic.id).order_by(Slot.starts_at)
    ).all()


def book_people(
    session: Session, course: Course, clinic: Clinic, number: int = 2, **fields: Any
) -> list[Appointment]:
    """So many people on the first slots of a clinic; every second one has an e-mail."""
    slots = slots_of(session, clinic)
    booked = []
    for n in range(number):
        patient = make.make_patient(
            session, GIVEN[n % len(GIVEN)], f"Mercier{clinic.id}x{n}", birth_on=date(1950, 1, 1 + n)
        )
        mail = {"email": f"p{n}@example.org"} if n % 2 else {"phone": f"+3319900{n:04d}"}
        slot = slots[n // 2]
        booked.append(make.make_appointment(session, patient, slot, course, **(mail | fields)))
    return booked


def the_entry(session: Session, action: str) -> AuditEntry:
    """The one audit entry of an action."""
    session.expire_all()
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


def count_places(session: Session, clinic_id: int) -> int:
    """The places of a clinic."""
    session.expire_all()
    found = select(func.count(Place.id)).join(Slot).where(Slot.clinic_id == clinic_id)
    return int(session.scalar(found) or 0)


def day_of(session: Session, appointment_id: int) -> date:
    """The day an appointment is on now."""
    session.expire_all()
    appointment = session.get_one(Appointment, appointment_id)
    return appointment.place.slot.clinic.day
