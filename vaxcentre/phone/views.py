"""The operator's one screen: who calls, what they have, three times on three keys, confirm."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.booking import availability
from vaxcentre.booking import service as booking
from vaxcentre.booking.queries import AppointmentCard, appointment_cards
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.phone import queries, service
from vaxcentre.phone.forms import CallForm, numbers
from vaxcentre.phone.queries import Caller
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages, once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent_id

bp = Blueprint("phone", __name__, url_prefix="/phone")
CALLS = (Role.OPERATOR, Role.RECEPTION)


@dataclass
class Screen:
    """What the screen shows besides the form."""

    callers: list[Caller] = field(default_factory=list)
    choices: list[service.Choice] = field(default_factory=list)
    held: list[AppointmentCard] = field(default_factory=list)
    booked: list[AppointmentCard] = field(default_factory=list)
    opens_at: datetime | None = None
    is_full: bool = False


@bp.get("/")
@staff(*CALLS)
def desk() -> ResponseReturnValue:
    """Begin a call, or read back what was just booked."""
    same = next(iter(numbers(request.args.get("same"))), None)
    booked = numbers(request.args.get("booked"))
    _note_read([*booked, *([same] if same else [])])
    form = CallForm(formdata=None, data=_same_contact(same))
    return _page(form, Screen(booked=appointment_cards(db.session(), booked)))


def _note_read(appointment_ids: list[int]) -> None:
    """A number in the address shows somebody's appointment: who looks is noted."""
    now, agent_id = clock.now(), current_agent_id()
    people = queries.patients_of(db.session(), appointment_ids)
    if people:
        with transaction() as session:
            for patient_id in people:
                audit.note_read(session, patient_id, "phone.desk", by_id=agent_id, now=now)


@bp.post("/")
@staff(*CALLS)
def work() -> ResponseReturnValue:
    """One step of the call: look up, choose a time, confirm."""
    form = CallForm()
    _offer_courses(form)
    if not form.validate():
        # Who only asks about an appointment is found before a vaccination is named.
        return _page(form, _screen_without_times(form)), 422
    _choose_caller(form)
    try:
        if "confirm" in request.form:
            return _confirm(form)
        if "choice" in request.form:
            _hold(form)
        return _page(form, _screen(form))
    except Refusal as refusal:
        form.refuse(refusal)
        # The time went to somebody else, or its ten minutes are over: show the next ones.
        again = refusal.field == "slot"
        return _page(form, _screen(form) if again else _screen_without_times(form)), 409


def _choose_caller(form: CallForm) -> None:
    """The caller that was pointed at; the only one that fits is chosen already."""
    asked = request.form.get("caller")
    if asked is not None:
        form.patient_id.data = asked
    elif form.known_id is None and "confirm" not in request.form:
        found = _callers(form)
        if len(found) == 1 and form.letters.data:
            form.patient_id.data = str(found[0].id)
    _fill_in(form)


def _fill_in(form: CallForm) -> None:
    """Take name and contact from the record; what was typed stays."""
    known = queries.caller(db.session(), form.known_id, clock.now()) if form.known_id else None
    if known is None or known.birth_on != form.birth_on.birth_on:
        form.patient_id.data = ""
        return
    form.family_name.data, form.given_names.data = known.family_name, known.given_names
    form.phone.data = form.phone.data or known.phone
    form.email.data = form.email.data or known.email


def _hold(form: CallForm) -> None:
    first, _dash, second = request.form["choice"].partition("-")
    slots = (next(iter(numbers(first)), 0), next(iter(numbers(second)), None))
    now = clock.now()
    with transaction() as session:
        held = service.hold(
            session,
            form.call(),
            slots,
            form.held,
            language=languages.chosen(),
            by_id=current_agent_id(),
            today=clock.local_day(now, the_centre().zone),
            now=now,
        )
    form.holds.data = ",".join(str(number) for number in held)


def _confirm(form: CallForm) -> ResponseReturnValue:
    known = queries.caller(db.session(), form.known_id, clock.now()) if form.known_id else None
    names = (known.family_name, known.given_names, known.birth_on) if known else None
    if names is None and not (form.family_name.data and form.given_names.data):
        for name in (form.family_name, form.given_names):
            if not name.data:
                name.errors = [_("Enter the name, with at least one letter.")]
        return _page(form, _screen_without_times(form)), 422
    now, key = clock.now(), request.form.get("once")
    with transaction() as session:
        target = once.first_result(session, key)
        if target is None:
            booked = booking.confirm(
                session,
                form.held,
                form.person(names, languages.chosen()),
                by_id=current_agent_id(),
                now=now,
            )
            ids = ",".join(str(appointment.id) for appointment in booked)
            target = url_for("phone.desk", booked=ids)
            once.keep_result(session, key, target, now=now)
    return redirect(target)


def _screen(form: CallForm) -> Screen:
    """Who it may be, what they have, and the next times unless one is held."""
    screen = _screen_without_times(form)
    if screen.held:
        return screen
    now = clock.now()
    after = _moment(form.after.data) or now
    today = clock.local_day(now, the_centre().zone)
    call = form.call()
    screen.choices = service.choices(db.session(), call, after=after, today=today, now=now)
    screen.is_full = not screen.choices
    if screen.is_full:
        screen.opens_at = service.next_opening(db.session(), call, now=now)
    return screen


def _screen_without_times(form: CallForm) -> Screen:
    screen = Screen(callers=_callers(form), held=_held(form))
    now, agent_id = clock.now(), current_agent_id()
    if screen.callers:
        with transaction() as session:
            for caller in screen.callers:
                audit.note_read(session, caller.id, "phone.desk", by_id=agent_id, now=now)
    return screen


def _callers(form: CallForm) -> list[Caller]:
    now, session = clock.now(), db.session()
    if form.known_id:
        known = queries.caller(session, form.known_id, now)
        return [known] if known else []
    born = form.birth_on.birth_on
    return queries.callers(session, born, form.letters.data or "", now) if born else []


def _held(form: CallForm) -> list[AppointmentCard]:
    now = clock.now()
    cards = appointment_cards(db.session(), form.held)
    return cards if cards and all(card.is_held(now) for card in cards) else []


def _offer_courses(form: CallForm) -> None:
    picture = availability.picture(db.session(), now=clock.now())
    today = clock.today(the_centre().zone)
    cards = sorted(picture.cards.values(), key=lambda card: card.position)
    form.courses.choices = [
        (card.id, card.names[languages.chosen()]) for card in cards if card.is_bookable_on(today)
    ]


def _same_contact(appointment_id: int | None) -> dict[str, object]:
    """A second person with the same phone: contact and vaccination are kept."""
    if appointment_id is None:
        return {}
    found = db.session.get(Appointment, appointment_id)
    if found is None:
        return {}
    courses = [planned.course_id for planned in found.planned_doses]
    return {"phone": found.phone or "", "email": found.email or "", "courses": courses}


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _page(form: CallForm, screen: Screen) -> str:
    _offer_courses(form)
    return render_template("phone/desk.html", form=form, screen=screen)
