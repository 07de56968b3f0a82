"""What the pages on vaccines, courses and rules show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot, StockMovement
from vaxcentre.models.vaccine import Course, CourseRule, CourseVaccine, Vaccine


@dataclass(frozen=True)
class VaccineLine:
    """A vaccine with what it counts for and the doses on hand."""

    vaccine: Vaccine
    courses: tuple[Course, ...]
    doses: int


@dataclass(frozen=True)
class CourseLine:
    """A course with what it lacks before it can be booked."""

    course: Course
    vaccines: tuple[Vaccine, ...]
    rules: int
    unconfirmed: int


@dataclass(frozen=True)
class CoursePage:
    """A course, its rules of today and later by schedule, and those that have ended."""

    course: Course
    schedules: dict[str, list[CourseRule]]
    ended: list[CourseRule]
    vaccines: tuple[Vaccine, ...]
    names: dict[int, str]

    @property
    def unconfirmed(self) -> int:
        """How many rules wait for the doctor."""
        return sum(rule.confirmed_at is None for rules in self.schedules.values() for rule in rules)


def vaccine_lines(session: Session) -> list[VaccineLine]:
    """Every vaccine of the centre by name; those withdrawn last."""
    doses = _doses_by_vaccine(session)
    vaccines = session.scalars(
        select(Vaccine)
        .options(selectinload(Vaccine.accepted_for).joinedload(CourseVaccine.course))
        .order_by(Vaccine.withdrawn_at.is_not(None), Vaccine.name, Vaccine.id)
    )
    return [
        VaccineLine(
            vaccine, tuple(link.course for link in vaccine.accepted_for), doses.get(vaccine.id, 0)
        )
        for vaccine in vaccines
    ]


def vaccine_line(session: Session, vaccine_id: int) -> VaccineLine | None:
    """One vaccine, or nothing."""
    return next((line for line in vaccine_lines(session) if line.vaccine.id == vaccine_id), None)


def vaccine_with_cip(session: Session, cip13: str) -> Vaccine | None:
    """The vaccine of this presentation, if the centre has it."""
    return session.scalar(select(Vaccine).where(Vaccine.cip13 == cip13))


def courses(session: Session) -> list[Course]:
    """Every course in the order of the screens."""
    return list(session.scalars(select(Course).order_by(Course.position, Course.id)))


def course_lines(session: Session, day: date) -> list[CourseLine]:
    """Every course with its vaccines in use, and how many rules wait for the doctor."""
    rows = session.scalars(
        select(Course)
        .options(
            selectinload(Course.rules),
            selectinload(Course.accepted).joinedload(CourseVaccine.vaccine),
        )
        .order_by(Course.position, Course.id)
    )
    return [_course_line(course, day) for course in rows]


def course_page(session: Session, course_id: int, day: date) -> CoursePage | None:
    """One course with all its rules, or nothing."""
    course = session.get(Course, course_id)
    if course is None:
        return None
    rules = sorted(course.rules, key=_order)
    schedules: defaultdict[str, list[CourseRule]] = defaultdict(list)
    for rule in rules:
        if not _has_ended(rule, day):
            schedules[rule.schedule].append(rule)
    return CoursePage(
        course=course,
        schedules=dict(schedules),
        ended=[rule for rule in rules if _has_ended(rule, day)],
        vaccines=_in_use(course),
        names=_names(session, (rule.confirmed_by_id for rule in rules)),
    )


def rule_of_course(session: Session, course_id: int, rule_id: int) -> CourseRule | None:
    """A rule, if it is one of this course."""
    rule = session.get(CourseRule, rule_id)
    return rule if rule is not None and rule.course_id == course_id else None


def _course_line(course: Course, day: date) -> CourseLine:
    rules = [rule for rule in course.rules if not _has_ended(rule, day)]
    waiting = sum(rule.confirmed_at is None for rule in rules)
    return CourseLine(course, _in_use(course), len(rules), waiting)


def _in_use(course: Course) -> tuple[Vaccine, ...]:
    found = (link.vaccine for link in course.accepted if link.vaccine.withdrawn_at is None)
    return tuple(sorted(found, key=lambda vaccine: vaccine.name))


def _has_ended(rule: CourseRule, day: date) -> bool:
    return rule.valid_until is not None and rule.valid_until <= day


def _order(rule: CourseRule) -> tuple[int, str, int, date]:
    return rule.min_age_months, rule.schedule, rule.dose_number, rule.valid_from


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {number for number in ids if number is not None}
    rows = session.scalars(select(StaffMember).where(StaffMember.id.in_(wanted)))
    return {member.id: member.full_name for member in rows}


def _doses_by_vaccine(session: Session) -> dict[int, int]:
    total = func.sum(StockMovement.doses)
    rows = session.execute(
        select(Lot.vaccine_id, total).join(StockMovement).group_by(Lot.vaccine_id)
    )
    return {vaccine_id: int(doses) for vaccine_id, doses in rows}
