"""What was told to whom, and what failed; the mail server and its test."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.messages import queries, service
from vaxcentre.messages.delivery import PASSWORD_LOST, envelope_of, sender_of, server_of
from vaxcentre.messages.forms import MailForm, TrialForm
from vaxcentre.messages.seal import SealBroken
from vaxcentre.messages.smtp import Answer, Conversation
from vaxcentre.messages.text import write_trial
from vaxcentre.models.appointment import OutboxMessage
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import once
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent, current_agent_id

bp = Blueprint("messages", __name__, url_prefix="/messages")
ID = "<int(max=2147483647):message_id>"
READERS = (Role.MANAGER, Role.RECEPTION)
TRIAL_SILENCE, TRIAL_LONGEST = 5.0, 12.0  # seconds: somebody is looking at the screen


@dataclass(frozen=True)
class FailureLine:
    """A message that did not arrive, and how to reach the person."""

    row: OutboxMessage
    reason: str


@bp.get("/")
@staff(*READERS)
def home() -> ResponseReturnValue:
    """How the messages of the day went, and whom to call because none arrived."""
    session, zone = db.session(), the_centre().zone
    first_moment, _next = clock.day_bounds(clock.today(zone), zone)
    has_server = current_app.config["IS_DEMO"] or queries.has_mail_server(session)
    waiting = [] if has_server else queries.with_people(session, queries.waiting_ones())
    return render_template(
        "messages/home.html",
        counts=queries.counts(session, since=first_moment),
        failures=_lines(queries.with_people(session, queries.open_failures())),
        waiting=_lines(waiting),
        has_server=has_server,
        may_change=current_agent().may(Role.MANAGER),
    )


@bp.post(f"/{ID}/again")
@staff(*READERS)
def again(message_id: int) -> ResponseReturnValue:
    """Queue a failed message once more."""
    by_id = current_agent_id()
    with transaction() as session:
        service.try_again(session, message_id, by_id=by_id, now=clock.now())
    flash(_("The message is in the outbox again: it leaves within a few seconds."), "go")
    return redirect(url_for(".home"))


@bp.post(f"/{ID}/told-by-phone")
@staff(*READERS)
def told_by_phone(message_id: int) -> ResponseReturnValue:
    """Take a failure off the list: somebody has called the person."""
    by_id = current_agent_id()
    with transaction() as session:
        service.mark_told_by_phone(session, message_id, by_id=by_id, now=clock.now())
    flash(_("Noted: the person has been told by phone."), "go")
    return redirect(url_for(".home"))


@bp.post("/again")
@staff(Role.MANAGER)
def all_again() -> ResponseReturnValue:
    """Queue all failures once more, after the settings were put right."""
    by_id = current_agent_id()
    with transaction() as session:
        number = service.try_all_again(session, by_id=by_id, now=clock.now())
    flash(
        ngettext(
            "%(num)d message is in the outbox again.",
            "%(num)d messages are in the outbox again.",
            number,
        ),
        "go",
    )
    return redirect(url_for(".home"))


@bp.route("/server", methods=["GET", "POST"])
@staff(Role.MANAGER)
def server() -> ResponseReturnValue:
    """Say which mail server takes the centre's messages."""
    form = MailForm(_centre())
    if form.validate_on_submit():
        asked, by_id = form.to_request(), current_agent_id()
        with transaction() as session:
            service.save_settings(session, asked, by_id=by_id, now=clock.now())
        flash(_("The settings are kept. Send a test message to see that they work."), "go")
        return redirect(url_for(".server"))
    return _server_page(form, TrialForm(formdata=None), 422 if form.errors else 200)


@bp.post("/server/test")
@staff(Role.MANAGER)
def trial() -> ResponseReturnValue:
    """Send a test message now, and say what the server answers.

    The one page that talks to the mail server itself: who presses the button wants to see the
    answer. It waits a few seconds at most.
    """
    form, centre = TrialForm(), _centre()
    if not form.validate_on_submit():
        return _server_page(MailForm(centre, formdata=None), form, 422)
    if current_app.config["IS_DEMO"]:
        flash(_("This is a demonstration: nothing leaves it."), "wait")
    elif not centre.smtp_host:
        flash(_("Name the mail server first."), "stop")
    else:
        answer = _try(centre, form.recipient.data)
        if answer.is_yes:
            with transaction() as session:
                service.release(session, now=clock.now())
        _say_answer(answer)
    return redirect(url_for(".server"))


def _try(centre: Centre, recipient: str) -> Answer:
    try:
        named = server_of(centre, timeout=TRIAL_SILENCE)
    except SealBroken:
        return Answer(None, PASSWORD_LOST)
    sender = sender_of(centre)
    text = write_trial(recipient, sender=sender, key=once.new_key(), now=clock.now())
    envelope = envelope_of(text, sender, recipient)
    db.session.rollback()  # no transaction stays open while the server thinks
    return Conversation(named, longest=TRIAL_LONGEST).send(envelope)


def _say_answer(answer: Answer) -> None:
    if answer.is_yes:
        sentence = _("The mail server has taken the message. It said: %(words)s", words=str(answer))
        flash(sentence, "go")
    else:
        sentence = _("The message did not leave. %(words)s", words=_in_words(str(answer)))
        flash(sentence, "stop")


def _in_words(reason: str) -> str:
    """Our own sentences are translated; a server's words begin with their code."""
    if not reason[:1].isdigit():
        return str(_(reason))
    return str(_("The mail server said: %(words)s", words=reason))


def _lines(rows: Sequence[OutboxMessage]) -> list[FailureLine]:
    return [FailureLine(row, _in_words(row.last_error or "")) for row in rows]


def _centre() -> Centre:
    return queries.the_centre_row(db.session()) or abort(404)


def _server_page(form: MailForm, trial_form: TrialForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "messages/server.html",
        form=trial_form if trial_form.errors else form,
        mail=form,
        trial=trial_form,
    )
    return page, status
