"""Write down who came: check-in, decision, injection, observation."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from vaxcentre.demo.journey import Journey, Planned
from vaxcentre.demo.rows import add_rows, put_rows
from vaxcentre.demo.scene import Scene
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import StockMovement
from vaxcentre.models.visit import (
    Decision,
    NoInjection,
    Observation,
    Visit,
)
from vaxcentre.rules.vocabulary import (
    IdentityDocument,
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
    Verdict.NO: "Choc allergique après une dose précédente : pas de nouvelle dose.",
}
REASONS: dict[Verdict | None, NoInjectionReason] = {
    Verdict.LATER: NoInjectionReason.UNWELL,
    Verdict.NO: NoInjectionReason.CONTRAINDICATED,
}


def record_visits(
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
    return scene.members[("noor", "yann", "lucie")[(journey.box or 1) - 1]]


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
        "reason": REASONS.get(journey.verdict, NoInjectionReason.REFUSED),
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
