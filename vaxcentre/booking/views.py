"""The public pages: the front page, which vaccination, who it is for."""

from __future__ import annotations

from datetime import date, datetime

from flask import redirect, render_template, request, url_for
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
from vaxcentre.booking.cards import CourseCard
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.forms import PersonForm, VaccineForm
from vaxcentre.booking.offer import Wish, check_person
from vaxcentre.booking.queries import live_cards
from vaxcentre.booking.steps import go_on, held_for, needs, page_of_others, picture_now
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import languages, shared
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre
from vaxcentre.web.typed import put_back

__all__ = ["bp", "contact_views", "manage_views", "move_views", "paper_views", "time_views"]


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """The centre, and the three things people come for."""
    centre = the_centre()
    english = languages.chosen() == "en" and centre.opening_text_en
    return shared.draw(
        "booking/front.html",
        {},
        opening_text=centre.opening_text_en if english else centre.opening_text,
        paper_url=page_of_others("papers.mine"),
        verify_url=page_of_others("papers.verify_form"),
        doses_url=page_of_others("doses.doses") if centre.publishes_doses else None,
    )


@bp.route("/book/vaccine", methods=["GET", "POST"])
@public
def choose_vaccine() -> ResponseReturnValue:
    """Which vaccination, and who may have it."""
    now, draft = clock.now(), drafts.load()
    cards = _offered()
    form = VaccineForm(data={"courses": list(draft.courses) or _the_only(cards)})
    form.offer(cards, languages.chosen())
    put_back(form)
    if form.validate_on_submit():
        return go_on(_with_courses(draft, tuple(sorted(form.courses.data))), now)
    notes = {card.id: _note(card, now) for card in cards}
    return render_template(
        "booking/vaccine.html",
        form=form,
        cards=cards,
        notes=notes,
        has_booked=bool(live_cards(db.session(), draft.done)),
    ), 422 if form.errors else 200


def _the_only(cards: list[CourseCard]) -> list[int]:
    """Where one thing only is offered, it is chosen already."""
    return [cards[0].id] if len(cards) == 1 else []


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
    """Other courses ask for other doses and another time; the same ones change nothing.

    The numbers of what was given back stay: the page of the days says that it is kept no longer.
    """
    if courses == draft.courses:
        return draft
    _give_back(draft)
    still = tuple(course_id for course_id in draft.declared_for if course_id in courses)
    return drafts.changed(draft, courses=courses, declared_for=still, numbers=(), previous=())


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
    form = PersonForm.about(cards, languages.chosen())()
    if request.method == "GET":
        form.fill(draft)
        put_back(form)
    elif form.validate_on_submit():
        answered = _answered(form, cards, draft)
        if answered is not None:
            return go_on(_keep_time_if_fit(answered), clock.now())
    names = [card.short_names[languages.chosen()] for card in cards]
    return render_template(
        "booking/person.html",
        form=form,
        cards=cards,
        names=names,
        has_booked=bool(live_cards(db.session(), draft.done)),
    ), 422 if form.errors else 200


def _answered(form: PersonForm, cards: list[CourseCard], draft: Draft) -> Draft | None:
    """The draft with the person in it; None with a kind sentence where the rules say no."""
    now = clock.now()
    today = clock.local_day(now, the_centre().zone)
    birth_on = form.birth_on(today)
    doses = [form.dose_of(card, birth_on, today) for card in cards]
    if birth_on is None or None in doses:
        return None
    found = drafts.changed(
        draft,
        courses=tuple(card.id for card in cards),
        birth_on=birth_on,
        declared_for=form.declared_for(cards),
        numbers=tuple(dose[0] for dose in doses if dose),
        previous=tuple(dose[1] for dose in doses if dose),
    )
    refusals = _refusals(found.wish, now, today)
    for refusal in refusals:
        form.refuse(refusal)
    return None if refusals else found


def _refusals(wish: Wish, now: datetime, today: date) -> list[Refusal]:
    """What the rules say no to: of each vaccination alone, so that all is said at once."""
    alone = [Wish((dose,), wish.subject) for dose in wish.doses]
    found = [refusal for one in alone if (refusal := _refusal(one, now, today))]
    together = None if found else _refusal(wish, now, today)
    return [together] if together else found


def _refusal(wish: Wish, now: datetime, today: date) -> Refusal | None:
    try:
        check_person(picture_now(now), wish, today)
    except Refusal as refusal:
        return refusal
    return None


def _keep_time_if_fit(draft: Draft) -> Draft:
    """A kept time that does not suit the corrected person is given back; the next page says it."""
    held = held_for(draft, clock.now())
    if held and not time_views.still_fits(draft, held):
        _give_back(draft)
    return draft


@bp.post("/book/start-again")
@public
def start_again() -> ResponseReturnValue:
    """Forget what was typed and give back what was kept."""
    _give_back(drafts.load())
    return drafts.forget(redirect(url_for("booking.front")))
