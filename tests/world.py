"""A small centre in the middle of its day, with something on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests import make
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.clinic import Slot
from vaxcentre.models.visit import Observation
from vaxcentre.rules.questionnaire import questions_for
from vaxcentre.rules.starter import questionnaire
from vaxcentre.rules.vocabulary import Answer, Verdict

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class World:
    """The numbers a test may want to open directly."""

    course_id: int
    clinic_id: int
    lot_id: int
    reference: str
    birth: str
    patient_id: int


def build(now: datetime | None = None) -> World:
    """Ada is expected, Ben waits, Cleo is for the doctor, Dan is watched, Eve was cancelled."""
    now = now or clock.now()
    start = now.astimezone(PARIS).replace(minute=0, second=0, microsecond=0)
    with transaction() as session:
        flu = make.make_course(session, short_fr="Grippe", short_en="Flu")
        covid = make.make_course(session, "covid-2026", short_fr="Covid-19", short_en="COVID-19")
        lot = make.make_lot(session, make.make_vaccine(session, flu), doses=200)
        covid_lot = make.make_lot(
            session,
            make.make_vaccine(session, covid, name="COMIRNATY", dose_volume_ul=300),
            doses=100,
            number="HE2241",
        )
        clinic = make.make_clinic(
            session,
            flu,
            covid,
            day=start.date(),
            start="00:00",
            end="23:50",
            minutes=30,
            places=6,
        )
        for days in (1, 2, 7, 8):
            make.make_clinic(session, flu, covid, day=start.date() + timedelta(days=days))
        slots = session.query(Slot).filter(Slot.clinic_id == clinic.id).order_by(Slot.starts_at)
        here = next(slot for slot in slots if slot.ends_at > now)
        ada = make.make_patient(session, phone="+33199001234")
        expected = make.make_appointment(session, ada, here, flu, email="ada@courriel.example")
        asked = _answers({})
        for given, notes in (("Ben", {}), ("Cleo", {"anticoagulant": Answer.YES}), ("Dan", {})):
            patient = make.make_patient(session, given)
            appointment = make.make_appointment(session, patient, here, flu)
            visit = make.make_visit(session, appointment)
            make.make_interview(session, appointment, **{**asked, **notes})
            if given == "Dan":
                make.make_decision(session, visit, Verdict.GO)
                make.make_injection(session, visit, flu, lot, box=1)
                session.add(Observation(visit_id=visit.id, started_at=now, minutes=15))
        eve = make.make_patient(session, "Eve")
        make.make_appointment(session, eve, here, covid, cancelled_at=now - timedelta(days=1))
        session.flush()
        del covid_lot
        return World(
            course_id=flu.id,
            clinic_id=clinic.id,
            lot_id=lot.id,
            reference=expected.reference,
            birth="14/03/1948",
            patient_id=ada.id,
        )


def _answers(different: dict[str, Answer]) -> dict[str, Answer]:
    asked = questions_for(
        questionnaire(), courses=[("influenza-2026", "influenza")], age_in_years=78
    )
    return {q.code: different.get(q.code, Answer(q.clear_answer.value)) for q in asked}


def noon_today() -> datetime:
    """Noon at the centre, for a test that must not run into midnight."""
    return datetime.combine(clock.today(PARIS), time(12), PARIS)
