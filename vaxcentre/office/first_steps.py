"""What a new centre still lacks before its first appointment, in the order in which it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.models.clinic import Centre, Clinic
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import StockMovement
from vaxcentre.models.vaccine import CourseRule, Vaccine
from vaxcentre.rules.refusal import N_


@dataclass(frozen=True)
class Step:
    """Something to do once, where it is done, and whether it is."""

    label: str
    endpoint: str
    is_done: bool


def steps(session: Session, today: date) -> list[Step]:
    """The steps of a first day; none where all are done."""
    centre = session.scalars(select(Centre)).one()
    agents = session.scalar(select(func.count(StaffMember.id))) or 0
    found = [
        Step(
            N_("Fill in the centre’s card: address and phone"),
            "office.centre",
            bool(centre.phone and centre.commune),
        ),
        Step(N_("Make an account for each agent"), "office_staff.people", agents > 1),
        Step(
            N_("Choose the vaccines from the national list"),
            "office_vaccines.vaccines",
            _any(session, Vaccine.withdrawn_at.is_(None)),
        ),
        Step(
            N_("Have the doctor confirm the rules of what you give"),
            "office_vaccines.all_courses",
            _any(session, CourseRule.confirmed_at.is_not(None)),
        ),
        Step(
            N_("Have the stock keeper receive the doses"),
            "stock.lots",
            _any(session, StockMovement.doses > 0),
        ),
        Step(
            N_("Open the first clinic"), "office_clinics.week", _any(session, Clinic.day >= today)
        ),
        Step(N_("Name the mail server"), "messages.server", bool(centre.smtp_host)),
    ]
    return [] if all(step.is_done for step in found) else found


def _any(session: Session, condition: object) -> bool:
    return bool(session.scalar(select(select(1).where(condition).exists())))  # type: ignore[arg-type]
