"""What the interview's pages read."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vaxcentre.interview.standing import Standing
from vaxcentre.models.visit import Interview
from vaxcentre.rules.vocabulary import VisitStatus


@dataclass(frozen=True)
class Waiting:
    """Everybody who is here and not yet vaccinated, by what they need."""

    to_ask: tuple[Standing, ...]
    for_doctor: tuple[Standing, ...]
    ready: tuple[Standing, ...]
    called: tuple[Standing, ...]
    refused: tuple[Standing, ...]


def sort_waiting(people: Iterable[Standing]) -> Waiting:
    """Sort the people who are here by what they need; those who lack a paper need it first."""
    everyone = tuple(people)

    def these(status: VisitStatus) -> tuple[Standing, ...]:
        return tuple(one for one in everyone if one.status is status)

    unpapered = tuple(one for one in these(VisitStatus.READY) if one.lacks_authorisation)
    return Waiting(
        to_ask=(*these(VisitStatus.TO_INTERVIEW), *unpapered),
        for_doctor=these(VisitStatus.FOR_DOCTOR),
        ready=tuple(one for one in everyone if one.is_ready),
        called=these(VisitStatus.CALLED),
        refused=these(VisitStatus.REFUSED),
    )


def latest_answers(session: Session, appointment_id: int) -> dict[str, str]:
    """The latest answers given at home for an appointment, by question; empty where none were.

    What a nurse or a doctor has written down is not shown to who opens the appointment.
    """
    statement = (
        select(Interview)
        .where(Interview.appointment_id == appointment_id, Interview.answered_by_id.is_(None))
        .options(selectinload(Interview.answers))
        .order_by(Interview.id.desc())
        .limit(1)
    )
    found = session.scalars(statement).first()
    return {row.question: row.answer for row in found.answers} if found else {}
