"""What the desk is told about the person it has before it: one sentence, one colour, one way on."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from vaxcentre.reception.flags import flags_of, lacks_authorisation
from vaxcentre.reception.rows import Came, Dose, Person, Row
from vaxcentre.rules.undo import UNDO_FOR, may_undo
from vaxcentre.rules.vocabulary import AppointmentStatus, VisitStatus
from vaxcentre.web import filters, languages, words

EARLY = timedelta(minutes=30)


@dataclass(frozen=True)
class Panel:
    """The big answer under the search field."""

    kind: str  # go, wait, stop
    word: str
    sentence: str = ""
    person: Person | None = None
    row: Row | None = None
    facts: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str, str], ...] = ()
    may_check_in: bool = False
    may_move_here: bool = False
    may_walk_in: bool = False
    lacks_authorisation: bool = False
    undo_until: datetime | None = None

    @property
    def was_vaccinated(self) -> bool:
        """Whether something was injected at this visit: there is a dose to certify."""
        return self.row is not None and self.row.came is not None and self.row.came.any_given


def panel_for(person: Person, row: Row | None, *, day: date, now: datetime) -> Panel:
    """Say who it is, whether they are expected, and what to do."""
    if row is None:
        return Panel(
            kind="stop",
            word=_("No appointment"),
            sentence=_("Known here, but without any appointment. Offer a walk-in."),
            person=person,
            facts=(_born(person),),
            may_walk_in=True,
        )
    return replace(
        _answer(row, day, now),
        person=person,
        row=row,
        facts=_facts(row, day),
        flags=tuple(flags_of(row, day)),
        lacks_authorisation=lacks_authorisation(row, day),
    )


def unknown() -> Panel:
    """Nobody was found: what to do."""
    return Panel(
        kind="stop",
        word=_("Not found"),
        sentence=_(
            "Check the spelling, or search by the birth date. If there is no appointment, "
            "offer a walk-in or another day."
        ),
        may_walk_in=True,
    )


def _answer(row: Row, day: date, now: datetime) -> Panel:
    if row.came is not None:
        return _is_here(row.came, day, now)
    if row.status is AppointmentStatus.CANCELLED:
        return Panel(
            "stop",
            _("Appointment cancelled"),
            _("Cancelled on %(when)s. Offer a walk-in.", when=_moment(row.cancelled_at or now)),
            may_walk_in=True,
        )
    if not row.is_booked:
        return Panel(
            "stop",
            _("Never confirmed"),
            _("This appointment was begun and never confirmed. Offer a walk-in."),
            may_walk_in=True,
        )
    if row.lapsed_at is not None:
        return Panel(
            "wait",
            _("Slot missed"),
            _("The place was given to somebody else. Offer a walk-in."),
            may_walk_in=True,
        )
    if row.is_released:
        return Panel(
            "stop",
            _("No longer holds"),
            _("The dose of this appointment was booked anew. Open the record, or offer a walk-in."),
            may_walk_in=True,
        )
    if row.day != day:
        return _on_another_day(row, day)
    return _is_expected(row, now)


def _is_here(came: Came, day: date, now: datetime) -> Panel:
    at = filters.time_of_day(came.checked_in_at)
    if came.day != day:
        return Panel(
            "wait",
            _("Came on %(day)s", day=filters.day(came.day, year=came.day.year != day.year)),
            _("This appointment is over. Offer a walk-in where another dose is due."),
            may_walk_in=True,
        )
    can_undo = came.called_at is None and may_undo(came.checked_in_at, now)
    fresh = now - came.checked_in_at < timedelta(minutes=1)
    return Panel(
        "go" if fresh else "wait",
        _("Arrival noted at %(time)s, number %(number)s", time=at, number=came.number)
        if fresh
        else _("Already here since %(time)s, number %(number)s", time=at, number=came.number),
        "" if fresh else where_now(came),
        # Sent away this morning, and back in the afternoon.
        may_walk_in=came.status is VisitStatus.NOT_VACCINATED,
        undo_until=came.checked_in_at + UNDO_FOR if can_undo else None,
    )


def where_now(came: Came) -> str:
    """Where the person is inside the centre, as a sentence."""
    if came.status is VisitStatus.CALLED and came.box:
        return str(_("Called to box %(box)s.", box=came.box))
    return str(_("Now: %(state)s.", state=words.word(came.status)))


def _on_another_day(row: Row, day: date) -> Panel:
    moment = _moment(row.starts_at)
    if row.day > day:
        return Panel(
            "wait",
            _("Expected on another day"),
            _(
                "Expected on %(when)s. Move the appointment to today if a place is free, "
                "or let the person come back then.",
                when=moment,
            ),
            may_move_here=True,
            may_walk_in=True,
        )
    return Panel(
        "wait",
        _("Appointment missed"),
        _("Was expected on %(when)s. Offer a walk-in.", when=moment),
        may_walk_in=True,
    )


def _is_expected(row: Row, now: datetime) -> Panel:
    was_moved_here = row.moved_at is not None and row.moved_at >= row.starts_at
    if row.is_behind and not was_moved_here:
        minutes = int((now - row.starts_at).total_seconds() // 60)
        word = (
            _("Slot missed")
            if row.status is AppointmentStatus.MISSED
            else ngettext("%(num)d minute late", "%(num)d minutes late", minutes)
        )
        return Panel(
            "wait",
            word,
            _("Expected at %(time)s. Can still be received.", time=_time(row)),
            may_check_in=True,
        )
    if row.starts_at - now > EARLY:
        return Panel(
            "wait",
            _("Early"),
            _("Expected at %(time)s. Receive now, or ask to wait.", time=_time(row)),
            may_check_in=True,
        )
    return Panel("go", _("Expected now"), may_check_in=True)


def _facts(row: Row, day: date) -> tuple[tuple[str, str], ...]:
    when = _time(row) if row.day == day else _moment(row.starts_at)
    found = [(_("Appointment"), when), (_("Vaccine"), dose_words(row.doses)), _born(row.person)]
    if row.came and row.came.document:
        found.append((_("Document seen"), words.label(row.came.document)))
    found.append((_("Questionnaire"), _questionnaire(row)))
    found.append((_("Reference"), filters.FILTERS["reference"](row.reference)))
    return tuple((str(name), value) for name, value in found)


def _questionnaire(row: Row) -> str:
    if row.is_interview_clear is None:
        return str(_("not filled in"))
    return str(
        _("filled in, nothing to report")
        if row.is_interview_clear
        else _("filled in, to be looked at during the interview")
    )


def dose_words(doses: tuple[Dose, ...]) -> str:
    """Influenza; HPV, dose 2."""
    return " + ".join(_one_dose(dose) for dose in doses)


def _one_dose(dose: Dose) -> str:
    name = dose.name(languages.chosen())
    if dose.of == 1:
        return name
    return str(_("%(course)s, dose %(number)s", course=name, number=dose.number))


def _born(person: Person) -> tuple[str, str]:
    return (str(_("Born on")), filters.short_date(person.birth_on))


def _time(row: Row) -> str:
    return filters.time_of_day(row.starts_at)


def _moment(moment: datetime) -> str:
    return str(_("%(day)s at %(time)s", day=filters.day(moment), time=filters.time_of_day(moment)))
