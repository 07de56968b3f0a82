"""The paper that says a dose was given: issue, revoke, verify."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.certificates import queries
from vaxcentre.certificates.queries import Standing
from vaxcentre.models.certificate import Certificate, CertificateDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.locks import ALONE, take_patient
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.reference import new_reference
from vaxcentre.rules.refusal import N_, Refusal


class NothingToCertify(Refusal):
    """No injection of ours stands for this person."""

    sentence = N_(
        "There is no injection of this centre to certify. "
        "A dose declared from elsewhere is certified where it was given."
    )


class NotYetVaccinated(Refusal):
    """The appointment exists, the injection does not yet."""

    sentence = N_("No injection is recorded yet. The certificate is here as soon as it is.")
    field = "reference"


class AlreadyRevoked(Refusal):
    """The paper was revoked before."""

    sentence = N_("Certificate %(number)s is already revoked: %(reason)s.")


@dataclass(frozen=True)
class Verification:
    """What a paper is worth; the paper itself only where it is genuine."""

    standing: Standing
    certificate: Certificate | None = None


def signature_of(agent: StaffMember) -> str:
    """The agent as papers name them: "Noor Benali, infirmière"."""
    return f"{agent.full_name}, {agent.profession}" if agent.profession else agent.full_name


def issue(
    session: Session,
    patient_id: int,
    *,
    by_id: int | None,
    signed_by_name: str,
    now: datetime,
    random_source: Random,
) -> Certificate:
    """Certify all the doses of a person that stand, those declared from elsewhere marked as such.

    The same facts give the same paper: where nothing has changed since the last one, that one is
    printed again under its number. `by_id` is None where the patient prints it at home.

    Raises:
        NothingToCertify: no injection of this centre stands for the person.
    """
    # Two desks that print for one person wait for each other: one paper, one number.
    patient = take_patient(session, patient_id) or queries.person(session, patient_id)
    injections = queries.current_injections(session, patient.id)
    if not injections:
        raise NothingToCertify
    declared = queries.declared_doses(session, patient.id)
    last = next(iter(queries.certificates_of(session, patient.id)), None)
    if last is not None and _says_the_same(last, patient, injections, declared):
        return last
    certificate = Certificate(
        number=_new_number(session, random_source),
        patient_id=patient.id,
        issued_at=now,
        issued_by_id=by_id,
        signed_by_name=signed_by_name,
        holder_family_name=patient.family_name,
        holder_given_names=patient.given_names,
        holder_used_name=patient.used_name,
        holder_birth_on=patient.birth_on,
        holder_sex=patient.sex,
    )
    certificate.doses = [CertificateDose(injection_id=injection.id) for injection in injections]
    certificate.doses += [CertificateDose(declared_dose_id=dose.id) for dose in declared]
    session.add(certificate)
    audit.sign(session, "issue", certificate, by_id=by_id, now=now, patient_id=patient.id)
    return certificate


def verify(session: Session, number: str) -> Verification:
    """Tell whether a paper is genuine, has been replaced by later facts, or is not ours."""
    certificate = queries.find_certificate(session, number)
    if certificate is None:
        return Verification(Standing.UNKNOWN)
    standing = queries.standing(session, certificate)
    return Verification(standing, certificate if standing is Standing.GENUINE else None)


def revoke(
    session: Session, certificate_id: int, reason: str, *, by_id: int, now: datetime
) -> Certificate:
    """End a paper that should not have been given out; whoever verifies it is told.

    Raises:
        AlreadyRevoked: somebody did so before; says why.
    """
    certificate = session.scalars(
        select(Certificate).where(Certificate.id == certificate_id).with_for_update(**ALONE)
    ).one()
    if certificate.revoked_at is not None:
        raise AlreadyRevoked(number=certificate.number, reason=certificate.revoked_reason or "")
    certificate.revoked_at, certificate.revoked_by_id = now, by_id
    certificate.revoked_reason = reason
    audit.sign(
        session,
        "revoke",
        certificate,
        by_id=by_id,
        now=now,
        patient_id=certificate.patient_id,
        reason=reason,
    )
    return certificate


def _says_the_same(
    last: Certificate,
    patient: Patient,
    injections: list[Injection],
    declared: list[DeclaredDose],
) -> bool:
    printed = {(dose.injection_id, dose.declared_dose_id) for dose in last.doses}
    standing = {(injection.id, None) for injection in injections}
    return (
        last.revoked_at is None
        and printed == standing | {(None, dose.id) for dose in declared}
        and (
            last.holder_family_name,
            last.holder_given_names,
            last.holder_used_name,
            last.holder_birth_on,
            last.holder_sex,
        )
        == (
            patient.family_name,
            patient.given_names,
            patient.used_name,
            patient.birth_on,
            patient.sex,
        )
    )


def _new_number(session: Session, random_source: Random) -> str:
    while True:
        number = new_reference(random_source)
        if queries.find_certificate(session, number) is None:
            return number
