"""Papers that say a dose was given, and can be verified."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.rules.vocabulary import Sex


class Certificate(Base):
    """An attestation as it was issued: its doses are fixed, its truth is read off them."""

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff_member.id")
    )  # null: the patient
    signed_by_name: Mapped[str] = mapped_column(String(200))
    holder_family_name: Mapped[str] = mapped_column(String(100))  # as printed
    holder_given_names: Mapped[str] = mapped_column(String(100))
    holder_used_name: Mapped[str | None] = mapped_column(String(100))
    holder_birth_on: Mapped[date]
    holder_sex: Mapped[Sex]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    revoked_reason: Mapped[str | None] = mapped_column(String(300))

    patient: Mapped[Patient] = relationship()
    doses: Mapped[list[CertificateDose]] = relationship(
        back_populates="certificate", order_by="CertificateDose.id"
    )


class CertificateDose(Base):
    """One line of a certificate: an injection of ours, or a dose declared from elsewhere."""

    __tablename__ = "certificate_dose"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    injection_id: Mapped[int | None] = mapped_column(ForeignKey("injection.id"), index=True)
    declared_dose_id: Mapped[int | None] = mapped_column(ForeignKey("declared_dose.id"))

    certificate: Mapped[Certificate] = relationship(back_populates="doses")
    injection: Mapped[Injection | None] = relationship()
    declared_dose: Mapped[DeclaredDose | None] = relationship()
