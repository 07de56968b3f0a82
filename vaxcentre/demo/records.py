"""Write down of each journey what has happened by the moment of the demo."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from vaxcentre.demo.journey import Journey, Planned
from vaxcentre.demo.names import why_cancelled
from vaxcentre.demo.rows import add_rows, put_rows
from vaxcentre.demo.scene import Scene
from vaxcentre.demo.visit_records import record_visits
from vaxcentre.models.appointment import Appointment, OutboxMessage, PlannedDose
from vaxcentre.models.visit import (
    Interview,
    InterviewAnswer,
)
from vaxcentre.rules.course import age_in_years
from vaxcentre.rules.questionnaire import questions_for
from vaxcentre.rules.starter import current_version, questionnaire
from vaxcentre.rules.vocabulary import (
    Answer,
    MessageKind,
)

Row = dict[str, Any]


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
    record_visits(session, scene, sorted(here, key=_arrival), interviews)


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
        "cancel_reason": why_cancelled(scene.random) if cancelled else None,
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
