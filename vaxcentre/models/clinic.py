"""The centre itself, its openings, and the places in them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base
from vaxcentre.models.vaccine import Course


class Centre(Base):
    """The one centre that this program serves: exactly one row."""

    __tablename__ = "centre"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(Text, default="")  # lines
    postal_code: Mapped[str] = mapped_column(String(10), default="")
    commune: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164
    email: Mapped[str] = mapped_column(String(254), default="")
    finess: Mapped[str] = mapped_column(String(9), default="")
    opening_text: Mapped[str] = mapped_column(Text, default="")
    opening_text_en: Mapped[str] = mapped_column(Text, default="")
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    public_address: Mapped[str] = mapped_column(String(200), default="")  # https://... on papers
    box_count: Mapped[int] = mapped_column(default=4)
    publishes_doses: Mapped[bool] = mapped_column(default=False, server_default=false())
    smtp_host: Mapped[str] = mapped_column(String(200), default="")
    smtp_port: Mapped[int] = mapped_column(default=587)
    smtp_security: Mapped[str] = mapped_column(String(10), default="starttls")  # none|starttls|tls
    smtp_user: Mapped[str] = mapped_column(String(200), default="")
    smtp_password_sealed: Mapped[str] = mapped_column(Text, default="")  # encrypted, never shown
    smtp_sender: Mapped[str] = mapped_column(String(254), default="")
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))

    @property
    def address_lines(self) -> list[str]:
        """The postal address, one line an item."""
        lines = [line.strip() for line in self.address.splitlines() if line.strip()]
        town = f"{self.postal_code} {self.commune}".strip()
        return [*lines, town] if town else lines


class Clinic(Base):
    """One opening: a day, from-until, the courses offered, so many places per slot."""

    __tablename__ = "clinic"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="hours"),
        CheckConstraint("slot_minutes BETWEEN 1 AND 240", name="slot_minutes"),
        CheckConstraint("places_per_slot BETWEEN 1 AND 200", name="places_per_slot"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)  # the local day
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    slot_minutes: Mapped[int]
    places_per_slot: Mapped[int]
    opens_at: Mapped[datetime]  # from then on it can be booked by the public
    series: Mapped[str | None] = mapped_column(
        String(20), index=True
    )  # clinics opened in one action
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    closed_reason: Mapped[str | None] = mapped_column(String(300))
    # Why it has more places than there were doses for, where a manager wanted it so.
    beyond_doses_reason: Mapped[str | None] = mapped_column(String(300))

    courses: Mapped[list[ClinicCourse]] = relationship(back_populates="clinic")
    slots: Mapped[list[Slot]] = relationship(back_populates="clinic", order_by="Slot.starts_at")

    def is_open_to_public_at(self, moment: datetime) -> bool:
        """Whether the public may book it at this moment."""
        return self.closed_at is None and self.opens_at <= moment


class ClinicCourse(Base):
    """A course that a clinic offers."""

    __tablename__ = "clinic_course"
    __table_args__ = (UniqueConstraint("clinic_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)

    clinic: Mapped[Clinic] = relationship(back_populates="courses")
    course: Mapped[Course] = relationship()


class Slot(Base):
    """A bookable time within a clinic."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("clinic_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]

    clinic: Mapped[Clinic] = relationship(back_populates="slots")
    places: Mapped[list[Place]] = relationship(back_populates="slot", order_by="Place.number")


class Place(Base):
    """One chair in a slot."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("slot_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    number: Mapped[int]
    # An extra place is opened at the desk for a walk-in, with a reason.
    extra_reason: Mapped[str | None] = mapped_column(String(300))
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))

    slot: Mapped[Slot] = relationship(back_populates="places")
