"""What is neither booked nor done at the moment of the demo: held, let go, undone."""

from datetime import timedelta

from sqlalchemy import func, select

from vaxcentre.demo.clinics import OpenSlot
from vaxcentre.demo.journey import MINUTE
from vaxcentre.demo.rows import add_rows, put_rows
from vaxcentre.demo.stage import Stage
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Clinic, Place, Slot
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import IdentityDocument, Origin

HELD_FOR = timedelta(minutes=10)


def hold_some(stage: Stage, slots: list[OpenSlot]) -> None:
    """On the last place of later slots: two people are typing now, and one gave up before."""
    ahead = [slot for slot in slots if slot.starts_at > stage.now][:3]
    rows = []
    for slot, begun in zip(ahead, (2, 5, 40), strict=False):
        until = stage.now - begun * MINUTE + HELD_FOR
        rows.append(
            {
                "reference": stage.reference(),
                "place_id": slot.place_ids[-1],
                "origin": Origin.WEB,
                "held_until": until,
                "lapsed_at": until if until < stage.now else None,
            }
        )
    flu = stage.courses["flu-2026"].id
    put_rows(
        stage.session,
        PlannedDose,
        [
            {
                "appointment_id": number,
                "course_id": flu,
                "dose_number": 1,
                "released_at": row["lapsed_at"],
            }
            for number, row in zip(add_rows(stage.session, Appointment, rows), rows, strict=True)
        ],
    )


def undo_one(stage: Stage) -> None:
    """Reception noted the wrong person, and took it back."""
    rosa = stage.members["rosa"].id
    expected = stage.session.execute(
        select(Appointment.id, Appointment.patient_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .where(
            Clinic.day == stage.today,
            Slot.starts_at > stage.now + timedelta(minutes=30),
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
        )
        .order_by(Slot.starts_at, Appointment.id)
        .limit(1)
    ).first()
    if expected is None:
        return  # five to midnight: nobody else is expected today
    last = stage.session.scalar(
        select(func.max(Visit.queue_number)).where(Visit.day == stage.today)
    )
    put_rows(
        stage.session,
        Visit,
        [
            {
                "appointment_id": expected.id,
                "patient_id": expected.patient_id,
                "day": stage.today,
                "queue_number": (last or 0) + 1,
                "checked_in_at": stage.now - 20 * MINUTE,
                "checked_in_by_id": rosa,
                "identity_document": IdentityDocument.IDENTITY_CARD,
                "identity_checked_at": stage.now - 20 * MINUTE,
                "identity_checked_by_id": rosa,
                "undone_at": stage.now - 19 * MINUTE,
                "undone_by_id": rosa,
            }
        ],
    )
