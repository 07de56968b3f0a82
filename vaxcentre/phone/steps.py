"""The steps of a call, one a button: look up, hold, another time, a second person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking.queries import appointment_cards
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.phone import service
from vaxcentre.phone.forms import CallForm, back_to, slots_of, with_the_first
from vaxcentre.phone.refusals import AlreadyExpected
from vaxcentre.phone.screen import (
    Screen,
    choices_for,
    draw,
    offer_courses,
    screen_of,
    screen_without_times,
    still_held,
)
from vaxcentre.web import errors, languages
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent_id


def look_up(form: CallForm) -> ResponseReturnValue:
    """Who it is and what they have; the next times, or for a second person the first one's.

    Who gives a reference, or has what is asked for, is shown what they have instead.
    """
    if form.birth_on.reference:
        return draw(form, _screen_for_change(form))
    try:
        if form.beside_id and form.is_named and form.courses.data and not still_held(form.held):
            _hold_beside(form, form.beside_id)
        screen = screen_of(form)
    except AlreadyExpected as refusal:
        screen = _screen_for_change(form, errors.say(refusal))
    if not form.courses.data and not screen.callers:
        form.courses.errors = [_("Choose at least one vaccination.")]
        return draw(form, screen), 422
    return draw(form, screen)


def _screen_for_change(form: CallForm, sentence: str = "") -> Screen:
    screen = screen_without_times(form)
    screen.is_for_change, screen.sentence = True, sentence
    return screen


def _hold_beside(form: CallForm, first_id: int) -> None:
    """Of two who come together, the second gets the first one's time, or the nearest that day."""
    first = appointment_cards(db.session(), [first_id])
    nearest = choices_for(form)[:1]
    zone = the_centre().zone
    if first and nearest and clock.local_day(nearest[0].first.starts_at, zone) == first[0].day:
        hold_slots(form, nearest[0].slots)


def hold(form: CallForm) -> ResponseReturnValue:
    """Keep the time that was chosen, and its second where the vaccination takes two."""
    hold_slots(form, slots_of(request.form["choice"]))
    return draw(form, screen_of(form))


def hold_slots(form: CallForm, slots: tuple[int, int | None]) -> None:
    """Keep these times for ten minutes.

    Raises: all that `service.hold` refuses.
    """
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


def another_time(form: CallForm) -> ResponseReturnValue:
    """Give the held time back and show the next ones."""
    let_go(form.held)
    form.holds.data = ""
    return draw(form, screen_of(form))


def let_go(held: Sequence[int]) -> None:
    """What was held for this call is free for others at once."""
    if held:
        with transaction() as session:
            service.let_go(session, held, now=clock.now())


def add(form: CallForm) -> ResponseReturnValue:
    """A second person, who comes along: family, contact and vaccination are kept."""
    if not says_name(form):
        return draw(form, screen_without_times(form)), 422
    second = CallForm(formdata=None, data=with_the_first(form.as_first()))
    return draw(second, screen_without_times(second))


def alone(form: CallForm) -> ResponseReturnValue:
    """The second person does not come after all: back to the first."""
    first = form.first_person
    if first is None:
        return draw(form, screen_of(form))
    let_go(form.held)
    one = CallForm(formdata=None, data=back_to(first))
    offer_courses(one)
    one.birth_on.birth_on = first.birth_on
    return draw(one, screen_of(one))


def says_name(form: CallForm) -> bool:
    """Whether the whole name was typed; says what is missing."""
    for name in (form.family_name, form.given_names):
        if not name.data:
            name.errors = [_("Enter the name, with at least one letter.")]
    return form.is_named


STEPS: dict[str, Callable[[CallForm], ResponseReturnValue]] = {
    "choice": hold,
    "release": another_time,
    "add": add,
    "alone": alone,
}
