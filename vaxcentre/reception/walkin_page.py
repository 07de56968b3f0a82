"""The walk-in's page: filled by a search, a sheet or a record, and what it asks about who it is."""

from __future__ import annotations

from flask import current_app, render_template
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking.people import find_patient
from vaxcentre.extensions import db
from vaxcentre.models.patient import Patient
from vaxcentre.reception import merge_service, numbers, queries, today
from vaxcentre.reception.forms import DOCUMENT_KEYS, WalkInForm, number_of
from vaxcentre.reception.rows import Row
from vaxcentre.rules.identity import fold, read_search
from vaxcentre.rules.ins import is_ins, read_ins
from vaxcentre.rules.names import is_beginning_of
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import IdentityDocument, Sex
from vaxcentre.web import languages, words
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import short_date

SEX_ON_SHEET = {"M": Sex.MALE, "F": Sex.FEMALE}


def fill_from_sheet(form: WalkInForm, text: str) -> None:
    """Put the identity of a patient's sheet into the form; it proves nothing yet.

    What cannot be read is said at the scan's field.
    """
    day, demo = clock.today(the_centre().zone), current_app.config["IS_DEMO"]
    try:
        sheet = read_ins(text, today=day, demo=demo)
    except Refusal as refusal:
        form.scan.errors = []
        form.refuse(refusal)
        return
    form.family_name.data = sheet.family.title()
    form.given_names.data = " ".join(sheet.given).title()
    form.birth_on.data = short_date(sheet.birth_on)
    form.sex.data = SEX_ON_SHEET[sheet.sex].value
    form.nir.data = form.scanned_nir.data = sheet.matricule


def fill_from_search(form: WalkInForm, text: str) -> None:
    """Put what was searched in vain into the form, so that nobody types it again."""
    if is_ins(text):
        return fill_from_sheet(form, text)
    typed = "".join(sign for sign in text if sign.isalpha() or sign in " -'’").split()
    form.family_name.data = typed[0].title() if typed else ""
    form.given_names.data = " ".join(typed[1:]).title()
    try:
        born = read_search(text, today=clock.today(the_centre().zone)).birth_on
    except Refusal:
        born = None
    form.birth_on.data = short_date(born) if born else ""
    return None


def offer(form: WalkInForm) -> list[today.CourseToday]:
    """What today's clinics still give; where it is one thing only, it is chosen already."""
    now = clock.now()
    courses = today.courses_today(db.session(), clock.local_day(now, the_centre().zone), now)
    language = languages.chosen()
    form.courses.choices = [(course.id, course.name(language)) for course in courses]
    form.condition.offer((one.id, one.name(language), one.condition(language)) for one in courses)
    if len(courses) == 1 and not form.courses.data:
        form.courses.data = [courses[0].id]
    return courses


def known(form: WalkInForm) -> Patient | None:
    """Who is meant of those on record: the one that was opened or picked, or the same name."""
    number = number_of(form.is_known) or number_of(form.patient_id)
    if number is not None:
        return db.session.get(Patient, number)
    if form.is_new.data:
        return None
    person = form.person("fr")
    return find_patient(db.session(), person.family_name, person.given_names, person.birth_on)


def differs(form: WalkInForm, patient: Patient) -> bool:
    """Whether what was typed is another identity than the record's, and not a shorter one."""
    person = form.person("fr")
    return (
        fold(person.family_name) != patient.folded_family
        or person.birth_on != patient.birth_on
        or not is_beginning_of(person.given_names, patient.given_names)
    )


def is_spelt_otherwise(form: WalkInForm, patient: Patient) -> bool:
    """Whether accents, hyphens or further given names were typed in another way than recorded."""
    person = form.person("fr")
    typed, kept = (
        f"{family} {given}".casefold()
        for family, given in (
            (person.family_name, person.given_names),
            (patient.family_name, patient.given_names),
        )
    )
    return not kept.startswith(typed)


def twins(form: WalkInForm, patient: Patient | None) -> list[Patient]:
    """Whom it could be under another spelling, or by the social security number.

    Where the very same name is on record (`patient`), only the number may say otherwise.
    """
    person, number = form.person("fr"), form.number()
    session = db.session()
    same = numbers.people_with(session, number.mark) if number else []
    if patient is not None:
        return [patient, *others] if (others := [one for one in same if one is not patient]) else []
    sounding = merge_service.twins_of(
        session, person.family_name, person.given_names, person.birth_on
    )
    return list({one.id: one for one in (*same, *sounding)}.values())


def reason_of(form: WalkInForm) -> str:
    """Why the record is corrected: the document that was seen."""
    document = words.label(IdentityDocument(form.document.data))
    return str(_("Seen at the desk: %(document)s", document=document))


def replaced(appointment_id: int | None) -> Row | None:
    """The appointment for which the walk-in stands."""
    if appointment_id is None:
        return None
    return queries.row_by_id(db.session(), appointment_id, clock.now())


def walk_in_page(
    form: WalkInForm, *, twins: list[Patient] | None = None, other: Patient | None = None
) -> str:
    """Draw the page; `other` is the record whose identity was typed otherwise."""
    courses = offer(form)
    return render_template(
        "reception/walk_in.html",
        form=form,
        courses=courses,
        twins=twins or [],
        other=other,
        document_keys=DOCUMENT_KEYS,
        replaced=replaced(number_of(form.replaces_id)),
    )
