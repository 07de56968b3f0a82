"""Papers that staff print: attestation, confirmation, lists."""

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.certificates import batch_views, list_views, pdf, queries, service
from vaxcentre.certificates.forms import RevokeForm
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.certificate import Certificate
from vaxcentre.models.patient import Patient
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import staff
from vaxcentre.web.signin import current_agent, current_agent_id

bp = Blueprint("certificates", __name__, url_prefix="/papers")
PRINTERS = (Role.RECEPTION, Role.NURSE, Role.DOCTOR)


bp.add_url_rule("/", view_func=list_views.home)
bp.add_url_rule("/day-list.pdf", view_func=list_views.day_list)
bp.add_url_rule("/blank-interview.pdf", view_func=list_views.blank_interview)
bp.add_url_rule("/batch", view_func=batch_views.start_batch, methods=["POST"])
bp.add_url_rule("/batch/<token>", view_func=batch_views.batch)
bp.add_url_rule("/batch/<token>/<int:number>.pdf", view_func=batch_views.batch_sheets)
bp.add_url_rule("/batch/<token>/stop", view_func=batch_views.stop_batch, methods=["POST"])


@bp.post("/patients/<int:patient_id>/issue")
@staff(*PRINTERS)
def issue(patient_id: int) -> ResponseReturnValue:
    """Certify the doses of a person and show the paper; nothing new, and it is the same paper."""
    _find_patient(patient_id)
    agent_id, signature = current_agent_id(), service.signature_of(current_agent())
    with transaction() as session:
        certificate = service.issue(
            session,
            patient_id,
            by_id=agent_id,
            signed_by_name=signature,
            now=clock.now(),
            random_source=secrets.SystemRandom(),
        )
        certificate_id = certificate.id
    return redirect(url_for(".print", certificate_id=certificate_id), 303)


@bp.get("/certificates/<int:certificate_id>.pdf", endpoint="print")
@staff(*PRINTERS)
def print_again(certificate_id: int) -> ResponseReturnValue:
    """Print a paper once more, as it was issued; one that no longer holds is not printed."""
    certificate = _find(certificate_id)
    if queries.standing(db.session(), certificate) is not queries.Standing.GENUINE:
        number = show_reference(certificate.number)
        flash(
            _("Certificate %(number)s no longer holds: it is not printed.", number=number), "stop"
        )
        return redirect(url_for(".of_patient", patient_id=certificate.patient_id))
    response = pdf.attestation_response(db.session(), certificate)
    patient_id, agent_id = certificate.patient_id, current_agent_id()
    with transaction() as session:
        audit.note_read(session, patient_id, "certificates.print", by_id=agent_id, now=clock.now())
    return response


@bp.get("/patients/<int:patient_id>")
@staff(*PRINTERS)
def of_patient(patient_id: int) -> ResponseReturnValue:
    """The papers of one person, and whether each still holds."""
    return _patient_page(patient_id, RevokeForm(formdata=None))


@bp.post("/certificates/<int:certificate_id>/revoke")
@staff(Role.DOCTOR)
def revoke(certificate_id: int) -> ResponseReturnValue:
    """End a paper, with the reason."""
    certificate, form = _find(certificate_id), RevokeForm()
    patient_id = certificate.patient_id
    if not form.validate():
        return _patient_page(patient_id, form, failed=form), 422
    agent_id, reason, number = current_agent_id(), form.reason.data, certificate.number
    with transaction() as session:
        service.revoke(session, certificate_id, reason, by_id=agent_id, now=clock.now())
    flash(_("Certificate %(number)s is revoked.", number=show_reference(number)), "go")
    return redirect(url_for(".of_patient", patient_id=patient_id))


def _find(certificate_id: int) -> Certificate:
    found = db.session.get(Certificate, certificate_id)
    if found is None:
        abort(404)
    return found


def _find_patient(patient_id: int) -> Patient:
    if db.session.get(Patient, patient_id) is None:
        abort(404)
    return queries.person(db.session(), patient_id)


def _patient_page(patient_id: int, form: RevokeForm, failed: object = None) -> str:
    patient, session = _find_patient(patient_id), db.session()
    papers = [
        (certificate, queries.standing(session, certificate))
        for certificate in queries.certificates_of(session, patient.id)
    ]
    page = render_template(
        "certificates/of_patient.html",
        patient=patient,
        papers=papers,
        may_issue=bool(queries.current_injections(session, patient.id)),
        may_revoke=current_agent().may(Role.DOCTOR),
        revoke_form=form,
        form=failed,
    )
    patient_id, agent_id = patient.id, current_agent_id()
    with transaction() as writing:
        audit.note_read(
            writing, patient_id, "certificates.of_patient", by_id=agent_id, now=clock.now()
        )
    return page
