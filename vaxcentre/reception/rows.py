"""An appointment as reception sees it: plain values, with the status read off the facts."""

from dataclasses import dataclass
from datetime import date, datetime

from vaxcentre.rules.course import age_in_years
from vaxcentre.rules.vocabulary import (
    AppointmentStatus,
    IdentityDocument,
    Origin,
    Sex,
    VisitStatus,
)


@dataclass(frozen=True)
class Person:
    """Who it is, as far as the desk needs to know."""

    id: int
    family_name: str
    given_names: str
    used_name: str | None
    birth_on: date
    sex: Sex
    phone: str | None
    email: str | None
    is_protected: bool

    @property
    def name(self) -> str:
        """MERCIER Ada; the used name behind the name at birth."""
        used = f" ({self.used_name.upper()})" if self.used_name else ""
        return f"{self.family_name.upper()}{used} {self.given_names}"

    def is_minor_on(self, day: date) -> bool:
        """Under 18 (Code civil, art. 388)."""
        return age_in_years(self.birth_on, day) < 18


@dataclass(frozen=True)
class Dose:
    """A planned dose: which vaccination, and which number of how many."""

    course_id: int
    name_fr: str
    name_en: str
    number: int
    of: int

    def name(self, language: str) -> str:
        """The vaccination in the reader's language."""
        return self.name_en if language == "en" else self.name_fr


@dataclass(frozen=True)
class Came:
    """The visit of an appointment."""

    id: int
    day: date
    number: int
    checked_in_at: datetime
    called_at: datetime | None
    box: int | None
    document: IdentityDocument | None
    status: VisitStatus
    any_given: bool
    is_authorised: bool  # what a minor or a protected adult needs was seen


@dataclass(frozen=True)
class Row:
    """One appointment at the desk."""

    id: int
    reference: str
    person: Person
    slot_id: int
    starts_at: datetime
    ends_at: datetime
    day: date
    origin: Origin
    status: AppointmentStatus
    doses: tuple[Dose, ...]
    came: Came | None
    booked_at: datetime | None
    moved_at: datetime | None
    cancelled_at: datetime | None
    lapsed_at: datetime | None  # missed, and the place given to somebody else
    is_released: bool  # every dose of it was booked anew since, or its claim ended
    phone: str | None  # as it was booked; the record may say otherwise
    email: str | None
    # None: not answered yet; True: nothing to report.
    is_interview_clear: bool | None
    is_to_review: bool  # the first of the pair was missed
    has_failed_message: bool

    @property
    def is_booked(self) -> bool:
        """Whether it was ever confirmed."""
        return self.booked_at is not None

    @property
    def is_expected(self) -> bool:
        """Whether the person may still come for it."""
        return not self.is_over and self.status in {
            AppointmentStatus.BOOKED,
            AppointmentStatus.LATE,
            AppointmentStatus.MISSED,
        }

    @property
    def has_other_contact(self) -> bool:
        """Whether it was booked with a phone number or an address that the record has not."""
        other_phone = self.phone is not None and self.phone != self.person.phone
        return other_phone or (self.email is not None and self.email != self.person.email)

    @property
    def is_over(self) -> bool:
        """Whether nobody can be received on it: cancelled, given away, or booked anew."""
        return bool(self.cancelled_at or self.lapsed_at or self.is_released)

    @property
    def is_behind(self) -> bool:
        """Expected, and the slot has begun without them."""
        return self.is_expected and self.status is not AppointmentStatus.BOOKED
