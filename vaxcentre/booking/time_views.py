"""The public pages: which day, at what time, and the second appointment."""

from __future__ import annotations

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
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import SlotFull
from vaxcentre.booking.steps import go_on, held_for, needs, picture_now
from vaxcentre.database import transaction
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.slots import DayPart, part_of_day
from vaxcentre.web import errors, languages
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre


@bp.get("/book/day")
@public
def choose_day() -> ResponseReturnValue:
    """Ten days, the first free one marked."""
    now, draft = clock.now(), drafts.load()
    if back := needs(draft, "courses", "person"):
        return back
    picture = picture_now(now)
    page = offer.day_page(picture, draft.wish, page_number())
    return render_template(
        "booking/day.html",
        drawn_days=draw_days(page) if page.days else None,
        draft=draft,
        held=held_for(draft, now),
        cards=_cards(picture, draft),
        has_lapsed=bool(draft.holds) and not held_for(draft, now),
    )


def page_number() -> int:
    """The page of days that is asked for, from 1."""
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _cards(picture: Picture, draft: Draft) -> list[str]:
    return [picture.cards[key].short_names[languages.chosen()] for key in draft.courses]


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
            sentence = errors.say(refusal)
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
            session, picture, draft, day.day, time, language=languages.chosen(), now=now
        )
    return drafts.changed(draft, holds=holds)


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
                language = languages.chosen()
                holds = holding.hold_second(
                    session, held, seconds, time, language=language, now=now
                )
            return go_on(drafts.changed(draft, holds=holds), now)
        except Refusal as refusal:
            sentence = errors.say(refusal)
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
