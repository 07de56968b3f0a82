"""Against what (Course, with its dated rules), and with what (Vaccine)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Label, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base
from vaxcentre.rules.course import DoseRule
from vaxcentre.rules.vocabulary import PairChoice, Route


class Course(Base):
    """What is booked: a disease, in a season or for life. It owns age and dose numbers."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    disease: Mapped[str] = mapped_column(String(40))
    season: Mapped[str] = mapped_column(String(20))  # "2026-2027", or "life"
    name_fr: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    short_fr: Mapped[str] = mapped_column(String(40), default="")  # "Grippe": lists have no room
    short_en: Mapped[str] = mapped_column(String(40), default="")
    who_fr: Mapped[str] = mapped_column(Text)  # who may have it, in plain words
    who_en: Mapped[str] = mapped_column(Text)
    condition_fr: Mapped[str] = mapped_column(Text, default="")  # declared "sur l'honneur"
    condition_en: Mapped[str] = mapped_column(Text, default="")
    pair_choice: Mapped[PairChoice] = mapped_column(default=PairChoice.TOGETHER)
    is_offered: Mapped[bool] = mapped_column(default=True)  # on the public pages
    position: Mapped[int] = mapped_column(default=100)  # order on the screens
    created_at: Mapped[datetime]

    rules: Mapped[list[CourseRule]] = relationship(
        back_populates="course", order_by="CourseRule.id"
    )
    accepted: Mapped[list[CourseVaccine]] = relationship(back_populates="course")

    def name(self, language: str) -> str:
        """The course's name in the reader's language."""
        return self.name_en if language == "en" else self.name_fr

    def short_name(self, language: str) -> str:
        """The disease in a word or two, for lists; the whole name where there is none."""
        return (self.short_en if language == "en" else self.short_fr) or self.name(language)

    @classmethod
    def short_names(cls) -> tuple[Label[str], Label[str]]:
        """The two short names as columns of a list that reads no whole course."""
        return (
            func.coalesce(func.nullif(cls.short_fr, ""), cls.name_fr).label("name_fr"),
            func.coalesce(func.nullif(cls.short_en, ""), cls.name_en).label("name_en"),
        )

    def who(self, language: str) -> str:
        """Who may have it, in the reader's language."""
        return self.who_en if language == "en" else self.who_fr

    def condition(self, language: str) -> str:
        """What a person declares on their honour, or an empty sentence."""
        return self.condition_en if language == "en" else self.condition_fr

    def conditions(self) -> frozenset[str]:
        """What somebody declares who declares the course's condition."""
        return frozenset(rule.condition for rule in self.rules if rule.condition)

    def has_rule_on(self, day: date) -> bool:
        """Whether any of its rules holds on that day: a past season's no longer does."""
        return any(rule.is_in_force_on(day) for rule in self.dose_rules())

    def dose_rules(self) -> tuple[DoseRule, ...]:
        """The rules as plain values."""
        return tuple(rule.as_value() for rule in self.rules)


class CourseRule(Base):
    """When one dose of a course may be given: dated, sourced, confirmed by a person."""

    __tablename__ = "course_rule"
    __table_args__ = (
        CheckConstraint("dose_number >= 1", name="dose_number"),
        CheckConstraint("min_days IS NULL OR min_days >= 0", name="min_days"),
        CheckConstraint(
            "max_days IS NULL OR min_days IS NULL OR max_days >= min_days", name="interval"
        ),
        CheckConstraint("observation_minutes BETWEEN 0 AND 240", name="observation"),
        CheckConstraint("source_title <> ''", name="sourced"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="validity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    schedule: Mapped[str] = mapped_column(String(60), default="")
    dose_number: Mapped[int]
    min_age_months: Mapped[int] = mapped_column(default=0)  # on the day of the first dose
    max_age_months: Mapped[int | None]  # exclusive
    min_days: Mapped[int | None]
    target_days: Mapped[int | None]
    max_days: Mapped[int | None]
    observation_minutes: Mapped[int] = mapped_column(default=15)
    condition: Mapped[str] = mapped_column(String(40), default="")
    source_title: Mapped[str] = mapped_column(String(300))
    source_url: Mapped[str] = mapped_column(String(400), default="")
    source_on: Mapped[date | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # exclusive
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))

    course: Mapped[Course] = relationship(back_populates="rules")

    def as_value(self) -> DoseRule:
        """The row as the plain value that rules/course.py reads."""
        return DoseRule(
            schedule=self.schedule,
            dose_number=self.dose_number,
            min_age_months=self.min_age_months,
            max_age_months=self.max_age_months,
            min_days=self.min_days,
            target_days=self.target_days,
            max_days=self.max_days,
            observation_minutes=self.observation_minutes,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            is_confirmed=self.confirmed_at is not None,
            condition=self.condition,
        )


class Vaccine(Base):
    """What is stocked and injected: one presentation of the national list, by its CIP."""

    __tablename__ = "vaccine"
    __table_args__ = (
        CheckConstraint("dose_volume_ul > 0", name="dose_volume"),
        CheckConstraint("doses_per_container >= 1", name="doses_per_container"),
        CheckConstraint("containers_per_box >= 1", name="containers_per_box"),
        CheckConstraint("minutes_after_opening > 0", name="minutes_after_opening"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # the brand, "EFLUELDA"
    denomination: Mapped[str] = mapped_column(Text)
    presentation: Mapped[str] = mapped_column(Text)
    cis: Mapped[str] = mapped_column(String(8))
    cip13: Mapped[str] = mapped_column(String(13), unique=True)
    gtin14: Mapped[str] = mapped_column(String(14), unique=True)
    family: Mapped[str] = mapped_column(String(40))
    holder: Mapped[str] = mapped_column(String(200))
    dose_volume_ul: Mapped[int]
    route: Mapped[Route]
    doses_per_container: Mapped[int]
    containers_per_box: Mapped[int]
    min_age_months: Mapped[int] = mapped_column(default=0)
    max_age_months: Mapped[int | None]  # exclusive
    # After the first needle, or the dilution (product leaflet 6.3); only for several doses.
    minutes_after_opening: Mapped[int | None]
    needs_dilution: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    withdrawn_at: Mapped[datetime | None]  # no longer used here

    accepted_for: Mapped[list[CourseVaccine]] = relationship(back_populates="vaccine")

    @property
    def comes_in_vials(self) -> bool:
        """Whether a container is opened, and drawn from several times."""
        return self.doses_per_container > 1 and self.minutes_after_opening is not None

    def suits_age(self, months: int) -> bool:
        """Whether the product may be given at this age in months (product leaflet 4.1)."""
        return months >= self.min_age_months and (
            self.max_age_months is None or months < self.max_age_months
        )


class CourseVaccine(Base):
    """This vaccine counts as a dose of this course."""

    __tablename__ = "course_vaccine"
    __table_args__ = (UniqueConstraint("course_id", "vaccine_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    vaccine_id: Mapped[int] = mapped_column(ForeignKey("vaccine.id"), index=True)

    course: Mapped[Course] = relationship(back_populates="accepted")
    vaccine: Mapped[Vaccine] = relationship(back_populates="accepted_for")
