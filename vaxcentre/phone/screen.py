"""What the operator's screen shows besides the form, read anew at each step of the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import render_template
from sqlalchemy import select

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.booking import availability
from vaxcentre.booking.people import find_patient
from vaxcentre.booking.queries import AppointmentCard, appointment_cards
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.phone import queries, service
from vaxcentre.phone.forms import CallForm, moment_of
from vaxcentre.phone.queries import Caller
from vaxcentre.rules.vocabulary import Origin
from vaxcentre.web import languages
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent_id


@dataclass
class Screen:
    """What the screen shows besides the form."""

    callers: list[Caller] = field(default_factory=list)
    choices: list[service.Choice] = field(default_factory=list)
    held: list[AppointmentCard] = field(default_factory=list)
    first_held: list[AppointmentCard] = field(default_factory=list)
    booked: list[AppointmentCard] = field(default_factory=list)
    opens_at: datetime | None = None
    is_full: bool = False
    is_for_change: bool = False  # no new time is asked for: the cursor goes to what they have
    is_read_back: bool = False  # the whole sentence stands on the page
    sentence: str = ""  # why the time that was asked for is not to be had


def screen_of(form: CallForm) -> Screen:
    """Who it may be, what they have, and the next times unless one is held."""
    screen = screen_without_times(form)
    if screen.held or not form.courses.data:
        return screen
    screen.choices = choices_for(form)
    screen.is_full = not screen.choices
    if screen.is_full:
        screen.opens_at = service.next_opening(db.session(), form.call(), now=clock.now())
    return screen


def choices_for(form: CallForm) -> list[service.Choice]:
    """The next three times; of a couple, those nearest to the first person's.

    Raises: all that the rules refuse.
    """
    form.after.data = form.later.data or form.after.data  # the page keeps where it stands
    now, after = clock.now(), moment_of(form.after.data)
    beside = appointment_cards(db.session(), [form.beside_id]) if form.beside_id else []
    return service.choices(
        db.session(),
        form.call(),
        after=after or now,
        near=beside[0].starts_at if beside and after is None else None,
        today=clock.local_day(now, the_centre().zone),
        now=now,
    )


def screen_without_times(form: CallForm) -> Screen:
    """Who it may be, what they have, and what is held; who looks is noted."""
    first = form.first_person
    screen = Screen(
        callers=callers_of(form),
        held=still_held(form.held),
        first_held=still_held(first.holds) if first else [],
    )
    screen.is_read_back = bool(screen.held and form.is_named and form.birth_on.birth_on)
    note_read([caller.id for caller in screen.callers])
    return screen


def note_read(patient_ids: Sequence[int]) -> None:
    """Note that somebody sees these people's appointments."""
    now, agent_id = clock.now(), current_agent_id()
    if patient_ids:
        with transaction() as session:
            for patient_id in patient_ids:
                audit.note_read(session, patient_id, "phone.desk", by_id=agent_id, now=now)


def still_held(appointment_ids: Sequence[int]) -> list[AppointmentCard]:
    """The times that are kept under these numbers; none where one of them ran out."""
    now, session = clock.now(), db.session()
    ours = session.scalars(
        select(Appointment.id).where(
            Appointment.id.in_(appointment_ids), Appointment.origin == Origin.PHONE
        )
    )
    cards = appointment_cards(session, list(ours))
    return cards if cards and all(card.is_held(now) for card in cards) else []


def callers_of(form: CallForm) -> list[Caller]:
    """Whoever it may be, by what has been typed so far."""
    now, session = clock.now(), db.session()
    if form.known_id:
        known = queries.caller(session, form.known_id, now)
        return [known] if known else []
    born = form.birth_on.birth_on
    if born is None:
        return []
    if form.is_named:
        found = find_patient(
            session, form.family_name.data or "", form.given_names.data or "", born
        )
        known = queries.caller(session, found.id, now) if found else None
        return [known] if known else []
    return queries.callers(session, born, form.letters.data or "", now)


def offer_courses(form: CallForm) -> None:
    """The vaccinations that can be booked; the only one is chosen already."""
    picture = availability.picture(db.session(), now=clock.now())
    today = clock.today(the_centre().zone)
    cards = sorted(picture.cards.values(), key=lambda card: card.position)
    bookable = [card for card in cards if card.is_bookable_on(today)]
    language = languages.chosen()
    form.courses.choices = [(card.id, card.names[language]) for card in bookable]
    form.condition.offer(
        (card.id, card.short_names[language], card.condition[language]) for card in bookable
    )
    form.long_courses = frozenset(card.id for card in bookable if card.doses > 1)
    if len(bookable) == 1 and not form.courses.data:
        form.courses.data = [bookable[0].id]


def draw(form: CallForm, screen: Screen) -> str:
    """The screen; what stands on it to be read aloud is what may be booked next."""
    offer_courses(form)
    screen.is_read_back = screen.is_read_back and not form.errors
    form.said.data = form.to_say if screen.is_read_back else ""
    return render_template("phone/desk.html", form=form, screen=screen)
