"""A patient's claim on a place, and the doses planned for it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base, index_of_known
from vaxcentre.models.clinic import Place
from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import MessageKind, Origin

LIVE = text("cancelled_at IS NULL AND lapsed_at IS NULL")
UNRELEASED = text("released_at IS NULL AND patient_id IS NOT NULL")


class Appointment(Base):
    """A claim on one place: held, then booked, then perhaps moved or cancelled."""

    __tablename__ = "appointment"
    __table_args__ = (
        # The last lock against overselling: one live claim on a place, whatever happens at once.
        Index(
            "uq_appointment_live_place",
            "place_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        index_of_known("appointment", "held_from"),  # the few that are held now, by address
        index_of_known("appointment", "patient_id"),
        index_of_known("appointment", "pair_id"),
        CheckConstraint("booked_at IS NOT NULL OR held_until IS NOT NULL", name="held_or_booked"),
        CheckConstraint("booked_at IS NULL OR patient_id IS NOT NULL", name="booked_for_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    pair_id: Mapped[str | None] = mapped_column(String(20))  # shared by two doses booked together
    origin: Mapped[Origin]
    language: Mapped[str] = mapped_column(String(2), default="fr")
    link_version: Mapped[int] = mapped_column(default=1)  # raising it ends the secret link
    held_until: Mapped[datetime | None] = mapped_column(index=True)
    # The mark of the address that holds it; gone as soon as it is booked or let go.
    held_from: Mapped[str | None] = mapped_column(String(64))
    booked_at: Mapped[datetime | None]
    booked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff_member.id")
    )  # null: the patient
    # The name as it was typed, where the record of the matched person writes it otherwise: who
    # booked is shown no more than that.
    typed_family_name: Mapped[str | None] = mapped_column(String(100))
    typed_given_names: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    moved_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    cancel_reason: Mapped[str | None] = mapped_column(String(300))
    lapsed_at: Mapped[datetime | None]
    to_review_at: Mapped[datetime | None]  # "à revoir": the first of the pair was missed

    place: Mapped[Place] = relationship()
    patient: Mapped[Patient | None] = relationship()
    planned_doses: Mapped[list[PlannedDose]] = relationship(
        back_populates="appointment", order_by="PlannedDose.id"
    )

    @property
    def is_live(self) -> bool:
        """Whether it claims its place: neither cancelled nor lapsed."""
        return self.cancelled_at is None and self.lapsed_at is None

    @property
    def declared_courses(self) -> frozenset[int]:
        """The courses whose condition was declared "sur l'honneur" with this appointment."""
        return frozenset(p.course_id for p in self.planned_doses if p.declared_at is not None)

    @property
    def declared_at(self) -> datetime | None:
        """When a condition was declared last, of any of its courses; None where none was."""
        moments = [p.declared_at for p in self.planned_doses if p.declared_at is not None]
        return max(moments, default=None)

    def conditions_for(self, course: Course) -> frozenset[str]:
        """The conditions of this course that were declared "sur l'honneur"."""
        return course.conditions() if course.id in self.declared_courses else frozenset()


class PlannedDose(Base):
    """A course and dose number that an appointment is for."""

    __tablename__ = "planned_dose"
    __table_args__ = (
        # Never two live appointments for one person, the same course and the same dose.
        Index(
            "uq_planned_dose_live",
            "patient_id",
            "course_id",
            "dose_number",
            unique=True,
            sqlite_where=UNRELEASED,
            postgresql_where=UNRELEASED,
        ),
        CheckConstraint("dose_number >= 1", name="dose_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    dose_number: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(
        ForeignKey("patient.id")
    )  # as on the appointment
    previous_on: Mapped[date | None]  # the dose before was given that day, as the patient says
    declared_at: Mapped[datetime | None]  # the course's condition was declared "sur l'honneur"
    # Set when the claim ends without an injection: cancelled, lapsed, missed and booked anew.
    released_at: Mapped[datetime | None]

    appointment: Mapped[Appointment] = relationship(back_populates="planned_doses")
    course: Mapped[Course] = relationship()


class AppointmentMove(Base):
    """An appointment went from one place to another."""

    __tablename__ = "appointment_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    from_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    to_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    moved_at: Mapped[datetime]
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    reason: Mapped[str | None] = mapped_column(String(300))


class OutboxMessage(Base):
    """What is to be told about an appointment, and how it went; one row of each kind."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("uq_outbox_message_kind", "appointment_id", "kind", unique=True),
        Index("ix_outbox_message_due", "sent_at", "failed_at", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    kind: Mapped[MessageKind]
    version: Mapped[int] = mapped_column(default=1)  # a second change tells again: the next version
    queued_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]  # a worker has it in hand
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]  # not worth telling any more when its turn came
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)  # the server's code and words, no address
    seen_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff_member.id")
    )  # failure dealt with
    seen_at: Mapped[datetime | None]

    appointment: Mapped[Appointment] = relationship()
