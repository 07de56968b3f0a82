"""Write down of each journey what has happened by the moment of the demo."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from vaxcentre.demo.journey import Journey, Planned
from vaxcentre.demo.rows import add_rows, put_rows
from vaxcentre.models.appointment import Appointment, OutboxMessage, PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.models.visit import (
    Decision,
    Interview,
    InterviewAnswer,
    NoInjection,
    Observation,
    Visit,
)
from vaxcentre.rules.course import age_in_years
from vaxcentre.rules.questionnaire import questions_for
from vaxcentre.rules.reference import new_reference
from vaxcentre.rules.starter import current_version, questionnaire
from vaxcentre.rules.vocabulary import (
    Answer,
    IdentityDocument,
    MessageKind,
    MovementKind,
    NextStep,
    NoInjectionReason,
    Outcome,
    Side,
    Site,
    Verdict,
)

Row = dict[str, Any]
DOCUMENTS = (
    (IdentityDocument.IDENTITY_CARD, 70),
    (IdentityDocument.VITALE_CARD, 18),
    (IdentityDocument.PASSPORT, 10),
    (IdentityDocument.RESIDENCE_PERMIT, 2),
)
SENTENCES = {
    Verdict.GO: "Sous anticoagulant : peut recevoir, appuyer deux minutes.",
    Verdict.GO_LONGER_WATCH: "Allergie mal connue : peut recevoir, surveillance de 30 minutes.",
    Verdict.LATER: "Fièvre ce matin : revenir quand elle sera passée.",
}


@dataclass
class Scene:
    """What the journeys of one day share."""

    moment: datetime
    random: Random
    courses: dict[str, Course]
    lots: dict[str, list[Lot]]  # by course code, in the order they are used up
    vaccines: dict[int, Vaccine]
    members: dict[str, StaffMember]
    references: set[str]
    left: Counter[int] = field(default_factory=Counter)  # doses by lot
    used: dict[tuple[int, str], Lot] = field(default_factory=dict)

    def has_happened(self, at: datetime | None) -> bool:
        """Whether this moment lies behind us."""
        return at is not None and at <= self.moment

    def reference(self) -> str:
        """A reference nobody has yet."""
        while True:
            found = new_reference(self.random)
            if found not in self.references:
                self.references.add(found)
                return found

    def draw(self, box: int, course: str) -> Lot:
        """The lot in use in this box, or the next that has doses."""
        lot = self.used.get((box, course))
        if lot is None or self.left[lot.id] <= 0:
            lot = next(found for found in self.lots[course] if self.left[found.id] > 0)
            self.used[box, course] = lot
        self.left[lot.id] -= 1
        return lot


def record(session: Session, scene: Scene, journeys: list[Journey]) -> None:
    """Write all rows of these journeys, in a few large inserts."""
    booked = [journey for journey in journeys if scene.has_happened(journey.booked_at)]
    appointment_ids = add_rows(session, Appointment, [_appointment(scene, j) for j in booked])
    appointments = list(zip(appointment_ids, booked, strict=True))
    put_rows(
        session,
        PlannedDose,
        [_planned(scene, number, j, dose) for number, j in appointments for dose in j.doses],
    )
    put_rows(session, OutboxMessage, [_told(number, j) for number, j in appointments if j.email])
    interviews = _record_interviews(session, scene, appointments)
    here = [(n, j) for n, j in appointments if scene.has_happened(j.checked_in_at)]
    _record_visits(session, scene, sorted(here, key=_arrival), interviews)


def _arrival(pair: tuple[int, Journey]) -> datetime:
    return pair[1].checked_in_at or pair[1].booked_at


def _appointment(scene: Scene, journey: Journey) -> Row:
    cancelled = journey.cancelled_at if scene.has_happened(journey.cancelled_at) else None
    return {
        "reference": scene.reference(),
        "place_id": journey.place_id,
        "patient_id": journey.patient_id,
        "origin": journey.origin,
        "booked_at": journey.booked_at,
        "phone": journey.phone,
        "email": journey.email,
        "cancelled_at": cancelled,
        "cancel_reason": "Empêchement" if cancelled else None,
    }


def _planned(scene: Scene, number: int, journey: Journey, dose: Planned) -> Row:
    return {
        "appointment_id": number,
        "course_id": scene.courses[dose.course].id,
        "dose_number": dose.dose_number,
        "patient_id": journey.patient_id,
        "released_at": journey.cancelled_at if scene.has_happened(journey.cancelled_at) else None,
    }


def _told(number: int, journey: Journey) -> Row:
    return {
        "appointment_id": number,
        "kind": MessageKind.CONFIRMATION,
        "queued_at": journey.booked_at,
        "sent_at": journey.booked_at + timedelta(seconds=4),
        "attempts": 1,
        "next_try_at": journey.booked_at,
    }


def _record_interviews(
    session: Session, scene: Scene, appointments: list[tuple[int, Journey]]
) -> dict[int, int]:
    asked = [(n, j) for n, j in appointments if scene.has_happened(j.interview_at)]
    nurse = scene.members["lucie"].id
    ids = add_rows(
        session,
        Interview,
        [
            {
                "appointment_id": number,
                "version": current_version(),
                "answered_at": journey.interview_at,
                "answered_by_id": None if journey.at_home else nurse,
            }
            for number, journey in asked
        ],
    )
    put_rows(
        session,
        InterviewAnswer,
        [row for key, (_n, j) in zip(ids, asked, strict=True) for row in _answers(scene, key, j)],
    )
    return {number: key for key, (number, _j) in zip(ids, asked, strict=True)}


def _answers(scene: Scene, interview_id: int, journey: Journey) -> list[Row]:
    courses = [(d.course, scene.courses[d.course].disease) for d in journey.doses]
    asked = questions_for(
        questionnaire(), courses=courses, age_in_years=age_in_years(journey.birth_on, journey.day)
    )
    return [
        {
            "interview_id": interview_id,
            "question": question.code,
            "answer": journey.answers.get(question.code, Answer(question.clear_answer.value)),
        }
        for question in asked
    ]


def _record_visits(
    session: Session,
    scene: Scene,
    here: list[tuple[int, Journey]],
    interviews: dict[int, int],
) -> None:
    numbers: Counter[date] = Counter()
    rows = []
    for number, journey in here:
        numbers[journey.day] += 1
        rows.append(_visit(scene, number, journey, numbers[journey.day]))
    visits = list(zip(add_rows(session, Visit, rows), here, strict=True))
    put_rows(
        session,
        Decision,
        [
            _decision(scene, visit_id, interviews.get(number), journey)
            for visit_id, (number, journey) in visits
            if journey.verdict and scene.has_happened(journey.decided_at)
        ],
    )
    put_rows(
        session,
        NoInjection,
        [
            _not_given(scene, visit_id, journey, dose)
            for visit_id, (_n, journey) in visits
            if scene.has_happened(journey.turned_away_at)
            for dose in journey.doses
        ],
    )
    given = [(v, j) for v, (_n, j) in visits if scene.has_happened(j.given_at)]
    _record_injections(session, scene, given)
    put_rows(session, Observation, [_observation(scene, v, j) for v, j in given])


def _visit(scene: Scene, number: int, journey: Journey, queue_number: int) -> Row:
    rosa = scene.members["rosa"].id
    document = scene.random.choices([d for d, _w in DOCUMENTS], weights=[w for _d, w in DOCUMENTS])[
        0
    ]
    called = scene.has_happened(journey.called_at)
    return {
        "appointment_id": number,
        "patient_id": journey.patient_id,
        "day": journey.day,
        "queue_number": queue_number,
        "checked_in_at": journey.checked_in_at,
        "checked_in_by_id": rosa,
        "identity_document": document,
        "identity_checked_at": journey.checked_in_at,
        "identity_checked_by_id": rosa,
        "called_at": journey.called_at if called else None,
        "called_by_id": _nurse(scene, journey).id if called else None,
        "box": journey.box if called else None,
    }


def _nurse(scene: Scene, journey: Journey) -> StaffMember:
    return scene.members[("noor", "yann", "lucie", "noor")[(journey.box or 1) - 1]]


def _decision(scene: Scene, visit_id: int, interview_id: int | None, journey: Journey) -> Row:
    ines = scene.members["ines"]
    verdict = journey.verdict or Verdict.GO
    return {
        "visit_id": visit_id,
        "interview_id": interview_id,
        "verdict": verdict,
        "sentence": SENTENCES[verdict],
        "observation_minutes": 30 if verdict is Verdict.GO_LONGER_WATCH else None,
        "not_before_on": journey.day + timedelta(days=7) if verdict is Verdict.LATER else None,
        "decided_at": journey.decided_at,
        "decided_by_id": ines.id,
        "decided_by_name": ines.full_name,
    }


def _not_given(scene: Scene, visit_id: int, journey: Journey, dose: Planned) -> Row:
    is_ill = journey.verdict is Verdict.LATER
    return {
        "visit_id": visit_id,
        "course_id": scene.courses[dose.course].id,
        "reason": NoInjectionReason.UNWELL if is_ill else NoInjectionReason.REFUSED,
        "next_step": NextStep.REBOOK if is_ill else NextStep.NONE,
        "recorded_at": journey.turned_away_at,
        "recorded_by_id": scene.members["lucie"].id,
    }


def _record_injections(session: Session, scene: Scene, given: list[tuple[int, Journey]]) -> None:
    given = sorted(given, key=lambda pair: pair[1].given_at or pair[1].booked_at)
    rows = [
        _injection(scene, visit_id, journey, dose, place)
        for visit_id, journey in given
        for place, dose in enumerate(journey.doses)
    ]
    ids = add_rows(session, Injection, rows)
    put_rows(
        session,
        StockMovement,
        [
            {
                "lot_id": row["lot_id"],
                "kind": MovementKind.GIVE,
                "doses": -1,
                "injection_id": number,
                "moved_at": row["given_at"],
                "moved_by_id": row["given_by_id"],
            }
            for number, row in zip(ids, rows, strict=True)
        ],
    )


def _injection(scene: Scene, visit_id: int, journey: Journey, dose: Planned, place: int) -> Row:
    lot = scene.draw(journey.box or 1, dose.course)
    vaccine, nurse = scene.vaccines[lot.vaccine_id], _nurse(scene, journey)
    given_at = journey.given_at or journey.booked_at
    sides = (Side.LEFT, Side.RIGHT) if journey.patient_id % 4 else (Side.RIGHT, Side.LEFT)
    return {
        "visit_id": visit_id,
        "patient_id": journey.patient_id,
        "course_id": scene.courses[dose.course].id,
        "dose_number": dose.dose_number,
        "doses_in_course": dose.of,
        "vaccine_id": vaccine.id,
        "lot_id": lot.id,
        "outcome": Outcome.GIVEN,
        "vaccine_name": vaccine.name,
        "vaccine_cis": vaccine.cis,
        "vaccine_holder": vaccine.holder,
        "lot_number": lot.number,
        "lot_expires_on": lot.expires_on,
        "dose_volume_ul": vaccine.dose_volume_ul,
        "route": vaccine.route,
        "site": Site.DELTOID,
        "side": sides[place % 2],
        "box": journey.box,
        "nurse_name": nurse.full_name,
        "nurse_profession": nurse.profession,
        "given_at": given_at,
        "given_by_id": nurse.id,
        "recorded_at": given_at,
        "recorded_by_id": nurse.id,
    }


def _observation(scene: Scene, visit_id: int, journey: Journey) -> Row:
    left = scene.has_happened(journey.left_at)
    return {
        "visit_id": visit_id,
        "started_at": journey.given_at,
        "minutes": journey.watch_minutes,
        "left_at": journey.left_at if left else None,
        "left_noted_by_id": scene.members["rosa"].id if left else None,
    }
