"""Who is, or was, booked on a clinic: whom to call when it closes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from vaxcentre.models.appointment import Appointment, AppointmentMove
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.visit import Visit


@dataclass(frozen=True)
class Call:
    """A person with the time that is or was theirs; never what the appointment is for."""

    appointment: Appointment
    starts_at: datetime
    new_starts_at: datetime | None  # where they were moved to
    is_here: bool = False

    @property
    def is_cancelled(self) -> bool:
        """Told that there is no appointment any more."""
        return self.appointment.cancelled_at is not None

    @property
    def is_waiting(self) -> bool:
        """Still booked on a time that will not be held."""
        return not self.is_cancelled and self.new_starts_at is None

    @property
    def must_be_called(self) -> bool:
        """No e-mail reaches them."""
        return not self.appointment.email


def booked_on(session: Session, clinic_id: int) -> list[Call]:
    """Who is booked on a clinic now, in order of their times."""
    rows = _appointments(session, clinic_id, Appointment.cancelled_at.is_(None))
    return [Call(appointment, starts_at, None, here) for appointment, starts_at, here in rows]


def calls_of(session: Session, clinic: Clinic) -> list[Call]:
    """Everybody whom the closing of a clinic touches: moved, cancelled, or still booked.

    Before it is closed: everybody who is booked.
    """
    calls = booked_on(session, clinic.id)
    if clinic.closed_at is not None:
        was_cancelled = Appointment.cancelled_at >= clinic.closed_at
        calls += [
            Call(appointment, starts_at, None, here)
            for appointment, starts_at, here in _appointments(session, clinic.id, was_cancelled)
        ]
        calls += _moved_away(session, clinic.id, clinic.closed_at)
    return sorted(calls, key=lambda call: (call.starts_at, call.appointment.id))


def _appointments(
    session: Session, clinic_id: int, which: ColumnElement[bool]
) -> list[tuple[Appointment, datetime, bool]]:
    here = exists().where(Visit.appointment_id == Appointment.id, Visit.undone_at.is_(None))
    rows = session.execute(
        select(Appointment, Slot.starts_at, here)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            Slot.clinic_id == clinic_id,
            Appointment.booked_at.is_not(None),
            Appointment.lapsed_at.is_(None),
            which,
        )
        .options(joinedload(Appointment.patient))
        .order_by(Slot.starts_at, Appointment.id)
    )
    return [(appointment, starts_at, is_here) for appointment, starts_at, is_here in rows]


def _moved_away(session: Session, clinic_id: int, since: datetime) -> list[Call]:
    before, before_slot = aliased(Place), aliased(Slot)
    rows = session.execute(
        select(Appointment, before_slot.starts_at, Slot.starts_at)
        .join(
            AppointmentMove,
            and_(
                AppointmentMove.appointment_id == Appointment.id,
                AppointmentMove.moved_at >= since,
            ),
        )
        .join(before, before.id == AppointmentMove.from_place_id)
        .join(before_slot, before_slot.id == before.slot_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .where(
            before_slot.clinic_id == clinic_id,
            Slot.clinic_id != clinic_id,
            Appointment.cancelled_at.is_(None),
        )
        .options(joinedload(Appointment.patient))
    )
    return [Call(appointment, was, becomes) for appointment, was, becomes in rows]
