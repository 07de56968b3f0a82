"""The dated rules of a course: confirm, add, correct, replace, end."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.vaccine import CourseRule
from vaxcentre.office import rule_service
from vaxcentre.office.course_forms import LastDayForm, RuleForm, rule_values
from vaxcentre.office.course_views import ID, WRITERS, page_of
from vaxcentre.office.vaccine_queries import rule_of_course
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent_id

RULE = f"/courses/{ID}/rules/<int(max=2147483647):rule_id>"
BOTH = ["GET", "POST"]


def route(bp: Blueprint) -> None:
    """Put these pages under the vaccines' address."""
    bp.add_app_template_filter(_day_before, "day_before")
    bp.add_url_rule(f"/courses/{ID}/confirm", view_func=confirm_rules, methods=["POST"])
    bp.add_url_rule(f"/courses/{ID}/rules/new", view_func=new_rule, methods=BOTH)
    bp.add_url_rule(f"{RULE}/confirm", view_func=confirm_rule, methods=["POST"])
    bp.add_url_rule(f"{RULE}/edit", view_func=edit_rule, methods=BOTH)
    bp.add_url_rule(f"{RULE}/replace", view_func=replace_rule, methods=BOTH)
    bp.add_url_rule(f"{RULE}/end", view_func=end_rule, methods=BOTH)


@staff(*WRITERS)
def confirm_rule(course_id: int, rule_id: int) -> ResponseReturnValue:
    """Sign one rule."""
    _rule(course_id, rule_id)
    now, by_id = clock.now(), current_agent_id()
    day = clock.local_day(now, the_centre().zone)
    with transaction() as session:
        rule_service.confirm_rule(session, rule_id, by_id=by_id, now=now, day=day)
    flash(_("The rule is confirmed under your name."), "go")
    return _back(course_id)


@staff(*WRITERS)
def confirm_rules(course_id: int) -> ResponseReturnValue:
    """Sign all rules of a course."""
    page_of(course_id)
    now, by_id = clock.now(), current_agent_id()
    day = clock.local_day(now, the_centre().zone)
    with transaction() as session:
        signed = len(rule_service.confirm_rules(session, course_id, by_id=by_id, now=now, day=day))
    flash(
        ngettext(
            "%(num)d rule is confirmed under your name.",
            "%(num)d rules are confirmed under your name.",
            signed,
        ),
        "go",
    )
    return _back(course_id)


@staff(*WRITERS)
def new_rule(course_id: int) -> ResponseReturnValue:
    """Add a rule for a dose that has none."""
    form = RuleForm(data={"valid_from": clock.today(the_centre().zone)})

    def write(session: Session, by_id: int) -> object:
        return rule_service.add_rule(
            session, course_id, form.to_request(), by_id=by_id, now=clock.now()
        )

    return _answer(course_id, form, write, kind="new")


@staff(*WRITERS)
def edit_rule(course_id: int, rule_id: int) -> ResponseReturnValue:
    """Correct a rule that is not confirmed yet."""
    rule = _rule(course_id, rule_id)
    form = RuleForm(data=rule_values(rule, valid_from=rule.valid_from))

    def write(session: Session, by_id: int) -> object:
        return rule_service.edit_rule(
            session, rule_id, form.to_request(), by_id=by_id, now=clock.now()
        )

    return _answer(course_id, form, write, kind="edit")


@staff(*WRITERS)
def replace_rule(course_id: int, rule_id: int) -> ResponseReturnValue:
    """Let a new version hold from a day on."""
    rule = _rule(course_id, rule_id)
    tomorrow = clock.today(the_centre().zone) + timedelta(days=1)
    form = RuleForm(data=rule_values(rule, valid_from=tomorrow))

    def write(session: Session, by_id: int) -> object:
        return rule_service.replace_rule(
            session, rule_id, form.to_request(), by_id=by_id, now=clock.now()
        )

    return _answer(course_id, form, write, kind="replace")


@staff(*WRITERS)
def end_rule(course_id: int, rule_id: int) -> ResponseReturnValue:
    """Let a rule end after a day."""
    _rule(course_id, rule_id)
    form = LastDayForm(data={"last_day": clock.today(the_centre().zone)})

    def write(session: Session, by_id: int) -> object:
        return rule_service.end_rule(
            session, rule_id, form.last_day.data, by_id=by_id, now=clock.now()
        )

    return _answer(course_id, form, write, kind="end")


def _answer(
    course_id: int,
    form: RuleForm | LastDayForm,
    write: Callable[[Session, int], object],
    *,
    kind: str,
) -> ResponseReturnValue:
    """Show the form; when it is sent, write and go back to the course."""
    shown = page_of(course_id)
    if request.method == "POST" and form.validate():
        by_id = current_agent_id()
        try:
            with transaction() as session:
                write(session, by_id)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The rules of this vaccination have been changed."), "go")
            return _back(course_id)
    page = render_template("office/rules_form.html", form=form, course=shown.course, kind=kind)
    return page, 422 if form.errors else 200


def _day_before(end: date) -> date:
    """The last day before an exclusive end, as people say it."""
    return end - timedelta(days=1)


def _rule(course_id: int, rule_id: int) -> CourseRule:
    return rule_of_course(db.session(), course_id, rule_id) or abort(404)


def _back(course_id: int) -> ResponseReturnValue:
    return redirect(url_for(".course", course_id=course_id))
