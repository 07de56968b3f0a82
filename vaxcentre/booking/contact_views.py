"""The public pages: name and contact, the check, done, and one more person."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug import Response

from vaxcentre import clock
from vaxcentre.booking import draft as drafts
from vaxcentre.booking import link, offer, queries, service, strangers
from vaxcentre.booking.blueprint import bp
from vaxcentre.booking.draft import Draft
from vaxcentre.booking.forms import ContactForm
from vaxcentre.booking.people import folded
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.booking.refusals import AlreadyBooked, CallTheCentre, ChangedMeanwhile, HoldLapsed
from vaxcentre.booking.steps import go_on, held_for, missing, picture_now
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.rules.contact import show_phone
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors, filters, languages, once
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre
from vaxcentre.web.typed import put_back


@bp.route("/book/contact", methods=["GET", "POST"])
@public
def give_contact() -> ResponseReturnValue:
    """Name, and phone or e-mail or neither."""
    now, draft = clock.now(), drafts.load()
    held = held_for(draft, now)
    is_next = missing(draft, held) in {"booking.give_contact", "booking.check_all"}
    if not draft.has_person or (request.method == "GET" and not is_next):
        return go_on(draft, now)  # a form that was sent is read first: what was typed is kept
    form = ContactForm(
        family_name=draft.family_name,
        given_names=draft.given_names,
        phone=show_phone(draft.phone) if draft.phone else "",
        email=draft.email,
        no_contact=draft.has_contact and not draft.phone and not draft.email,
    )
    put_back(form)
    if form.validate_on_submit():
        return go_on(
            drafts.changed(
                draft,
                family_name=form.family_name.data,
                given_names=form.given_names.data,
                phone=form.phone.data or "",
                email=form.email.data or "",
                has_contact=True,
            ),
            now,
        )
    return render_template(
        "booking/contact.html", form=form, draft=draft, held=held
    ), 422 if form.errors else 200


@bp.route("/book/check", methods=["GET", "POST"])
@public
def check_all() -> ResponseReturnValue:
    """Everything once more, each line with its way back; then it is booked."""
    now, draft, sentence, is_on_record = clock.now(), drafts.load(), None, False
    if request.method == "POST" and (first := _booked_before()):
        return _to_done(draft, first)
    if draft.done and not draft.has_person:
        return redirect(url_for("booking.done"))  # sent from another tab, or the way back
    held = held_for(draft, now)
    if missing(draft, held) != "booking.check_all":
        return go_on(draft, now)
    if request.method == "POST":
        try:
            return _to_done(draft, _confirm(draft, now))
        except HoldLapsed:
            first = _booked_before()
            return _to_done(draft, first) if first else go_on(draft, now)
        except (AlreadyBooked, CallTheCentre):
            strangers.note_refused(draft.who, now=now)
            sentence, is_on_record = _say_no(draft), True
        except Refusal as refusal:
            sentence = errors.say(refusal)
    return render_template(
        "booking/check.html",
        draft=draft,
        held=held,
        rows=_rows(draft, held),
        sentence=sentence,
        is_on_record=is_on_record,
    ), 409 if sentence else 200


def _say_no(draft: Draft) -> str:
    """The same sentence whatever is on record; only what this browser has booked is told."""
    for card in queries.appointment_cards(db.session(), draft.done):
        is_same = card.birth_on == draft.birth_on and folded(
            card.family_name, card.given_name
        ) == folded(draft.family_name, draft.given_names)
        courses = {dose.course_id for dose in card.doses}
        if is_same and card.cancelled_at is None and not courses.isdisjoint(draft.courses):
            return str(
                _(
                    "You have just booked this for %(name)s: reference %(reference)s.",
                    name=card.given_name,
                    reference=show_reference(card.reference),
                )
            )
    return errors.say(CallTheCentre())


def _rows(draft: Draft, held: list[AppointmentCard]) -> list[tuple[str, str, str]]:
    """Each answer with its label and the page that changes it."""
    language = languages.chosen()
    person, contact = url_for("booking.describe_person"), url_for("booking.give_contact")
    # Their names hold commas of their own: one a line.
    names = Markup("<br>").join(dose.name(language) for dose in held[0].doses)
    reached = " · ".join(filter(None, (draft.phone and show_phone(draft.phone), draft.email)))
    rows = [(_("Vaccination"), names, url_for("booking.choose_vaccine"))]
    for number, card in enumerate(held):
        day, time = filters.day(card.day, year=True), filters.time_of_day(card.starts_at)
        label = _("Second appointment") if number else _("Day and time")
        where = "booking.choose_second_day" if number else "booking.choose_day"
        rows.append((label, _("%(day)s at %(time)s", day=day, time=time), url_for(where)))
    if len(held) == 1 and offer.seconds_of(picture_now(clock.now()), draft.wish, held[0].day):
        second = url_for("booking.choose_second_day")
        rows.append((_("Second appointment"), _("to be booked later"), second))
    assert draft.birth_on is not None
    born = f"{filters.short_date(draft.birth_on)} ({filters.age(draft.birth_on)})"
    return [
        *rows,
        (_("Person"), f"{draft.given_names} {draft.family_name}", contact),
        (_("Birth date"), born, person),
        (_("To reach you"), reached or _("neither phone nor e-mail"), contact),
    ]


def _booked_before() -> list[int]:
    """What this very form has booked when it was sent the first time."""
    result = once.first_result(db.session(), request.form.get("once"))
    return [int(number) for number in result.split(",")] if result else []


def _confirm(draft: Draft, now: datetime) -> list[int]:
    """Book what is held, if the page that was looked at still says the same."""
    if request.form.get("seal") != draft.seal:
        raise ChangedMeanwhile
    person = draft.person(languages.chosen())
    with transaction() as session:
        strangers.refuse_questioner(session, now=now)
        booked = service.confirm(session, draft.holds, person, by_id=None, now=now)
        ids = [appointment.id for appointment in booked]
        result = ",".join(str(number) for number in ids)
        once.keep_result(session, request.form.get("once"), result, now=now)
    return ids


def _to_done(draft: Draft, ids: list[int]) -> Response:
    """Show what is booked; the person's answers are used up, so that nobody sends them again."""
    response = redirect(url_for("booking.done"))
    cards = queries.appointment_cards(db.session(), ids)
    if cards:
        link.remember(response, cards[0].id, cards[0].link_version)
    group = (*(number for number in draft.done if number not in ids), *ids)
    return drafts.save(response, drafts.changed(draft.for_another_person(), done=group))


