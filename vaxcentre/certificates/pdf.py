"""The attestation as a sheet of paper: always French, with English beside it."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import Response, render_template, url_for
from sqlalchemy.orm import Session

from vaxcentre.certificates import queries
from vaxcentre.certificates.queries import NextDose
from vaxcentre.models.certificate import Certificate, CertificateDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.letters import printable
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.starter import starter_courses
from vaxcentre.web.centre import the_centre
from vaxcentre.web.languages import speaking
from vaxcentre.web.paper import print_html, qr_picture
from vaxcentre.web.words import place, word

# From so many lines on they are set closer; from so many, a second sheet is likely.
DENSE_FROM = 6
NUMBERED_FROM = 13


@dataclass(frozen=True)
class Line:
    """One dose as it is printed."""

    given_on: date
    against_fr: str
    against_en: str
    vaccine: str
    details: tuple[str, ...]
    dose: str
    lot: str
    by: str
    profession: str
    is_declared: bool
    proof_seen: bool


@dataclass(frozen=True)
class Next:
    """The next dose as it is printed."""

    against_fr: str
    against_en: str
    dose_number: int
    when: str


def attestation(session: Session, certificate: Certificate) -> bytes:
    """Print the paper; the same facts give the same bytes, whoever prints it and when."""
    html = attestation_html(session, [certificate])
    return print_html(html, f"certificate {certificate.number}", certificate.issued_at)


def attestation_response(session: Session, certificate: Certificate) -> Response:
    """The paper in the browser; its file is named by its number, never by the person."""
    response = Response(attestation(session, certificate), mimetype="application/pdf")
    name = f"attestation-{show_reference(certificate.number)}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def attestation_html(session: Session, certificates: list[Certificate]) -> str:
    """The page to print: one certificate after the other, each on a sheet of its own."""
    with speaking("fr"):
        papers = [_facts(session, certificate) for certificate in certificates]
        return render_template(
            "certificates/attestation.html",
            language="fr",
            issued_at=certificates[0].issued_at,
            papers=papers,
        )


def verify_address(certificate: Certificate) -> str:
    """Where anybody checks this paper; it is what the square code says."""
    path = url_for("papers.verify", number=show_reference(certificate.number))
    return f"{the_centre().public_address.rstrip('/')}{path}"


def french_date(day: date) -> str:
    """1er mars 2026, whatever language the page around is in."""
    text = format_date(day, "d MMMM yyyy", "fr")
    return f"1er{text[1:]}" if day.day == 1 else text


def _facts(session: Session, certificate: Certificate) -> dict[str, object]:
    zone = the_centre().zone
    names = [
        printable(text)
        for text in (
            certificate.holder_family_name.upper(),
            certificate.holder_given_names,
            (certificate.holder_used_name or "").upper(),
        )
    ]
    lines = _grouped([_line(dose) for dose in certificate.doses])
    return {
        "certificate": certificate,
        "number": show_reference(certificate.number),
        "replaces": _number_before(session, certificate),
        "family_name": names[0][0],
        "given_names": names[1][0],
        "used_name": names[2][0],
        "is_altered": any(altered for _text, altered in names),
        "born": french_date(certificate.holder_birth_on),
        "groups": lines,
        "next_doses": [_next(item) for item in queries.next_doses(session, certificate, zone)],
        "address": verify_address(certificate),
        "qr": qr_picture(verify_address(certificate)),
        "is_dense": len(certificate.doses) >= DENSE_FROM,
        "is_numbered": len(certificate.doses) >= NUMBERED_FROM,
    }


def _number_before(session: Session, certificate: Certificate) -> str | None:
    """The number of the paper that this one replaces."""
    older = [
        other.number
        for other in queries.certificates_of(session, certificate.patient_id)
        if other.id < certificate.id
    ]
    return show_reference(older[0]) if older else None


def _line(dose: CertificateDose) -> Line:
    source, on = queries.dose_and_day(dose, the_centre().zone)
    against_fr, against_en = _against(source.course)
    is_ours = isinstance(source, Injection)
    return Line(
        given_on=on,
        against_fr=against_fr,
        against_en=against_en,
        vaccine=printable(source.vaccine_name)[0],
        details=_details(source) if isinstance(source, Injection) else (),
        dose=_dose(source) if isinstance(source, Injection) else str(source.dose_number),
        lot=printable(source.lot_number or "")[0],
        by=printable(source.nurse_name)[0] if isinstance(source, Injection) else "",
        profession=(source.nurse_profession or "") if isinstance(source, Injection) else "",
        is_declared=not is_ours,
        proof_seen=not isinstance(source, Injection) and source.proof_seen,
    )


def _details(injection: Injection) -> tuple[str, ...]:
    volume = f"{injection.dose_volume_ul / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",")
    how = f"{word(injection.route)}, {place(injection.site, injection.side)}, {volume}\u00a0ml"
    return printable(injection.vaccine_holder)[0], how


def _dose(injection: Injection) -> str:
    if injection.doses_in_course is None:
        return str(injection.dose_number)
    return f"{injection.dose_number} / {max(injection.doses_in_course, injection.dose_number)}"


def _against(course: Course) -> tuple[str, str]:
    """The disease in both languages; a course the office made itself says its own name."""
    for known in starter_courses():
        if known.disease == course.disease:
            return known.disease_fr, known.disease_en
    return course.name_fr, course.name_en


def _grouped(lines: list[Line]) -> list[list[Line]]:
    """The lines by disease, the one vaccinated against last on top; newest first in each."""
    groups: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: line.given_on, reverse=True):
        groups.setdefault(line.against_fr, []).append(line)
    return list(groups.values())


def _next(item: NextDose) -> Next:
    against_fr, against_en = _against(item.course)
    if item.booked_at is not None:
        local = item.booked_at.astimezone(the_centre().zone)
        when = f"{french_date(local.date())} à {local:%H:%M}"
    else:
        when = f"à partir du {french_date(item.due_on)}" if item.due_on else ""
    return Next(against_fr, against_en, item.dose_number, when)
