"""The public pages: the front page, which vaccination, who it is for."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking import (
    contact_views,
    manage_views,
    move_views,
    paper_views,
    service,
    time_views,
)
from vaxcentre.booking import draft as drafts
from vaxcentre.booking.blueprint import bp
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.eligibility import CourseCard
from vaxcentre.booking.forms import PersonForm, VaccineForm
from vaxcentre.booking.offer import check_person
from vaxcentre.booking.steps import go_on, held_for, needs, picture_now
from vaxcentre.database import transaction
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import languages
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre

__all__ = ["bp", "contact_views", "manage_views", "move_views", "paper_views", "time_views"]

YEAR = timedelta(days=366)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """The centre, and the three things people come for."""
    centre = the_centre()
    english = languages.chosen() == "en" and centre.opening_text_en
    verify = "papers.verify_form"
    return render_template(
        "booking/front.html",
        opening_text=centre.opening_text_en if english else centre.opening_text,
        verify_url=url_for(verify) if verify in current_app.view_functions else None,
    )


@bp.route("/book/vaccine", methods=["GET", "POST"])
@public
def choose_vaccine() -> ResponseReturnValue:
    """Which vaccination, and who may have it."""
    now, draft = clock.now(), drafts.load()
    cards = _offered()
    form = VaccineForm(data={"courses": list(draft.courses)})
    form.offer(cards, languages.chosen())
    if form.validate_on_submit():
        return go_on(_with_courses(draft, tuple(sorted(form.courses.data))), now)
    notes = {card.id: _note(card, now) for card in cards}
    return render_template(
        "booking/vaccine.html", form=form, cards=cards, notes=notes
    ), 422 if form.errors else 200


def _note(card: CourseCard, now: datetime) -> str:
    """Who may have it, and whether a time is free at all."""
    who = card.who[languages.chosen()]
    is_free = any(day.times for day in picture_now(now).days(frozenset({card.id})))
    return who if is_free else who + " " + _("No appointment is free at the moment.")


def _offered() -> list[CourseCard]:
    now = clock.now()
    today = clock.local_day(now, the_centre().zone)
    return [card for card in picture_now(now).cards.values() if card.is_bookable_on(today)]


def _with_courses(draft: Draft, courses: tuple[int, ...]) -> Draft:
    """Other courses ask for other doses and another time; the same ones change nothing."""
    if courses == draft.courses:
        return draft
    _give_back(draft)
    return drafts.changed(draft, courses=courses, numbers=(), previous=(), holds=())


def _give_back(draft: Draft) -> None:
    if draft.holds:
        with transaction() as session:
            service.let_go(session, draft.holds, now=clock.now())


@bp.route("/book/person", methods=["GET", "POST"])
@public
def describe_person() -> ResponseReturnValue:
    """Birth date, declared condition, which dose; the age is checked here."""
    draft = drafts.load()
    if back := needs(draft, "courses"):
        return back
    known = picture_now(clock.now()).cards
    cards = [known[course_id] for course_id in draft.courses if course_id in known]
    form = PersonForm.about(cards)()
    if request.method == "GET":
        form.fill(draft)
    elif form.validate_on_submit():
        answered = _answered(form, cards, draft)
        if answered is not None:
            return go_on(_keep_time_if_fit(answered), clock.now())
    language = languages.chosen()
    return render_template(
        "booking/person.html",
        form=form,
        cards=cards,
        names=[card.short_names[language] for card in cards],
        conditions=[card for card in cards if card.condition[language]],
    ), 422 if form.errors else 200


def _answered(form: PersonForm, cards: list[CourseCard], draft: Draft) -> Draft | None:
    """The draft with the person in it; None with a kind sentence where the rules say no."""
    now = clock.now()
    today = clock.local_day(now, the_centre().zone)
    birth_on = form.birth_on(today)
    doses = [form.dose_of(card, today + YEAR) for card in cards]
    if birth_on is None or None in doses:
        return None
    found = drafts.changed(
        draft,
        courses=tuple(card.id for card in cards),
        birth_on=birth_on,
        declared=bool(form.declared.data),
        numbers=tuple(dose[0] for dose in doses if dose),
        previous=tuple(dose[1] for dose in doses if dose),
    )
    try:
        check_person(picture_now(now), found.wish, today)
    except Refusal as refusal:
        form.refuse(refusal)
        return None
    return found


def _keep_time_if_fit(draft: Draft) -> Draft:
    """A kept time that does not suit the corrected person is given back."""
    held = held_for(draft, clock.now())
    if not held:
        return draft
    if time_views.still_fits(draft, held):
        return draft
    _give_back(draft)
    return drafts.changed(draft, holds=())


@bp.post("/book/start-again")
@public
def start_again() -> ResponseReturnValue:
    """Forget what was typed and give back what was kept."""
    _give_back(drafts.load())
    return drafts.forget(redirect(url_for("booking.front")))
