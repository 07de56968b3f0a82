"""A person who came: check-in, interview, decision, observation."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.appointment import Appointment
from vaxcentre.models.base import Base
from vaxcentre.models.patient import Patient
from vaxcentre.rules.vocabulary import (
    Answer,
    IdentityDocument,
    NextStep,
    NoInjectionReason,
    ReactionKind,
    ReactionOutcome,
    Severity,
    Verdict,
)

NOT_UNDONE = text("undone_at IS NULL")


class Visit(Base):
    """Reception has seen the person today."""

    __tablename__ = "visit"
    __table_args__ = (
        Index(
            "uq_visit_appointment_live",
            "appointment_id",
            unique=True,
            sqlite_where=NOT_UNDONE,
            postgresql_where=NOT_UNDONE,
        ),
        UniqueConstraint("day", "queue_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    day: Mapped[date]
    queue_number: Mapped[int]  # of the day, from 1
    checked_in_at: Mapped[datetime]
    checked_in_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    identity_document: Mapped[IdentityDocument | None]
    identity_note: Mapped[str | None] = mapped_column(String(200))  # which "other", or why none
    identity_checked_at: Mapped[datetime | None]
    identity_checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    # Who comes with a child or a protected adult, and the authorisation that was seen.
    companion_name: Mapped[str | None] = mapped_column(String(120))
    companion_tie: Mapped[str | None] = mapped_column(String(60))
    companion_document: Mapped[IdentityDocument | None]
    authorised_at: Mapped[datetime | None]
    authorised_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff_member.id")
    )  # who saw it
    called_at: Mapped[datetime | None]
    called_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    box: Mapped[int | None]

    appointment: Mapped[Appointment] = relationship()
    patient: Mapped[Patient] = relationship()
    decisions: Mapped[list[Decision]] = relationship(back_populates="visit", order_by="Decision.id")

    @property
    def is_identified(self) -> bool:
        """Whether somebody has looked at who this is."""
        return self.identity_checked_at is not None


class Interview(Base):
    """The questions before an injection, answered once; a newer one stands for the older."""

    __tablename__ = "interview"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    version: Mapped[str] = mapped_column(String(20))  # of the questionnaire
    answered_at: Mapped[datetime]
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff_member.id")
    )  # null: at home

    answers: Mapped[list[InterviewAnswer]] = relationship(back_populates="interview")


class InterviewAnswer(Base):
    """One answer to one question."""

    __tablename__ = "interview_answer"
    __table_args__ = (UniqueConstraint("interview_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    question: Mapped[str] = mapped_column(String(40))  # its code
    answer: Mapped[Answer]
    note: Mapped[str | None] = mapped_column(String(300))

    interview: Mapped[Interview] = relationship(back_populates="answers")


class Decision(Base):
    """A doctor's signed answer to "may they?"; the latest one stands."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("verdict <> 'later' OR not_before_on IS NOT NULL", name="later_has_a_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"))  # on which answers
    verdict: Mapped[Verdict]
    sentence: Mapped[str] = mapped_column(String(500))
    observation_minutes: Mapped[int | None]
    not_before_on: Mapped[date | None]
    # A doctor may set a soft rule aside (interval, age): for this course, with the sentence above.
    overrides_course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    decided_by_name: Mapped[str] = mapped_column(String(200))  # as signed

    visit: Mapped[Visit] = relationship(back_populates="decisions")


class NoInjection(Base):
    """Not vaccinated is also an outcome, with its reason and what comes next."""

    __tablename__ = "no_injection"
    __table_args__ = (
        Index(
            "uq_no_injection_live",
            "visit_id",
            "course_id",
            unique=True,
            sqlite_where=NOT_UNDONE,
            postgresql_where=NOT_UNDONE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    reason: Mapped[NoInjectionReason]
    next_step: Mapped[NextStep]
    note: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))

    visit: Mapped[Visit] = relationship()


class Observation(Base):
    """The minutes after an injection, and leaving."""

    __tablename__ = "observation"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    started_at: Mapped[datetime]
    minutes: Mapped[int]
    left_at: Mapped[datetime | None]
    left_noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    early_reason: Mapped[str | None] = mapped_column(String(300))

    visit: Mapped[Visit] = relationship()


class Reaction(Base):
    """What happened in the minutes after; a correction is a new row that replaces the old one."""

    __tablename__ = "reaction"
    __table_args__ = (
        CheckConstraint(
            "replaces_id IS NULL OR correction_reason IS NOT NULL", name="correction_says_why"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    noticed_at: Mapped[datetime]
    kind: Mapped[ReactionKind]
    severity: Mapped[Severity]
    treatment: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[ReactionOutcome]
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("reaction.id"), unique=True)
    correction_reason: Mapped[str | None] = mapped_column(String(300))
    # The only column written later: the row that replaces this one says what holds.
    replaced_at: Mapped[datetime | None]
    # The row says that nothing happened: it was recorded for the wrong person.
    is_in_error: Mapped[bool] = mapped_column(default=False)

    visit: Mapped[Visit] = relationship()
