"""Courses: what the centre vaccinates against, in plain words."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.office import course_service
from vaxcentre.office.course_forms import CourseForm, NewCourseForm, course_values
from vaxcentre.office.measure_fields import options
from vaxcentre.office.starter_service import FOR_LIFE
from vaxcentre.office.vaccine_queries import (
    CoursePage,
    course_lines,
    course_page,
    courses,
)
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.signin import current_agent, current_agent_id

READERS = (Role.MANAGER, Role.DOCTOR, Role.INSPECTOR)
WRITERS = (Role.MANAGER, Role.DOCTOR)
ID = "<int(max=2147483647):course_id>"


def route(bp: Blueprint) -> None:
    """Put these pages under the vaccines' address."""
    bp.add_url_rule("/courses", view_func=all_courses)
    bp.add_url_rule("/courses/new", view_func=new_course, methods=["GET", "POST"])
    bp.add_url_rule(f"/courses/{ID}", view_func=course)
    bp.add_url_rule(f"/courses/{ID}/change", view_func=change_course, methods=["GET", "POST"])


@staff(*READERS)
def all_courses() -> ResponseReturnValue:
    """List the courses, with what each one lacks."""
    lines = course_lines(db.session(), clock.today(the_centre().zone))
    return render_template(
        "office/courses.html", lines=lines, may_change=current_agent().may(*WRITERS)
    )


@staff(*READERS)
def course(course_id: int) -> ResponseReturnValue:
    """Show one course with its rules and their history."""
    shown = page_of(course_id)
    return render_template(
        "office/courses_one.html",
        page=shown,
        course=shown.course,
        today=clock.today(the_centre().zone),
        may_change=current_agent().may(*WRITERS),
    )


@staff(*WRITERS)
def change_course(course_id: int) -> ResponseReturnValue:
    """Change the words of a course."""
    shown = page_of(course_id).course
    form = CourseForm(data=course_values(shown))
    if request.method == "POST" and form.validate():
        by_id = current_agent_id()
        with transaction() as session:
            course_service.change_course(
                session, course_id, form.to_request(), by_id=by_id, now=clock.now()
            )
        flash(_("The vaccination has been changed."), "go")
        return redirect(url_for(".course", course_id=course_id))
    page = render_template("office/courses_edit.html", form=form, course=shown, is_new=False)
    return page, 422 if form.errors else 200


@staff(*WRITERS)
def new_course() -> ResponseReturnValue:
    """Add a vaccination, or the next season of one."""
    known = courses(db.session())
    origin = next((c for c in known if c.id == request.args.get("like", type=int)), None)
    words = course_values(origin) | {"like": origin.disease} if origin else {}
    form = NewCourseForm(data=words)
    diseases = {c.disease: c.name(languages.chosen()) for c in reversed(known)}
    known_first = sorted(diseases.items(), key=lambda disease: disease[1])
    form.like.choices = options([("", _("another disease")), *known_first])
    if request.method == "POST" and form.validate():
        by_id = current_agent_id()
        try:
            with transaction() as session:
                made_id = course_service.create_course(
                    session,
                    form.to_request(),
                    disease=form.like.data or form.disease.data,
                    season=form.season.data or FOR_LIFE,
                    by_id=by_id,
                    now=clock.now(),
                ).id
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The vaccination has been added. It needs its rules now."), "go")
            return redirect(url_for(".course", course_id=made_id))
    page = render_template("office/courses_edit.html", form=form, course=origin, is_new=True)
    return page, 422 if form.errors else 200


def page_of(course_id: int) -> CoursePage:
    """The course of the address, or no such page."""
    today = clock.today(the_centre().zone)
    return course_page(db.session(), course_id, today) or abort(404)
