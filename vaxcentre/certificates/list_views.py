"""Lists and sheets for the desk: the day, the blank questionnaire."""

from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.certificates import list_queries
from vaxcentre.certificates.forms import DayForm
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.starter import current_version, questionnaire
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import languages
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paper import paper
from vaxcentre.web.paths import row_number
from vaxcentre.web.signin import current_agent, current_agent_id

DESK = (Role.RECEPTION, Role.NURSE, Role.DOCTOR, Role.MANAGER)


@staff(*DESK)
def home() -> ResponseReturnValue:
    """All papers that can be printed without a person in front of one."""
    agent = current_agent()
    return render_template(
        "certificates/home.html",
        day_form=DayForm(formdata=None, day=clock.today(the_centre().zone)),
        courses=list_queries.offered_courses(db.session()),
        may_list=agent.may(Role.RECEPTION, Role.MANAGER),
        may_print=agent.may(Role.RECEPTION, Role.NURSE, Role.DOCTOR),
    )


@staff(Role.RECEPTION, Role.MANAGER)
def day_list() -> ResponseReturnValue:
    """Who is expected, slot by slot; the manager's list does not say what for."""
    day, now = asked_day(), clock.now()
    slots = list_queries.expected_on(db.session(), day)
    people = {a.patient_id for lines in slots for a in lines.appointments if a.patient_id}
    agent_id = current_agent_id()
    response = paper(
        "certificates/day_list.html",
        name=f"seance-{day.isoformat()}",
        identity=f"day list {day.isoformat()} {now.isoformat()}",
        created=now,
        day=day,
        slots=slots,
        total=sum(len(lines.appointments) for lines in slots),
        shows_courses=current_agent().may(Role.RECEPTION),
    )
    with transaction() as session:
        for patient_id in sorted(people):
            audit.note_read(session, patient_id, "certificates.day_list", by_id=agent_id, now=now)
    return response


@staff(Role.RECEPTION, Role.NURSE, Role.DOCTOR)
def blank_interview() -> ResponseReturnValue:
    """The questionnaire to fill in by hand, of one vaccination or of what all have in common."""
    course = db.session.get(Course, request.args.get("course", 0, row_number))
    version = current_version()
    questions = [
        question
        for question in questionnaire(version)
        if (question.concerns_course(course.code, course.disease) if course else True)
        and (course is not None or not question.only_for)
    ]
    language = languages.chosen()
    return paper(
        "certificates/blank_interview.html",
        name=f"questionnaire-{version}",
        identity=f"blank interview {version} {course.code if course else ''} {language}",
        created=clock.day_bounds(clock.today(the_centre().zone), the_centre().zone)[0],
        version=version,
        course=course,
        questions=questions,
    )


def asked_day() -> date:
    """The day in the address; a day that does not exist is not found."""
    text = request.args.get("day") or clock.today(the_centre().zone).isoformat()
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
