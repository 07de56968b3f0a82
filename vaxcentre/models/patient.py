"""Who is vaccinated, and what they say they had before."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base, index_of_known
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.course import age_in_months, age_in_years
from vaxcentre.rules.vocabulary import NumberSource, Sex

# Compared letter by letter, so that "begins with" is a range of an index in every database.
FOLDED = String(100).with_variant(String(100, collation="C"), "postgresql")
CURRENT = text("replaced_at IS NULL")


class Patient(Base):
    """A person; matched by folded birth name, first given name and birth date only."""

    __tablename__ = "patient"
    __table_args__ = (
        Index("ix_patient_birth", "birth_on", "folded_family", "folded_given"),
        Index("ix_patient_name", "folded_family", "folded_given", "birth_on"),
        Index("ix_patient_given", "folded_given", "birth_on"),
        # Of the tombstones only: "not merged" is nearly everybody, which SQLite cannot know.
        index_of_known("patient", "merged_into_id"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_into_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_name: Mapped[str] = mapped_column(String(100))  # at birth
    given_names: Mapped[str] = mapped_column(String(100))
    used_name: Mapped[str | None] = mapped_column(String(100))
    folded_family: Mapped[str] = mapped_column(FOLDED)
    folded_given: Mapped[str] = mapped_column(FOLDED)  # the first given name
    folded_used: Mapped[str | None] = mapped_column(FOLDED)
    sex: Mapped[Sex] = mapped_column(default=Sex.UNKNOWN)
    birth_on: Mapped[date]
    phone: Mapped[str | None] = mapped_column(String(20))  # E.164
    email: Mapped[str | None] = mapped_column(String(254))
    is_protected_adult: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    # A merge of twins leaves the id behind, pointing to the one that stays.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    merged_at: Mapped[datetime | None]

    declared_doses: Mapped[list[DeclaredDose]] = relationship(back_populates="patient")
    name_words: Mapped[list[NameWord]] = relationship(cascade="all, delete-orphan")

    def age_in_years_on(self, day: date) -> int:
        """Full years on that day."""
        return age_in_years(self.birth_on, day)

    def age_in_months_on(self, day: date) -> int:
        """Full months on that day."""
        return age_in_months(self.birth_on, day)

    def is_minor_on(self, day: date) -> bool:
        """Under 18 (Code civil, art. 388)."""
        return self.age_in_years_on(day) < 18


class NameWord(Base):
    """Another beginning by which a person is found: a later word of a double name, the used name.

    Worked out from the names, never a fact of its own; the birth date lets a search by name and
    year stay inside one index.
    """

    __tablename__ = "name_word"
    # In one tree, which is the index: SQLite keeps no second copy of it.
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(FOLDED, primary_key=True)
    birth_on: Mapped[date] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(
        ForeignKey("patient.id"), primary_key=True, autoincrement=False, index=True
    )


class InsuranceNumber(Base):
    """A NIR or NIA that was typed or read, sealed with this centre's key; the latest one holds.

    Nothing but the desk's own form ever opens it. `mark` tells that two records hold the same
    number without opening either.
    """

    __tablename__ = "insurance_number"
    __table_args__ = (
        Index(
            "uq_insurance_number_current",
            "patient_id",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[NumberSource]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    replaced_at: Mapped[datetime | None]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))


class NameCorrection(Base):
    """A typing error in an identity, mended with its trace."""

    __tablename__ = "name_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(300))
    corrected_at: Mapped[datetime]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))


class DeclaredDose(Base):
    """A dose given elsewhere, as the patient declares it."""

    __tablename__ = "declared_dose"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    dose_number: Mapped[int]
    given_on: Mapped[date]
    vaccine_name: Mapped[str] = mapped_column(String(200))
    lot_number: Mapped[str | None] = mapped_column(String(20))
    proof_seen: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))

    patient: Mapped[Patient] = relationship(back_populates="declared_doses")
    course: Mapped[Course] = relationship()
