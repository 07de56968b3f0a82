"""The status of an appointment, a visit, a lot: read off the facts, the latest station wins."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vaxcentre.rules.vocabulary import AppointmentStatus, LotStatus, Verdict, VisitStatus


@dataclass(frozen=True)
class AppointmentFacts:
    """The moments of an appointment; None where it has not happened."""

    slot_starts_at: datetime
    slot_ends_at: datetime
    held_until: datetime | None = None
    booked_at: datetime | None = None
    cancelled_at: datetime | None = None
    lapsed_at: datetime | None = None
    checked_in_at: datetime | None = None
    all_given: bool = False  # every planned dose has a current injection
    none_given_recorded: bool = False  # every planned dose has an outcome, at least one "not"


def appointment_status(facts: AppointmentFacts, now: datetime) -> AppointmentStatus:
    """Read the status off the facts.

    A person is late from the first minute after the slot began, missed once the slot is over:
    reception may still check them in while the clinic is open.
    """
    if facts.all_given:
        return AppointmentStatus.VACCINATED
    if facts.none_given_recorded:
        return AppointmentStatus.NOT_VACCINATED
    if facts.cancelled_at is not None:
        return AppointmentStatus.CANCELLED
    if facts.checked_in_at is not None:
        return AppointmentStatus.CHECKED_IN
    if facts.booked_at is None:
        return _status_of_hold(facts, now)
    if now >= facts.slot_ends_at:
        return AppointmentStatus.MISSED
    return AppointmentStatus.LATE if now > facts.slot_starts_at else AppointmentStatus.BOOKED


def _status_of_hold(facts: AppointmentFacts, now: datetime) -> AppointmentStatus:
    is_over = facts.lapsed_at is not None or facts.held_until is None or facts.held_until <= now
    return AppointmentStatus.LAPSED if is_over else AppointmentStatus.HELD


@dataclass(frozen=True)
class VisitFacts:
    """The moments of a visit."""

    undone_at: datetime | None = None
    left_at: datetime | None = None
    observation_started_at: datetime | None = None
    observation_minutes: int = 0
    all_settled: bool = False  # every planned dose is given or recorded as not given
    any_given: bool = False
    called_at: datetime | None = None
    has_interview: bool = False
    interview_is_clear: bool = False
    verdict: Verdict | None = None  # the latest decision on the latest interview


def visit_status(facts: VisitFacts, now: datetime) -> VisitStatus:
    """Where the person stands now."""
    if facts.undone_at is not None:
        return VisitStatus.UNDONE
    if facts.left_at is not None:
        return VisitStatus.LEFT
    if facts.all_settled:
        return _status_after_the_needle(facts, now)
    if facts.verdict in {Verdict.NO, Verdict.LATER}:
        return VisitStatus.REFUSED
    if facts.called_at is not None:
        return VisitStatus.CALLED
    if facts.verdict is not None:
        return VisitStatus.READY
    if not facts.has_interview:
        return VisitStatus.TO_INTERVIEW
    return VisitStatus.READY if facts.interview_is_clear else VisitStatus.FOR_DOCTOR


def _status_after_the_needle(facts: VisitFacts, now: datetime) -> VisitStatus:
    if not facts.any_given or facts.observation_started_at is None:
        return VisitStatus.NOT_VACCINATED
    is_over = now >= observation_ends_at(facts.observation_started_at, facts.observation_minutes)
    return VisitStatus.WATCH_OVER if is_over else VisitStatus.WATCHED


def observation_ends_at(started_at: datetime, minutes: int) -> datetime:
    """The first moment at which the person may leave."""
    return started_at + timedelta(minutes=minutes)


def lot_status(*, expires_on: date, is_blocked: bool, doses: int, day: date) -> LotStatus:
    """Whether a lot may be drawn from on that day; expiry names the last day of use."""
    if is_blocked:
        return LotStatus.BLOCKED
    if day > expires_on:
        return LotStatus.EXPIRED
    return LotStatus.USABLE if doses > 0 else LotStatus.EMPTY
