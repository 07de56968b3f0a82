"""The public pages: which day, at what time, and the second appointment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.booking import draft as drafts
from vaxcentre.booking import holding, offer, service
from vaxcentre.booking.availability import FreeTime, OpenDay, Picture
from vaxcentre.booking.blueprint import bp
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.drawn import draw_days
from vaxcentre.booking.holding import Visitor
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import SlotFull
from vaxcentre.booking.steps import go_on, held_for, needs, picture_now, tell_of_second
from vaxcentre.database import transaction
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.slots import DayPart, part_of_day
from vaxcentre.web import errors, languages, shared
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import age, short_date
from vaxcentre.web.languages import gettext as _
from vaxcentre.web.visitor import outside_mark


@bp.get("/book/day")
@public
def choose_day() -> ResponseReturnValue:
    """Ten days, the first free one marked."""
    now, draft = clock.now(), drafts.load()
    if back := needs(draft, "courses", "person"):
        return back
    picture = picture_now(now)
    days = offer.day_page(picture, draft.wish, page_number())
    shown = {"drawn_days": draw_days(days) if days.days else None, "cards": _cards(picture, draft)}
    if draft.holds or draft.given_names:
        held = held_for(draft, now)
        lapsed = bool(draft.holds) and not held
        return render_template(
            "booking/day.html", draft=draft, held=held, who=_who(draft), has_lapsed=lapsed, **shown
        )
    own = {"who": _who(draft)}
    return shared.draw("booking/day.html", own, draft=Draft(), held=(), has_lapsed=False, **shown)


def page_number() -> int:
    """The page of days that is asked for, from 1."""
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _cards(picture: Picture, draft: Draft) -> tuple[str, ...]:
    return tuple(picture.cards[key].short_names[languages.chosen()] for key in draft.courses)


def _who(draft: Draft) -> str:
    assert draft.birth_on is not None
    return _("%(age)s, born on %(day)s", age=age(draft.birth_on), day=short_date(draft.birth_on))


@bp.route("/book/time/<day>", methods=["GET", "POST"])
@public
def choose_time(day: str) -> ResponseReturnValue:
    """The times of the day; the chosen one is kept from this moment on."""
    now, draft = clock.now(), drafts.load()
    if back := needs(draft, "courses", "person"):
        return back
    picture, sentence = picture_now(now), None
    found = day_of(offer.eligible_days(picture, draft.wish), day)
    if found is None:
        return redirect(url_for("booking.choose_day"))
    if request.method == "POST":
        try:
            return go_on(_keep(picture, draft, found, now), now)
        except Refusal as refusal:
            sentence, found = errors.say(refusal), after_refusal(found, refusal)
    return render_template(
        "booking/time.html",
        day=found,
        groups=in_groups(found.times),
        draft=draft,
        cards=_cards(picture, draft),
        sentence=sentence,
        back=url_for("booking.choose_day"),
        action=url_for("booking.choose_time", day=day),
        is_second=False,
    ), 409 if sentence else 200


def _keep(picture: Picture, draft: Draft, day: OpenDay, now: datetime) -> Draft:
    slot_id = slot_of_form()
    held = held_for(draft, now)
    if held and held[0].slot_id == slot_id and holding.still_fits(picture, draft, held):
        return draft
    time = time_of(day, slot_id)
    with transaction() as session:
        holds = holding.hold_first(
            session, picture, draft, held, day.day, time, visitor=_visitor(), now=now
        )
    changed = drafts.changed(draft, holds=holds)
    tell_of_second(held, held_for(changed, now))
    return changed


def _visitor() -> Visitor:
    return Visitor(languages.chosen(), outside_mark())


def slot_of_form() -> int:
    """The slot whose button was pressed."""
    text = request.form.get("slot", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        abort(404)
    return int(text)


def time_of(day: OpenDay, slot_id: int) -> FreeTime:
    """The free time of this slot; taken meanwhile where the day has it no more.

    Raises:
        SlotFull.
    """
    found = next((time for time in day.times if time.slot_id == slot_id), None)
    if found is None:
        raise SlotFull
    return found


def day_of(days: offer.Days, text: str) -> OpenDay | None:
    """The day of the address among these; None where it is not one of them or has no place."""
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        return None
    return next((day for day in days if day.day == wanted), None)


def after_refusal(day: OpenDay, refusal: Refusal) -> OpenDay:
    """The day as it is shown after a "no": a time that was just taken is no longer in it."""
    if not isinstance(refusal, SlotFull):
        return day
    taken = slot_of_form()
    return replace(day, times=tuple(time for time in day.times if time.slot_id != taken))


def in_groups(times: tuple[FreeTime, ...]) -> dict[DayPart, list[FreeTime]]:
    """Morning, afternoon, evening; of two clinics at the same minute the emptier one."""
    zone = the_centre().zone
    best: dict[datetime, FreeTime] = {}
    for time in times:
        known = best.get(time.starts_at)
        if known is None or time.left > known.left:
            best[time.starts_at] = time
    groups: dict[DayPart, list[FreeTime]] = {}
    for time in best.values():
        groups.setdefault(part_of_day(time.starts_at, zone), []).append(time)
    return groups


def still_fits(draft: Draft, held: list[AppointmentCard]) -> bool:
    """Whether the kept times suit the person as corrected."""
    return holding.still_fits(picture_now(clock.now()), draft, held)


@bp.get("/book/second")
@public
def choose_second_day() -> ResponseReturnValue:
    """The days for the second appointment, inside the interval after the first."""
    now, draft = clock.now(), drafts.load()
    held = held_for(draft, now) if draft.has_person else []
    if not held:
        return go_on(draft, now)
    picture = picture_now(now)
    seconds = offer.seconds_of(picture, draft.wish, held[0].day)
    days = tuple(offer.second_days(picture, draft.wish, seconds, held[0].day)) if seconds else ()
    return render_template(
        "booking/second_day.html",
        page=offer.page_of(days, page_number()),
        draft=draft,
        held=held,
        may_wait=bool(seconds) and offer.may_come_later(picture, seconds),
    )


@bp.route("/book/second/<day>", methods=["GET", "POST"])
@public
def choose_second_time(day: str) -> ResponseReturnValue:
    """The times of that day for the second appointment."""
    now, draft, sentence = clock.now(), drafts.load(), None
    held = held_for(draft, now) if draft.has_person else []
    if not held:
        return go_on(draft, now)
    picture = picture_now(now)
    seconds = offer.seconds_of(picture, draft.wish, held[0].day)
    found = day_of(offer.second_days(picture, draft.wish, seconds, held[0].day), day)
    if found is None or not seconds:
        return redirect(url_for("booking.choose_second_day"))
    if request.method == "POST":
        try:
            time = time_of(found, slot_of_form())
            with transaction() as session:
                holds = holding.hold_second(
                    session, held, seconds, time, visitor=_visitor(), now=now
                )
            return go_on(drafts.changed(draft, holds=holds), now)
        except Refusal as refusal:
            sentence, found = errors.say(refusal), after_refusal(found, refusal)
    return render_template(
        "booking/time.html",
        day=found,
        groups=in_groups(found.times),
        draft=draft,
        cards=_cards(picture, draft),
        sentence=sentence,
        back=url_for("booking.choose_second_day"),
        action=url_for("booking.choose_second_time", day=day),
        is_second=True,
    ), 409 if sentence else 200


@bp.post("/book/second/later")
@public
def second_later() -> ResponseReturnValue:
    """Book the first alone; the second another day, where the centre allows it."""
    now, draft = clock.now(), drafts.load()
    held = held_for(draft, now) if draft.has_person else []
    if held:
        picture = picture_now(now)
        if offer.may_come_later(picture, offer.seconds_of(picture, draft.wish, held[0].day)):
            with transaction() as session:
                service.let_go(session, [card.id for card in held[1:]], now=now)
            draft = drafts.changed(draft, holds=(held[0].id,))
    return go_on(draft, now)
