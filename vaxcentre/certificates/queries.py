"""What papers are made of: a person's doses, the next one due, and whether a paper still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.certificate import Certificate, CertificateDose
from vaxcentre.models.clinic import Place
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Visit
from vaxcentre.rules.course import PastDose, dose_due
from vaxcentre.rules.refusal import Refusal


class Standing(StrEnum):
    """What anybody may know of a paper."""

    GENUINE = "genuine"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NextDose:
    """The dose that comes after those on the paper: booked, or due from a day."""

    course: Course
    dose_number: int
    booked_at: datetime | None
    due_on: date | None


def person(session: Session, patient_id: int) -> Patient:
    """The person behind this number; a merged twin leads to the one that stays."""
    patient = session.get_one(Patient, patient_id)
    while patient.merged_into_id is not None:
        patient = session.get_one(Patient, patient.merged_into_id)
    return patient


def numbers_of(session: Session, patient_id: int) -> set[int]:
    """The numbers under which this person has been known here."""
    found, fresh = {patient_id}, {patient_id}
    while fresh:
        fresh = set(session.scalars(select(Patient.id).where(Patient.merged_into_id.in_(fresh))))
        fresh -= found
        found |= fresh
    return found


def current_injections(session: Session, patient_id: int) -> list[Injection]:
    """The injections of this person that stand."""
    return list(
        session.scalars(
            select(Injection)
            .options(joinedload(Injection.course))
            .where(
                Injection.patient_id.in_(numbers_of(session, patient_id)),
                Injection.is_current,
            )
            .order_by(Injection.given_at, Injection.id)
        )
    )


def was_vaccinated_on(session: Session, appointment_id: int) -> bool:
    """Whether somebody who showed a document was vaccinated on this appointment, or its pair.

    A name and a birth date are enough to book for somebody; they must not be enough to read what
    that person had.
    """
    pair_id = session.scalar(select(Appointment.pair_id).where(Appointment.id == appointment_id))
    is_own = Appointment.id == appointment_id
    given = (
        select(Injection.id)
        .join(Visit, Visit.id == Injection.visit_id)
        .join(Appointment, Appointment.id == Visit.appointment_id)
        .where(
            or_(is_own, Appointment.pair_id == pair_id) if pair_id else is_own,
            Visit.undone_at.is_(None),
            Injection.is_current,
        )
    )
    return session.scalar(given.limit(1)) is not None


def declared_doses(session: Session, patient_id: int) -> list[DeclaredDose]:
    """The doses from elsewhere that this person declares."""
    return list(
        session.scalars(
            select(DeclaredDose)
            .options(joinedload(DeclaredDose.course))
            .where(
                DeclaredDose.patient_id.in_(numbers_of(session, patient_id)),
                DeclaredDose.withdrawn_at.is_(None),
            )
            .order_by(DeclaredDose.given_on, DeclaredDose.id)
        )
    )


def certificates_of(session: Session, patient_id: int) -> list[Certificate]:
    """The papers of this person, latest first."""
    return list(
        session.scalars(
            select(Certificate)
            .options(joinedload(Certificate.doses).joinedload(CertificateDose.injection))
            .options(joinedload(Certificate.doses).joinedload(CertificateDose.declared_dose))
            .where(Certificate.patient_id.in_(numbers_of(session, patient_id)))
            .order_by(Certificate.id.desc())
        ).unique()
    )


def find_certificate(session: Session, number: str) -> Certificate | None:
    """The paper with this number, its lines with it."""
    return session.scalar(select(Certificate).where(Certificate.number == number))


def standing(session: Session, certificate: Certificate) -> Standing:
    """Whether the paper still says what is true.

    Read off the facts: it was not revoked, each injection on it stands, no declared dose was
    withdrawn, and the holder's identity is still the one that is printed.
    """
    holds = (
        certificate.revoked_at is None
        and all(_holds(dose) for dose in certificate.doses)
        and _is_named_so(certificate, person(session, certificate.patient_id))
    )
    return Standing.GENUINE if holds else Standing.REPLACED


def _holds(dose: CertificateDose) -> bool:
    if dose.injection is not None:
        return dose.injection.is_current
    return dose.declared_dose is not None and dose.declared_dose.withdrawn_at is None


def _is_named_so(certificate: Certificate, patient: Patient) -> bool:
    """The identity of civil status; a used name may change without making the paper untrue."""
    return (
        certificate.holder_family_name == patient.family_name
        and certificate.holder_given_names == patient.given_names
        and certificate.holder_birth_on == patient.birth_on
    )


def next_doses(session: Session, certificate: Certificate, zone: ZoneInfo) -> list[NextDose]:
    """What comes next in each unfinished vaccination of the paper.

    Depends on no clock: the same facts print the same line next week.
    """
    patient = person(session, certificate.patient_id)
    latest: dict[int, Injection] = {}
    for injection in (dose.injection for dose in certificate.doses):
        if injection is not None:
            known = latest.get(injection.course_id)
            if known is None or injection.dose_number > known.dose_number:
                latest[injection.course_id] = injection
    history = _history(certificate.doses, zone)
    found = (_next(session, patient, last, history, zone) for last in latest.values())
    return [item for item in found if item is not None]


def _history(doses: Iterable[CertificateDose], zone: ZoneInfo) -> list[PastDose]:
    return [
        PastDose(source.course.code, source.course.disease, source.dose_number, on)
        for source, on in (dose_and_day(dose, zone) for dose in doses)
    ]


def dose_and_day(dose: CertificateDose, zone: ZoneInfo) -> tuple[Injection | DeclaredDose, date]:
    """What a line of the paper stands for, and the centre's day it happened on."""
    if dose.injection is not None:
        return dose.injection, dose.injection.given_at.astimezone(zone).date()
    if dose.declared_dose is None:
        raise LookupError("a line of a certificate stands for nothing")
    return dose.declared_dose, dose.declared_dose.given_on


def _next(
    session: Session, patient: Patient, last: Injection, history: list[PastDose], zone: ZoneInfo
) -> NextDose | None:
    number = last.dose_number + 1
    booked_at = _booked(session, patient.id, last.course_id, number)
    if booked_at is not None:
        return NextDose(last.course, number, booked_at, None)
    if last.doses_in_course is None or number > last.doses_in_course:
        return None
    try:
        due = dose_due(
            last.course.dose_rules(),
            history,
            course=last.course.code,
            disease=last.course.disease,
            birth_on=patient.birth_on,
            on=last.given_at.astimezone(zone).date(),
            conditions=last.visit.appointment.conditions_for(last.course),
        )
    except Refusal:  # a person decides: the paper says nothing rather than something wrong
        return None
    return NextDose(last.course, due.dose_number, None, due.target_on)


def _booked(session: Session, patient_id: int, course_id: int, dose_number: int) -> datetime | None:
    appointment = session.scalar(
        select(Appointment)
        .join(PlannedDose, PlannedDose.appointment_id == Appointment.id)
        .options(joinedload(Appointment.place).joinedload(Place.slot))
        .where(
            PlannedDose.patient_id.in_(numbers_of(session, patient_id)),
            PlannedDose.course_id == course_id,
            PlannedDose.dose_number == dose_number,
            PlannedDose.released_at.is_(None),
            Appointment.booked_at.is_not(None),
            Appointment.cancelled_at.is_(None),
        )
    )
    return appointment.place.slot.starts_at if appointment is not None else None
