"""Make what a test begins with: functions with good defaults, named after what they make."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from tests.page import Browser
from vaxcentre import clock
from vaxcentre.booking.names import name_words
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, PlannedDose
from vaxcentre.models.clinic import Centre, Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import DeclaredDose, Patient
from vaxcentre.models.staff import StaffMember, StaffRole, StaffSession
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Course, CourseRule, CourseVaccine, Vaccine
from vaxcentre.models.visit import Decision, Interview, InterviewAnswer, Visit
from vaxcentre.rules.identity import first_given_name, fold
from vaxcentre.rules.reference import ALPHABET
from vaxcentre.rules.starter import questionnaire
from vaxcentre.rules.vocabulary import (
    Answer,
    IdentityDocument,
    MovementKind,
    Origin,
    Role,
    Route,
    Sex,
    Side,
    Site,
    Verdict,
)
from vaxcentre.web import signin

PARIS = ZoneInfo("Europe/Paris")
PASSWORD = "correct horse battery"
CODE = "314159"
# Always the same people, so that a test reads as a story.
PEOPLE = {
    Role.OPERATOR: ("Omar", "Haddad"),
    Role.RECEPTION: ("Rosa", "Martin"),
    Role.NURSE: ("Noor", "Benali"),
    Role.DOCTOR: ("Ines", "Laurent"),
    Role.STOCK: ("Paul", "Girard"),
    Role.MANAGER: ("Max", "Renard"),
    Role.INSPECTOR: ("Iris", "Caron"),
}
_counter = itertools.count(1)
_HASH = {
    PASSWORD: generate_password_hash(PASSWORD, method="scrypt:1024:8:1"),
    CODE: generate_password_hash(CODE, method="scrypt:1024:8:1"),
}


def make_centre_row() -> None:
    """The centre of all tests."""
    with transaction() as session:
        session.add(
            Centre(
                id=1,
                name="Centre de vaccination de Boulogne-sur-Mer",
                address="12 rue de la Paix",
                postal_code="62200",
                commune="Boulogne-sur-Mer",
                phone="+33199001234",
                finess="620000000",
                public_address="https://vaccination-boulogne.example",
                updated_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )


def make_staff(
    session: Session, *roles: Role, given: str | None = None, **fields: Any
) -> StaffMember:
    """A staff member with these roles; the role's usual person where no name is given."""
    first, last = PEOPLE[roles[0]]
    short = (given or first).lower()
    found = session.scalar(select(StaffMember).where(StaffMember.short_name == short))
    if found is not None and set(roles) <= found.roles:
        return found
    member = StaffMember(
        **{
            "short_name": short,
            "given_name": given or first,
            "family_name": last,
            "profession": {Role.NURSE: "infirmière", Role.DOCTOR: "médecin"}.get(roles[0]),
            "password_hash": _HASH[PASSWORD],
            "code_hash": _HASH[CODE],
            "created_at": clock.now(),
        }
        | fields
    )
    session.add(member)
    session.flush()
    for role in roles:
        session.add(StaffRole(staff_member_id=member.id, role=role, given_at=clock.now()))
    session.flush()
    session.refresh(member)
    return member


def sign_in(
    page: Browser, *roles: Role, box: int | None = None, desk: str = "desk-1"
) -> StaffMember:
    """Put the role's usual person at a desk of this browser, without the sign-in page."""
    token = signin.new_token()
    with transaction() as session:
        member = make_staff(session, *roles)
        now = clock.now()
        session.add(
            StaffSession(
                desk=desk,
                staff_member_id=member.id,
                token_hash=signin.hash_token(token),
                signed_in_at=now,
                last_seen_at=now,
                box=box,
            )
        )
        session.flush()
        session.expunge(member)
    page.client.set_cookie(signin.COOKIE, token)
    page.client.set_cookie(signin.DESK_COOKIE, desk)
    return member


