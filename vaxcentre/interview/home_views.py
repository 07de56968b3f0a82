"""The questionnaire at home, from the secret link."""

from flask import render_template
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.booking.link import appointment_of_this_visitor
from vaxcentre.booking.queries import next_to_come, with_pair
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.interview import service
from vaxcentre.interview.bp import home as bp
from vaxcentre.interview.forms import question_form
from vaxcentre.interview.queries import latest_answers
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors, languages
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre
from vaxcentre.web.typed import put_back

__all__ = ["bp"]


@bp.route("/", methods=["GET", "POST"])
@public
def answer() -> ResponseReturnValue:
    """Answer the questions before coming; as often as one likes until arrival."""
    own, now = appointment_of_this_visitor(), clock.now()
    if own is None:
        return render_template("questionnaire/no_link.html"), 403
    cards = with_pair(db.session(), own)
    card = next_to_come(cards, now) or cards[0]
    appointment_id, day = card.id, clock.local_day(now, the_centre().zone)
    try:
        questions = service.questions_at_home(db.session(), appointment_id, day)[1]
    except Refusal as refusal:
        return render_template("questionnaire/closed.html", sentence=errors.say(refusal)), 409
    known = latest_answers(db.session(), appointment_id)
    form = question_form(questions, languages.chosen(), known)
    put_back(form)
    if form.validate_on_submit():
        with transaction() as session:
            service.answer_at_home(session, appointment_id, form.to_answers(), day=day, now=now)
        return render_template("questionnaire/done.html")
    page = render_template("questionnaire/answer.html", form=form, card=card, is_known=bool(known))
    return page, 422 if form.errors else 200
