"""All the certificates of a day: twenty sheets at a time, with progress and a stop."""

import secrets
from datetime import date
from pathlib import Path

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.certificates import batches, list_queries, pdf, service
from vaxcentre.certificates.batches import Batch
from vaxcentre.certificates.forms import DayForm
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.certificate import Certificate
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paper import print_html
from vaxcentre.web.signin import current_agent, current_agent_id

PRINTERS = (Role.RECEPTION, Role.NURSE, Role.DOCTOR)


@staff(*PRINTERS)
def start_batch() -> ResponseReturnValue:
    """Issue what is missing for the day, and go to the page that prints."""
    form, now = DayForm(), clock.now()
    if not form.validate():
        flash(_("Choose the day."), "stop")
        return redirect(url_for("certificates.home"))
    batches.sweep(_root(), now=now)
    paper_ids = _issue_all(form.day.data)
    if not paper_ids:
        flash(_("Nobody has been vaccinated on that day."), "soft")
        return redirect(url_for("certificates.home"))
    batch = batches.start(_root(), paper_ids, agent_id=current_agent_id(), now=now)
    return redirect(url_for("certificates.batch", token=batch.token, begins=1), 303)


def _issue_all(day: date) -> list[int]:
    """The papers of everybody vaccinated that day; few at a time, so that nobody waits for us."""
    start, end = clock.day_bounds(day, the_centre().zone)
    people = list_queries.vaccinated_between(db.session(), start, end)
    agent_id, signature = current_agent_id(), service.signature_of(current_agent())
    found: list[int] = []
    for first in range(0, len(people), batches.CHUNK):
        with transaction() as session:
            found += [
                service.issue(
                    session,
                    patient_id,
                    by_id=agent_id,
                    signed_by_name=signature,
                    now=clock.now(),
                    random_source=secrets.SystemRandom(),
                ).id
                for patient_id in people[first : first + batches.CHUNK]
            ]
    return list(dict.fromkeys(found))


@staff(*PRINTERS)
def batch(token: str) -> ResponseReturnValue:
    """Print the next twenty and say how far it is; the page asks for itself until all is done.

    The first time it only says what is coming: a page that prints takes its seconds.
    """
    found = _find(token)
    if not found.is_done and "begins" not in request.args:
        _print_next(found)
    response = Response(
        render_template("certificates/batch.html", batch=found, size=batches.CHUNK),
        mimetype="text/html",
    )
    if not found.is_done:
        again = url_for("certificates.batch", token=token)
        response.headers["Refresh"] = f"1; url={again}"  # works without script
    return response


def _print_next(found: Batch) -> None:
    number = found.chunks_done + 1
    session = db.session()
    papers = [session.get_one(Certificate, paper_id) for paper_id in found.chunks[number - 1]]
    html = pdf.attestation_html(session, papers)
    people = [paper.patient_id for paper in papers]
    found.keep(number, print_html(html, f"batch {found.token} {number}", found.started_at))
    now = clock.now()
    with transaction() as writing:
        for patient_id in people:
            audit.note_read(
                writing, patient_id, "certificates.batch", by_id=found.agent_id, now=now
            )


@staff(*PRINTERS)
def batch_sheets(token: str, number: int) -> ResponseReturnValue:
    """Twenty printed sheets."""
    file = _find(token).file(number)
    if not file.exists():
        abort(404)
    response = Response(file.read_bytes(), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="attestations-{number:03d}.pdf"'
    return response


@staff(*PRINTERS)
def stop_batch(token: str) -> ResponseReturnValue:
    """Stop, or finish: the files are removed; the certificates stay issued."""
    _find(token).remove()
    flash(_("The printed files have been removed. The certificates can be printed again."), "go")
    return redirect(url_for("certificates.home"))


def _find(token: str) -> Batch:
    found = batches.load(_root(), token, agent_id=current_agent_id(), now=clock.now())
    if found is None:
        abort(404)
    return found


def _root() -> Path:
    return Path(current_app.instance_path) / "run" / "batches"