def make_patient(
    session: Session, given: str = "Ada", family: str = "Mercier", **fields: Any
) -> Patient:
    """Ada Mercier, 78 in 2026, unless said otherwise."""
    patient = Patient(
        **{
            "family_name": family,
            "given_names": given,
            "folded_family": fold(family),
            "folded_given": fold(first_given_name(given)),
            "sex": Sex.FEMALE,
            "birth_on": date(1948, 3, 14),
            "created_at": clock.now(),
        }
        | fields
    )
    names = patient.family_name, patient.given_names, patient.used_name
    patient.folded_used = fold(patient.used_name or "") or None
    patient.name_words = name_words(*names, patient.birth_on)
    session.add(patient)
    session.flush()
    return patient


def make_course(
    session: Session, code: str = "influenza-2026", *, doses: int = 1, **fields: Any
) -> Course:
    """Influenza, one confirmed dose for everybody of 6 months and more; `doses=2` makes a pair."""
    rule = {key: fields.pop(key) for key in list(fields) if key in CourseRule.__table__.columns}
    extra = {key: rule.pop(key) for key in list(rule) if key in Course.__table__.columns}
    course = Course(
        **{
            "code": code,
            "disease": code.split("-", maxsplit=1)[0],
            "season": "2026-2027" if doses == 1 else "life",
            "name_fr": "Grippe" if code.startswith("influenza") else code.capitalize(),
            "name_en": "Flu" if code.startswith("influenza") else code.capitalize(),
            "who_fr": "Toute personne de 6 mois et plus.",
            "who_en": "Everybody from 6 months.",
            "created_at": clock.now(),
        }
        | fields
        | extra
    )
    session.add(course)
    session.flush()
    for number in range(1, doses + 1):
        make_rule(session, course, number, **rule)
    session.refresh(course)
    return course


def make_rule(session: Session, course: Course, dose_number: int = 1, **fields: Any) -> CourseRule:
    """A confirmed rule; from dose 2 on: 28 days at least, 35 wished, 60 at most."""
    later = dose_number > 1
    rule = CourseRule(
        **{
            "course_id": course.id,
            "dose_number": dose_number,
            "min_age_months": 6,
            "min_days": 28 if later else None,
            "target_days": 35 if later else None,
            "max_days": 60 if later else None,
            "source_title": "Calendrier des vaccinations 2026",
            "valid_from": date(2020, 1, 1),
            "confirmed_at": clock.now(),
            "created_at": clock.now(),
        }
        | fields
    )
    session.add(rule)
    session.flush()
    return rule


def make_vaccine(
    session: Session, *courses: Course, name: str = "EFLUELDA", **fields: Any
) -> Vaccine:
    """A single-dose syringe of 0,7 ml IM, accepted for these courses."""
    number = next(_counter)
    cip = fields.pop("cip13", f"34009{number:08d}")
    vaccine = Vaccine(
        **{
            "name": name,
            "denomination": f"{name}, suspension injectable",
            "presentation": "1 seringue préremplie",
            "cis": f"{60000000 + number}",
            "cip13": cip,
            "gtin14": f"0{cip}",
            "family": "grippe_inactive",
            "holder": "SANOFI WINTHROP INDUSTRIE",
            "dose_volume_ul": 700,
            "route": Route.IM,
            "doses_per_container": 1,
            "containers_per_box": 10,
            "min_age_months": 6,
            "added_at": clock.now(),
        }
        | fields
    )
    session.add(vaccine)
    session.flush()
    for course in courses:
        session.add(CourseVaccine(course_id=course.id, vaccine_id=vaccine.id))
    session.flush()
    return vaccine


def make_lot(
    session: Session, vaccine: Vaccine, *, doses: int = 10, number: str = "U8A213B", **fields: Any
) -> Lot:
    """A lot with so many doses, good until June 2027."""
    stock_keeper = make_staff(session, Role.STOCK)
    lot = Lot(
        **{
            "vaccine_id": vaccine.id,
            "number": number,
            "expires_on": date(2027, 6, 30),
            "created_at": clock.now(),
            "created_by_id": stock_keeper.id,
        }
        | fields
    )
    session.add(lot)
    session.flush()
    if doses:
        session.add(
            StockMovement(
                lot_id=lot.id,
                kind=MovementKind.RECEIVE,
                doses=doses,
                moved_at=clock.now(),
                moved_by_id=stock_keeper.id,
            )
        )
        session.flush()
    return lot


