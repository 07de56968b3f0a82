"""What anybody may do with a paper: verify it, or print one's own again."""

import secrets

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.booking import tries
from vaxcentre.booking.find import find
from vaxcentre.booking.forms import FindForm
from vaxcentre.booking.link import appointment_of_this_visitor
from vaxcentre.booking.refusals import TooManyTries
from vaxcentre.certificates import pdf, queries, service
from vaxcentre.certificates.forms import NumberForm
from vaxcentre.certificates.queries import Standing
from vaxcentre.certificates.service import NotYetVaccinated
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.certificate import Certificate
from vaxcentre.rules.reference import read_reference, show_reference
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import AttemptKind
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre
from vaxcentre.web.visitor import address_mark, subject_mark

bp = Blueprint("papers", __name__)


@bp.route("/verifier", methods=["GET", "POST"])
@public
def verify_form() -> ResponseReturnValue:
    """Ask for the number that is printed on a certificate."""
    form = NumberForm()
    if request.method == "POST":
        number = read_reference(form.number.data or "")
        if form.validate() and number is not None:
            return redirect(url_for(".verify", number=show_reference(number)), 303)
        if number is None and form.number.data:
            form.number.errors = [*form.number.errors, form.UNREADABLE]
        return render_template("papers/verify_form.html", form=form), 422
    return render_template("papers/verify_form.html", form=form)


@bp.get("/verifier/<number>")
@public
def verify(number: str) -> ResponseReturnValue:
    """Say whether a paper is genuine, replaced or unknown, and show no more than it needs."""
    read, now = read_reference(number), clock.now()
    kind, address = AttemptKind.CERTIFICATE, address_mark()
    if tries.waiting_until(db.session(), kind, address, now=now) is not None:
        abort(429)
    found = service.verify(db.session(), read) if read else service.Verification(Standing.UNKNOWN)
    page = render_template(
        "papers/verify.html",
        standing=found.standing.value,
        number=show_reference(read) if read else None,
        doses=_shown(found.certificate) if found.certificate else [],
        initials=_initials(found.certificate) if found.certificate else "",
    )
    if found.standing is Standing.UNKNOWN:
        with transaction() as session:
            tries.note_wrong(session, kind, subject_mark(number), address, now=now)
        return page, 404
    return page


def _shown(certificate: Certificate) -> list[dict[str, object]]:
    """Vaccine, day and lot of each line: what a verifier compares with the paper."""
    pairs = [queries.dose_and_day(dose, the_centre().zone) for dose in certificate.doses]
    return [
        {"vaccine": source.vaccine_name, "on": on, "lot": source.lot_number}
        for source, on in sorted(pairs, key=lambda pair: pair[1], reverse=True)
    ]


def _initials(certificate: Certificate) -> str:
    """A. M.: enough to compare with the paper, too little to name a person."""
    names = (certificate.holder_given_names, certificate.holder_family_name)
    return " ".join(f"{name[:1].upper()}." for name in names)


@bp.route("/mon-attestation", methods=["GET", "POST"])
@public
def mine() -> ResponseReturnValue:
    """Print one's own certificate again: reference and birth date are enough."""
    form = FindForm()
    if request.method == "GET":
        return _ask(form)
    if request.form.get("own"):
        appointment_id = appointment_of_this_visitor()
        return _print_own(form, appointment_id) if appointment_id else redirect(url_for(".mine"))
    birth_on = form.birth_on(clock.today(the_centre().zone)) if form.validate() else None
    if birth_on is None:
        return _ask(form), 422
    reference = form.read_reference()
    with transaction() as session:
        found = find(
            session,
            reference,
            birth_on,
            address=address_mark(),
            subject=subject_mark(reference),
            now=clock.now(),
        )
    if isinstance(found, Refusal):
        form.refuse(found)
        return _ask(form), 429 if isinstance(found, TooManyTries) else 422
    return _print_own(form, found[0])


def _ask(form: FindForm) -> str:
    return render_template(
        "papers/mine.html", form=form, is_known=appointment_of_this_visitor() is not None
    )


def _print_own(form: FindForm, appointment_id: int) -> ResponseReturnValue:
    """The paper of whoever this appointment is for, issued by the patient where it is new."""
    session = db.session()
    patient_id = session.get_one(Appointment, appointment_id).patient_id
    if patient_id is None or not queries.was_vaccinated_on(session, appointment_id):
        form.refuse(NotYetVaccinated())
        return _ask(form), 422
    last = queries.current_injections(session, patient_id)[-1]
    signature = ", ".join(filter(None, (last.nurse_name, last.nurse_profession)))
    with transaction() as writing:
        certificate = service.issue(
            writing,
            patient_id,
            by_id=None,
            signed_by_name=signature,
            now=clock.now(),
            random_source=secrets.SystemRandom(),
        )
        certificate_id = certificate.id
    certificate = db.session.get_one(Certificate, certificate_id)
    return pdf.attestation_response(db.session(), certificate)
