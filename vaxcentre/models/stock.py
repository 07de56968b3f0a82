"""Lots, and why their number of doses changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base
from vaxcentre.models.vaccine import Vaccine
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind


class Lot(Base):
    """A lot as printed on the box."""

    __tablename__ = "lot"
    __table_args__ = (UniqueConstraint("vaccine_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vaccine_id: Mapped[int] = mapped_column(ForeignKey("vaccine.id"))
    number: Mapped[str] = mapped_column(String(20))
    expires_on: Mapped[date]  # the last day it may be used
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    blocked_at: Mapped[datetime | None]
    blocked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    blocked_reason: Mapped[str | None] = mapped_column(String(300))

    vaccine: Mapped[Vaccine] = relationship()
    movements: Mapped[list[StockMovement]] = relationship(back_populates="lot")

    def is_expired_on(self, day: date) -> bool:
        """Past the last day of use."""
        return day > self.expires_on

    def is_usable_on(self, day: date) -> bool:
        """Neither expired nor blocked; says nothing of the doses left."""
        return self.blocked_at is None and not self.is_expired_on(day)


class ExpectedDelivery(Base):
    """Doses that the supplier has confirmed for a day; slots may be opened on them."""

    __tablename__ = "expected_delivery"
    __table_args__ = (
        CheckConstraint("doses > 0", name="doses"),
        CheckConstraint("received_doses >= 0", name="received"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vaccine_id: Mapped[int] = mapped_column(ForeignKey("vaccine.id"), index=True)
    day: Mapped[date]
    doses: Mapped[int]
    document_number: Mapped[str | None] = mapped_column(String(60))
    announced_at: Mapped[datetime]
    announced_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    received_doses: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]  # all of it came, or no more of it will
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    settled_reason: Mapped[str | None] = mapped_column(String(300))

    vaccine: Mapped[Vaccine] = relationship()

    @property
    def still_to_come(self) -> int:
        """Doses of it that have not been received."""
        return max(0, self.doses - self.received_doses)


class Vial(Base):
    """A container of several doses that was opened; its contents are its movements."""

    __tablename__ = "vial"
    __table_args__ = (
        UniqueConstraint("day", "number"),
        CheckConstraint("doses >= 1", name="doses"),
        CheckConstraint("discard_at > opened_at", name="discard_at"),
        CheckConstraint(
            "checked_by_id IS NULL OR checked_by_id <> opened_by_id", name="two_people"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    day: Mapped[date]  # the centre's day on which it was opened
    number: Mapped[int]  # of that day, as on its label
    box: Mapped[int | None]
    doses: Mapped[int]  # nominal: what the leaflet says is in it
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    discard_at: Mapped[datetime]  # from then on nothing may be drawn from it
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    undone_at: Mapped[datetime | None]  # it was not opened after all

    lot: Mapped[Lot] = relationship()

    def is_past_time(self, now: datetime) -> bool:
        """Whether it has been open for too long."""
        return now >= self.discard_at


class StockMovement(Base):
    """One change of a lot's number of doses; doses on hand are the sum of these rows.

    Append only, and never below zero: triggers of the database hold both (migration 0002).
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("doses <> 0 OR kind IN ('open', 'reversal')", name="doses"),
        CheckConstraint("kind <> 'open' OR doses = 0", name="open_moves_nothing"),
        CheckConstraint(
            "kind NOT IN ('receive', 'transfer_in', 'extra') OR doses > 0", name="receive_adds"
        ),
        CheckConstraint(
            "kind NOT IN ('open', 'extra') OR vial_id IS NOT NULL", name="open_names_the_vial"
        ),
        CheckConstraint(
            "kind NOT IN ('give', 'discard', 'transfer_out', 'return') OR doses < 0",
            name="give_takes",
        ),
        CheckConstraint(
            "kind NOT IN ('transfer_in', 'transfer_out', 'return') OR counterpart IS NOT NULL",
            name="transfer_says_whom",
        ),
        CheckConstraint("kind <> 'adjust' OR note IS NOT NULL", name="adjust_says_why"),
        CheckConstraint("kind <> 'discard' OR discard_reason IS NOT NULL", name="discard_says_why"),
        CheckConstraint("kind <> 'reversal' OR reverses_id IS NOT NULL", name="reversal_points"),
        CheckConstraint("kind <> 'give' OR injection_id IS NOT NULL", name="give_has_injection"),
        # A repeat of the same injection cannot take a second dose.
        UniqueConstraint("injection_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    kind: Mapped[MovementKind]
    doses: Mapped[int]  # signed: what it adds to the doses on hand
    discard_reason: Mapped[DiscardReason | None]
    note: Mapped[str | None] = mapped_column(String(300))
    document_number: Mapped[str | None] = mapped_column(String(60))  # delivery note
    counterpart: Mapped[str | None] = mapped_column(String(120))  # from whom it came, or to whom
    box_count: Mapped[int | None]
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"), index=True)
    injection_id: Mapped[int | None] = mapped_column(ForeignKey("injection.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stock_movement.id"), unique=True)
    moved_at: Mapped[datetime] = mapped_column(index=True)
    moved_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))

    lot: Mapped[Lot] = relationship(back_populates="movements")


class BoxSerial(Base):
    """The serial number of a received box: the same box is never received twice."""

    __tablename__ = "box_serial"
    __table_args__ = (UniqueConstraint("gtin14", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gtin14: Mapped[str] = mapped_column(String(14))
    serial: Mapped[str] = mapped_column(String(20))
    movement_id: Mapped[int] = mapped_column(ForeignKey("stock_movement.id"))