def make_clinic(
    session: Session,
    *courses: Course,
    day: date | None = None,
    start: str = "09:00",
    end: str = "12:00",
    minutes: int = 10,
    places: int = 2,
    **fields: Any,
) -> Clinic:
    """A clinic of the day (today unless said), its slots and places cut."""
    day = day or clock.today(PARIS)
    starts_at, ends_at = (clock.at(day, time.fromisoformat(t), PARIS) for t in (start, end))
    starts_at, ends_at = fields.get("starts_at", starts_at), fields.get("ends_at", ends_at)
    clinic = Clinic(
        **{
            "day": day,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "slot_minutes": minutes,
            "places_per_slot": places,
            "opens_at": clock.now() - timedelta(days=30),
            "created_at": clock.now(),
        }
        | fields
    )
    session.add(clinic)
    session.flush()
    for course in courses:
        session.add(ClinicCourse(clinic_id=clinic.id, course_id=course.id))
    step = timedelta(minutes=minutes)
    slots = [
        Slot(
            clinic_id=clinic.id,
            starts_at=starts_at + number * step,
            ends_at=starts_at + (number + 1) * step,
        )
        for number in range((ends_at - starts_at) // step)
    ]
    session.add_all(slots)
    session.flush()
    session.add_all(
        Place(slot_id=slot.id, number=number + 1) for slot in slots for number in range(places)
    )
    session.flush()
    return clinic


def make_slot(session: Session, course: Course, *, places: int = 1, **fields: Any) -> Slot:
    """One slot of ten minutes with so many places, in a clinic of its own."""
    clinic = make_clinic(
        session, course, places=places, **({"start": "09:00", "end": "09:10"} | fields)
    )
    return session.scalars(select(Slot).where(Slot.clinic_id == clinic.id)).one()


def free_place(session: Session, slot: Slot) -> Place:
    """A place of the slot that nobody claims."""
    claimed = select(Appointment.place_id).where(
        Appointment.cancelled_at.is_(None), Appointment.lapsed_at.is_(None)
    )
    statement = (
        select(Place)
        .where(Place.slot_id == slot.id, Place.id.not_in(claimed))
        .order_by(Place.number)
    )
    return session.scalars(statement.limit(1)).one()


def make_reference() -> str:
    """A reference no other test row has."""
    number, letters = next(_counter) + 1000, ""
    for _ in range(8):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return letters


def make_appointment(
    session: Session,
    patient: Patient,
    slot: Slot,
    *courses: Course,
    dose_number: int = 1,
    **fields: Any,
) -> Appointment:
    """A booked appointment for the first dose of these courses."""
    appointment = Appointment(
        **{
            "reference": make_reference(),
            "place_id": fields.get("place_id") or free_place(session, slot).id,
            "patient_id": patient.id,
            "origin": Origin.WEB,
            "booked_at": clock.now() - timedelta(days=2),
        }
        | fields
    )
    session.add(appointment)
    session.flush()
    for course in courses:
        session.add(
            PlannedDose(
                appointment_id=appointment.id,
                course_id=course.id,
                dose_number=dose_number,
                patient_id=appointment.patient_id if appointment.cancelled_at is None else None,
            )
        )
    session.flush()
    session.refresh(appointment)
    return appointment


def make_visit(
    session: Session, appointment: Appointment, *, identified: bool = True, **fields: Any
) -> Visit:
    """The patient is here: checked in and identified by Rosa."""
    rosa = make_staff(session, Role.RECEPTION)
    now = clock.now()
    visit = Visit(
        **{
            "appointment_id": appointment.id,
            "patient_id": appointment.patient_id,
            "day": clock.today(PARIS),
            "queue_number": next(_counter),
            "checked_in_at": now,
            "checked_in_by_id": rosa.id,
        }
        | (
            {
                "identity_document": IdentityDocument.IDENTITY_CARD,
                "identity_checked_at": now,
                "identity_checked_by_id": rosa.id,
            }
            if identified
            else {}
        )
        | fields
    )
    session.add(visit)
    session.flush()
    return visit


def make_interview(
    session: Session, appointment: Appointment, version: str = "2026-1", **answers: Answer
) -> Interview:
    """A questionnaire gone through by Noor; questions that are not named are answered all clear."""
    interview = Interview(
        appointment_id=appointment.id,
        version=version,
        answered_at=clock.now(),
        answered_by_id=make_staff(session, Role.NURSE).id,
    )
    session.add(interview)
    session.flush()
    clear = {q.code: Answer(q.clear_answer) for q in questionnaire(version)}
    for question, answer in (clear | answers).items():
        session.add(InterviewAnswer(interview_id=interview.id, question=question, answer=answer))
    session.flush()
    return interview


def make_decision(
    session: Session, visit: Visit, verdict: Verdict = Verdict.GO, **fields: Any
) -> Decision:
    """Ines has decided, on the latest answers."""
    ines = make_staff(session, Role.DOCTOR)
    latest = select(func.max(Interview.id)).where(Interview.appointment_id == visit.appointment_id)
    decision = Decision(
        **{
            "visit_id": visit.id,
            "interview_id": session.scalar(latest),
            "verdict": verdict,
            "sentence": "Peut recevoir.",
            "decided_at": clock.now(),
            "decided_by_id": ines.id,
            "decided_by_name": ines.full_name,
        }
        | fields
    )
    session.add(decision)
    session.flush()
    return decision


def make_injection(
    session: Session, visit: Visit, course: Course, lot: Lot, **fields: Any
) -> Injection:
    """Noor has given a dose from this lot, and the dose has left the stock."""
    injection = make_record(session, visit, course, lot, **fields)
    session.add(
        StockMovement(
            lot_id=lot.id,
            kind=MovementKind.GIVE,
            doses=-1,
            injection_id=injection.id,
            moved_at=injection.given_at,
            moved_by_id=injection.given_by_id,
        )
    )
    session.flush()
    return injection


def make_record(
    session: Session, visit: Visit, course: Course, lot: Lot, **fields: Any
) -> Injection:
    """The nurse's record alone, its dose not yet taken out of the lot."""
    noor = make_staff(session, Role.NURSE)
    now = fields.pop("given_at", clock.now())
    injection = Injection(
        **{
            "visit_id": visit.id,
            "patient_id": visit.patient_id,
            "course_id": course.id,
            "dose_number": 1,
            "doses_in_course": 1,
            "vaccine_id": lot.vaccine_id,
            "lot_id": lot.id,
            "vaccine_name": lot.vaccine.name,
            "vaccine_cis": lot.vaccine.cis,
            "vaccine_holder": lot.vaccine.holder,
            "lot_number": lot.number,
            "lot_expires_on": lot.expires_on,
            "dose_volume_ul": lot.vaccine.dose_volume_ul,
            "route": lot.vaccine.route,
            "site": Site.DELTOID,
            "side": Side.LEFT,
            "nurse_name": noor.full_name,
            "nurse_profession": noor.profession,
            "given_at": now,
            "given_by_id": noor.id,
            "recorded_at": now,
            "recorded_by_id": noor.id,
        }
        | fields
    )
    session.add(injection)
    session.flush()
    return injection


def make_declared_dose(
    session: Session, patient: Patient, course: Course, **fields: Any
) -> DeclaredDose:
    """A dose given elsewhere, its proof seen."""
    rosa = make_staff(session, Role.RECEPTION)
    dose = DeclaredDose(
        **{
            "patient_id": patient.id,
            "course_id": course.id,
            "dose_number": 1,
            "given_on": date(2026, 1, 5),
            "vaccine_name": "COMIRNATY",
            "proof_seen": True,
            "recorded_at": clock.now(),
            "recorded_by_id": rosa.id,
        }
        | fields
    )
    session.add(dose)
    session.flush()
    return dose