@bp.get("/book/done")
@public
def done() -> ResponseReturnValue:
    """The reference in large letters, the papers, and the way to one more person."""
    draft = drafts.load()
    cards = queries.live_cards(db.session(), draft.done)
    if not draft.done:
        return go_on(draft, clock.now())
    if not cards:  # cancelled since: that page says so
        return redirect(url_for("booking.own_appointment"))
    is_sent = current_app.config["IS_DEMO"] or the_centre().sends_mail
    return render_template(
        "booking/done.html",
        people=by_person(cards, draft.done),
        has_email=bool(draft.email) and is_sent,
    )


def by_person(cards: list[AppointmentCard], order: tuple[int, ...]) -> list[list[AppointmentCard]]:
    """The appointments of each person together, who was booked last first."""
    groups: dict[str, list[AppointmentCard]] = {}
    for card in cards:
        groups.setdefault(card.pair_id or f"alone {card.id}", []).append(card)
    last = {key: max(order.index(card.id) for card in group) for key, group in groups.items()}
    return [groups[key] for key in sorted(groups, key=last.__getitem__, reverse=True)]


@bp.post("/book/another")
@public
def another_person() -> ResponseReturnValue:
    """Book for one more person: the vaccination and the contact are kept."""
    response = redirect(url_for("booking.choose_vaccine"))
    return drafts.save(response, drafts.load().for_another_person())
