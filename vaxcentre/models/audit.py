"""Who did what, and who looked at whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from vaxcentre.models.base import Base, index_of_known


class AuditEntry(Base):
    """One change, signed; written in the transaction of the change itself."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        index_of_known("audit_entry", "by_id"),
        index_of_known("audit_entry", "patient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # null: the public
    action: Mapped[str] = mapped_column(String(60))  # the service's verb: "check_in"
    subject: Mapped[str] = mapped_column(String(40))  # the table
    subject_id: Mapped[int | None]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ReadEntry(Base):
    """Somebody looked at a person's record."""

    __tablename__ = "read_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    page: Mapped[str] = mapped_column(String(60))  # the endpoint
