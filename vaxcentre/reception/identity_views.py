"""Who somebody is: mend an identity, merge two records of one person."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.patient import Patient
from vaxcentre.reception import identity_service, merge_service, numbers, queries
from vaxcentre.reception.blueprint import DESK, bp
from vaxcentre.reception.board import state_of
from vaxcentre.reception.identity_forms import CorrectionForm, MergeForm
from vaxcentre.reception.pages import note_read
from vaxcentre.reception.panel import dose_words
from vaxcentre.reception.record import record_of
from vaxcentre.reception.sealing import opened
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.filters import short_date
from vaxcentre.web.signin import current_agent_id


@bp.get("/reception/patients/<int:patient_id>/correct")
@staff(*DESK)
def correct(patient_id: int) -> ResponseReturnValue:
    """Show the identity as it is recorded, and who it could be another record of."""
    patient = _patient(patient_id)
    number = numbers.number_of(db.session(), patient_id)
    form = CorrectionForm(
        formdata=None,
        data={
            "nir": opened(number.sealed) if number else "",
            "family_name": patient.family_name,
            "given_names": patient.given_names,
            "used_name": patient.used_name or "",
            "birth_on": short_date(patient.birth_on),
            "sex": patient.sex.value,
            "is_protected": patient.is_protected_adult,
        },
    )
    page = _correction_page(patient_id, form)
    note_read(patient_id, "reception.correct")
    return page


@bp.post("/reception/patients/<int:patient_id>/correct")
@staff(*DESK)
def do_correct(patient_id: int) -> ResponseReturnValue:
    """Write the identity as the document gives it; what stood before stays readable."""
    form = CorrectionForm()
    if not form.validate():
        return _correction_page(patient_id, form), 422
    try:
        with transaction() as session:
            identity_service.correct_identity(
                session, patient_id, form.to_request(), by_id=current_agent_id(), now=clock.now()
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _correction_page(patient_id, form), 409
    flash(_("The identity was corrected."), "go")
    return redirect(url_for("reception.person", patient_id=patient_id))


@bp.get("/reception/patients/<int:patient_id>/merge/<int:other_id>")
@staff(*DESK)
def merge(patient_id: int, other_id: int) -> ResponseReturnValue:
    """Show both records side by side, and ask why they are one."""
    return _merge_page(patient_id, other_id, MergeForm(formdata=None))


@bp.post("/reception/patients/<int:patient_id>/merge/<int:other_id>")
@staff(*DESK)
def do_merge(patient_id: int, other_id: int) -> ResponseReturnValue:
    """Make one record of two: the other's number stays and leads to this one."""
    form = MergeForm()
    _offer_contacts(form, patient_id, other_id)
    if not form.validate():
        return _merge_page(patient_id, other_id, form), 422
    try:
        with transaction() as session:
            merge_service.merge(
                session,
                patient_id,
                other_id,
                reason=form.reason.data or "",
                takes=form.takes(),
                by_id=current_agent_id(),
                now=clock.now(),
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _merge_page(patient_id, other_id, form), 409
    flash(_("The two records are one now."), "go")
    return redirect(url_for("reception.person", patient_id=patient_id))


def _offer_contacts(form: MergeForm, patient_id: int, other_id: int) -> None:
    kept, gone = (queries.person(db.session(), number) for number in (patient_id, other_id))
    if kept is None or gone is None:
        abort(404)
    form.offer(kept, gone)


def _correction_page(patient_id: int, form: CorrectionForm) -> str:
    patient = _patient(patient_id)
    sought = [(patient.family_name, patient.given_names, patient.birth_on)]
    if form.birth_on.birth_on and form.family_name.data and form.given_names.data:
        sought.append((form.family_name.data, form.given_names.data, form.birth_on.birth_on))
    twins = {
        twin.id: twin
        for names in sought
        for twin in merge_service.twins_of(db.session(), *names, but=patient.id)
    }
    return render_template(
        "reception/correct.html", patient=patient, form=form, twins=list(twins.values())
    )


def _merge_page(patient_id: int, other_id: int, form: MergeForm) -> str:
    now = clock.now()
    _offer_contacts(form, patient_id, other_id)
    note_read(patient_id, "reception.merge")
    note_read(other_id, "reception.merge")
    records = [
        record_of(db.session(), number, the_centre().zone, now) for number in (patient_id, other_id)
    ]
    return render_template(
        "reception/merge.html",
        records=records,
        patient_id=patient_id,
        other_id=other_id,
        form=form,
        dose_words=dose_words,
        state_of=state_of,
        moment=now,
    )


def _patient(patient_id: int) -> Patient:
    patient = db.session.get(Patient, patient_id)
    if patient is None or patient.merged_into_id is not None:
        abort(404)
    return patient
