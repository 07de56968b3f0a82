"""Book what was read aloud: one person, or two who come together, in one action."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from vaxcentre import clock
from vaxcentre.booking import availability
from vaxcentre.booking import service as booking
from vaxcentre.booking.claims import Kept
from vaxcentre.booking.people import take_together
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.phone import service
from vaxcentre.phone.couple import First
from vaxcentre.phone.forms import CallForm
from vaxcentre.phone.refusals import FirstRefused
from vaxcentre.phone.screen import Screen, draw, screen_of, screen_without_times
from vaxcentre.phone.steps import let_go, says_name
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors, languages, once
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent_id


def confirm(form: CallForm) -> ResponseReturnValue:
    """Book; where anything was typed since the sentence was read aloud, show the new one first.

    Raises: all that `booking.service.confirm` refuses; nobody is booked then.
    """
    if not says_name(form):
        return draw(form, screen_without_times(form)), 422
    screen = screen_without_times(form)
    if screen.held and not _is_for(form, screen):
        return _choose_again(form), 409
    if screen.held and form.said.data != form.to_say:
        return draw(form, screen)
    key = request.form.get("once")
    with transaction() as session:
        target = once.first_result(session, key)
        if target is None:
            numbers = ",".join(str(kept.id) for kept in _book(session, form))
            target = url_for("phone.desk", booked=numbers)
            once.keep_result(session, key, target, now=clock.now())
    return redirect(target)


def _is_for(form: CallForm, screen: Screen) -> bool:
    """Whether what is held is what is due to this caller, by all that is typed now."""
    session, now = db.session(), clock.now()
    picture = availability.picture(session, now=now)
    today = clock.local_day(now, the_centre().zone)
    due = service.wish_of(session, form.call(), picture, today).doses
    held = screen.held[0].doses
    return {(d.course_id, d.dose_number, d.previous_on) for d in held} == {
        (d.course_id, d.dose_number, d.previous_on) for d in due
    }


def _choose_again(form: CallForm) -> str:
    let_go(form.held)
    form.holds.data = ""
    screen = screen_of(form)
    screen.sentence = _("The vaccination has changed: choose a time again.")
    return draw(form, screen)


def _book(session: Session, form: CallForm) -> list[Kept]:
    agent_id, now, language = current_agent_id(), clock.now(), languages.chosen()
    first, person = form.first_person, form.person(language)
    booked: list[Kept] = []
    if first:
        people = first.person(language), person
        take_together(session, people, [*first.holds, *form.held])
        booked += _book_first(session, first, language)
    booked += booking.confirm(session, form.held, person, by_id=agent_id, now=now)
    return booked


def _book_first(session: Session, first: First, language: str) -> list[Kept]:
    try:
        return booking.confirm(
            session,
            first.holds,
            first.person(language),
            by_id=current_agent_id(),
            now=clock.now(),
        )
    except Refusal as refusal:
        name = f"{first.given_names} {first.family_name}"
        raise FirstRefused(name=name, what=errors.say(refusal)) from refusal
