"""The way of one person through the centre, and all of it that has happened by a moment."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from vaxcentre.rules.vocabulary import Answer, Origin, Verdict

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@dataclass
class Planned:
    """A dose somebody comes for."""

    course: str
    dose_number: int = 1
    of: int = 1


@dataclass
class Journey:
    """Moments of one person's visit; None where it never comes to that."""

    patient_id: int
    birth_on: date
    place_id: int
    slot_starts_at: datetime
    day: date
    doses: tuple[Planned, ...]
    origin: Origin
    booked_at: datetime
    email: str | None = None
    phone: str | None = None
    cancelled_at: datetime | None = None
    interview_at: datetime | None = None
    at_home: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)
    checked_in_at: datetime | None = None
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    called_at: datetime | None = None
    box: int | None = None
    given_at: datetime | None = None
    turned_away_at: datetime | None = None
    watch_minutes: int = 15
    left_at: datetime | None = None

    @property
    def ready_at(self) -> datetime | None:
        """When a nurse may call."""
        if self.checked_in_at is None or self.verdict in {Verdict.NO, Verdict.LATER}:
            return None
        known = [m for m in (self.checked_in_at, self.interview_at, self.decided_at) if m]
        return max(known)


@dataclass(frozen=True)
class Pause:
    """All boxes but the last call nobody for a while: people are waiting when the demo begins."""

    begins: datetime
    ends: datetime


def walk(
    journeys: list[Journey],
    random: Random,
    boxes: int,
    *,
    pause: Pause | None = None,
    pace: float = 1,
) -> None:
    """Let everybody arrive, be asked, wait for a box and be vaccinated, in order of arrival.

    `pace` is the share of the usual time that an injection takes: less where many come at once.
    """
    for journey in journeys:
        if journey.cancelled_at is None and random.random() > 0.05:
            _arrive(journey, random)
    free_at = dict.fromkeys(
        range(1, boxes + 1), datetime.min.replace(tzinfo=journeys[0].booked_at.tzinfo)
    )
    ready = [(j.ready_at, i) for i, j in enumerate(journeys) if j.ready_at]
    for moment, index in sorted(ready):
        _vaccinate(journeys[index], *_next_box(moment, free_at, pause), free_at, random, pace)


def _arrive(journey: Journey, random: Random) -> None:
    journey.checked_in_at = journey.slot_starts_at + random.randint(-540, 300) * SECOND
    if journey.origin is Origin.DESK:
        journey.checked_in_at = journey.booked_at
    journey.at_home = random.random() < 0.45 and journey.origin is not Origin.DESK
    if journey.at_home:
        journey.interview_at = journey.booked_at + random.randint(5, 600) * MINUTE
        journey.interview_at = min(journey.interview_at, journey.checked_in_at - MINUTE)
    else:
        journey.interview_at = journey.checked_in_at + random.randint(60, 240) * SECOND
    draw = random.random()
    if draw < 0.07:
        journey.answers = {"anticoagulant": Answer.YES}
        ask_doctor(journey, random, Verdict.GO)
    elif draw < 0.09:
        journey.answers = {"severe_allergy": Answer.UNKNOWN}
        ask_doctor(journey, random, Verdict.GO_LONGER_WATCH)
        journey.watch_minutes = 30
    elif draw < 0.105:
        journey.answers = {"ill_today": Answer.YES}
        ask_doctor(journey, random, Verdict.LATER)
    elif draw < 0.11:
        journey.answers = {"severe_allergy": Answer.YES}
        ask_doctor(journey, random, Verdict.NO)


def ask_doctor(journey: Journey, random: Random, verdict: Verdict) -> None:
    """A doubtful answer: the doctor decides a few minutes later."""
    journey.verdict = verdict
    known = [m for m in (journey.checked_in_at, journey.interview_at) if m]
    journey.decided_at = max(known) + random.randint(120, 420) * SECOND
    if verdict in {Verdict.LATER, Verdict.NO}:
        journey.turned_away_at = journey.decided_at + MINUTE


def _next_box(
    ready: datetime, free_at: dict[int, datetime], pause: Pause | None
) -> tuple[int, datetime]:
    """The box that calls first, and when."""
    while True:
        box = min(free_at, key=lambda number: (max(free_at[number], ready), free_at[number]))
        called_at = max(ready, free_at[box])
        if pause is None or box == max(free_at) or not pause.begins < called_at <= pause.ends:
            return box, called_at
        free_at[box] = pause.ends + MINUTE / 2


def _vaccinate(
    journey: Journey,
    box: int,
    called_at: datetime,
    free_at: dict[int, datetime],
    random: Random,
    pace: float,
) -> None:
    journey.box, journey.called_at = box, called_at
    length = random.randint(120, 200) + 50 * (len(journey.doses) - 1)
    done = free_at[box] = called_at + int(length * pace) * SECOND
    if random.random() < 0.008:
        journey.turned_away_at = done
        return
    journey.given_at = done
    journey.left_at = done + journey.watch_minutes * MINUTE + random.randint(5, 200) * SECOND
