"""The nurse's record: never edited, corrected by a new row that replaces it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base
from vaxcentre.models.patient import Patient
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.models.visit import Visit
from vaxcentre.rules.vocabulary import Outcome, Route, Side, Site

CURRENT = text("replaced_at IS NULL AND outcome = 'given'")


class Injection(Base):
    """A dose was given; copies what it used, so that it stays true when the lot is archived."""

    __tablename__ = "injection"
    __table_args__ = (
        # One current injection per visit and course, whoever records at the same instant.
        Index(
            "uq_injection_current",
            "visit_id",
            "course_id",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        Index(
            "uq_injection_current_dose",
            "patient_id",
            "course_id",
            "dose_number",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        CheckConstraint(
            "replaces_id IS NULL OR correction_reason IS NOT NULL", name="correction_says_why"
        ),
        CheckConstraint("dose_volume_ul > 0", name="dose_volume"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    dose_number: Mapped[int]
    doses_in_course: Mapped[int | None]  # "dose 1 of 2", as it was that day
    vaccine_id: Mapped[int] = mapped_column(ForeignKey("vaccine.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.GIVEN)
    # Copies, as they were at the moment of the injection.
    vaccine_name: Mapped[str] = mapped_column(String(120))
    vaccine_cis: Mapped[str] = mapped_column(String(8))
    vaccine_holder: Mapped[str] = mapped_column(String(200))
    lot_number: Mapped[str] = mapped_column(String(20))
    lot_expires_on: Mapped[date]
    dose_volume_ul: Mapped[int]
    route: Mapped[Route]
    site: Mapped[Site]
    side: Mapped[Side]
    box: Mapped[int | None]
    nurse_name: Mapped[str] = mapped_column(String(200))
    nurse_profession: Mapped[str | None] = mapped_column(String(60))
    given_at: Mapped[datetime] = mapped_column(index=True)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("decision.id")
    )  # a doctor's, where one was needed
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("injection.id"), unique=True)
    correction_reason: Mapped[str | None] = mapped_column(String(300))
    # The only column written later: it frees the partial indexes for the replacing row.
    replaced_at: Mapped[datetime | None]

    visit: Mapped[Visit] = relationship()
    patient: Mapped[Patient] = relationship()
    course: Mapped[Course] = relationship()
    vaccine: Mapped[Vaccine] = relationship()
    lot: Mapped[Lot] = relationship()

    @hybrid_property
    def is_current(self) -> bool:
        """Whether this row says what happened, and nothing has replaced it; in queries too."""
        return self.replaced_at is None and self.outcome is Outcome.GIVEN

    @is_current.inplace.expression
    @classmethod
    def _is_current(cls) -> ColumnElement[bool]:
        return and_(cls.replaced_at.is_(None), cls.outcome == Outcome.GIVEN)
