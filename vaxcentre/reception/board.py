"""The day as the desk sees it: a few numbers, then slot by slot who is expected, here, done."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from sqlalchemy.orm import Session

from vaxcentre.reception import queries
from vaxcentre.reception.panel import dose_words
from vaxcentre.reception.rows import Came, Row
from vaxcentre.rules.vocabulary import AppointmentStatus, VisitStatus
from vaxcentre.stock import service as stock
from vaxcentre.web import filters, languages, words

# A list of up to so many people is shown whole; a longer one around the present hour.
WHOLE = 120
BEFORE, AFTER = timedelta(minutes=20), timedelta(minutes=60)
PARTS = ("now", "late", "all")


@dataclass(frozen=True)
class Line:
    """One person of the list."""

    appointment_id: int
    name: str
    birth: str
    doses: str
    kind: str
    word: str


@dataclass(frozen=True)
class Group:
    """One slot of the list."""

    time: str
    sentence: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Board:
    """The numbers of the day, and the part of the list that is shown."""

    counts: tuple[tuple[object, ...], ...]
    groups: tuple[Group, ...]
    part: str
    is_cut: bool
    is_empty: bool

    @property
    def etag(self) -> str:
        """Changes when anything on the board does, or the reader's language."""
        said = repr((languages.chosen(), self.counts, self.groups))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def board_of(session: Session, day: date, now: datetime, part: str) -> Board:
    """Read the day and put it into words."""
    rows = queries.rows_of_day(session, day, now)
    places = queries.places_of_day(session, day)
    part = part if part in PARTS else "now"
    shown = _part(rows, part, now)
    return Board(
        counts=_counts(session, rows, day),
        groups=_groups(shown, rows, places, now),
        part=part,
        is_cut=len(shown) < len(rows),
        is_empty=not rows,
    )


def doses_left(session: Session, day: date) -> int:
    """Doses that may be given today in the courses of today's clinics; each lot counts once."""
    by_course = stock.usable_doses(session, queries.courses_of_day(session, day), day)
    lots = {lot_id: doses for lots in by_course.values() for lot_id, doses in lots.items()}
    return sum(lots.values())


def _counts(session: Session, rows: list[Row], day: date) -> tuple[tuple[object, ...], ...]:
    arrived = sum(row.came is not None for row in rows)
    done = sum(row.status is AppointmentStatus.VACCINATED for row in rows)
    behind = sum(row.is_behind for row in rows)
    doses = doses_left(session, day)
    return (
        (len(rows), ngettext("expected", "expected", len(rows))),
        (arrived, ngettext("arrived", "arrived", arrived)),
        (done, ngettext("vaccinated", "vaccinated", done)),
        (behind, _("late"), "wait") if behind else (behind, _("late")),
        (doses, ngettext("dose available", "doses available", doses)),
    )


def _part(rows: list[Row], part: str, now: datetime) -> list[Row]:
    if part == "late":
        return [row for row in rows if row.is_behind]
    if part == "all" or len(rows) <= WHOLE:
        return rows
    return _around(rows, now) or _around(rows, _nearest(rows, now))


def _around(rows: list[Row], moment: datetime) -> list[Row]:
    return [row for row in rows if row.ends_at > moment - BEFORE and row.starts_at < moment + AFTER]


def _nearest(rows: list[Row], now: datetime) -> datetime:
    """Before the doors open, the first slot; in a pause, the next; in the evening, the last."""
    return next((row.starts_at for row in rows if row.starts_at > now), rows[-1].starts_at)


def _groups(
    shown: list[Row], rows: list[Row], places: dict[int, int], now: datetime
) -> tuple[Group, ...]:
    by_time: dict[datetime, list[Row]] = {}
    for row in rows:
        by_time.setdefault(row.starts_at, []).append(row)
    wanted: dict[datetime, list[Row]] = {}
    for row in shown:
        wanted.setdefault(row.starts_at, []).append(row)
    return tuple(
        Group(
            time=filters.time_of_day(starts_at),
            sentence=_sentence(by_time[starts_at], places),
            lines=tuple(_line(row, now) for row in lines),
        )
        for starts_at, lines in wanted.items()
    )


def _sentence(rows: list[Row], places: dict[int, int]) -> str:
    total = sum(places.get(slot_id, 0) for slot_id in {row.slot_id for row in rows})
    here = sum(row.came is not None for row in rows)
    behind = sum(row.is_behind for row in rows)
    parts = [
        ngettext("%(num)d place", "%(num)d places", total),
        ngettext("%(num)d arrived", "%(num)d arrived", here),
    ]
    if behind:
        parts.append(_("%(number)s late", number=behind))
    return ", ".join(str(part) for part in parts)


def _line(row: Row, now: datetime) -> Line:
    kind, word = state_of(row, now)
    return Line(
        appointment_id=row.id,
        name=row.person.name,
        birth=filters.short_date(row.person.birth_on),
        doses=dose_words(row.doses),
        kind=kind,
        word=word,
    )


def state_of(row: Row, now: datetime) -> tuple[str, str]:
    """Shape and colour, and the word."""
    if row.is_released and row.came is None and row.cancelled_at is row.lapsed_at is None:
        return "soft", str(_("booked anew"))
    if row.status is AppointmentStatus.LATE:
        minutes = int((now - row.starts_at).total_seconds() // 60)
        return "wait", str(_("late, %(minutes)s min", minutes=minutes))
    if row.came is not None:
        return _state_inside(row.came)
    if row.status is AppointmentStatus.BOOKED:
        return "soft", str(pgettext("appointment", "expected"))
    if row.status is AppointmentStatus.MISSED:
        return "wait", str(_("has not come"))
    return "stop", words.word(row.status)


KIND_INSIDE = {
    VisitStatus.FOR_DOCTOR: "stop",
    VisitStatus.REFUSED: "stop",
    VisitStatus.NOT_VACCINATED: "stop",
    VisitStatus.LEFT: "soft",
}


def _state_inside(came: Came) -> tuple[str, str]:
    kind = KIND_INSIDE.get(came.status, "go")
    if came.status is VisitStatus.CALLED and came.box:
        return kind, str(_("in box %(box)s", box=came.box))
    if came.status in {VisitStatus.TO_INTERVIEW, VisitStatus.READY}:
        return kind, str(_("arrived, no. %(number)s", number=came.number))
    return kind, words.word(came.status)
