"""Which vaccines the centre uses, and for which courses each one counts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course, CourseVaccine, Vaccine
from vaxcentre.rules.national_list import Presentation, by_gtin
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.starter import starter_courses
from vaxcentre.rules.vocabulary import Route
from vaxcentre.stock import service as stock


class NotInNationalList(Refusal):
    """No presentation of the national list has this code."""

    sentence = N_("The national list of vaccines has no box with the code %(code)s.")


class VaccineAlreadyThere(Refusal):
    """The same presentation was added before."""

    sentence = N_("%(name)s is already one of the centre's vaccines. Open it from the list.")


class AgesCrossed(Refusal):
    """The age ends before it begins."""

    sentence = N_("The upper age must be above the lower one. Check both ages.")
    field = "max_age"


class StillInStock(Refusal):
    """There are doses that a nurse could still draw."""

    sentence = N_(
        "%(doses)s usable doses of %(name)s are still in stock."
        " Use, discard or block them first, then withdraw the vaccine."
    )


class GivenForCourse(Refusal):
    """Doses of this vaccine were given for the course that would be taken away."""

    sentence = N_(
        "%(name)s has been given for “%(course)s” here: it goes on counting for it."
        " If it is not to be given any more, withdraw it from use."
    )
    field = "courses"


@dataclass(frozen=True)
class VaccineRequest:
    """How a vaccine is given here; volumes in microlitres, ages in months (upper end excluded)."""

    dose_volume_ul: int
    route: Route
    doses_per_container: int
    containers_per_box: int
    min_age_months: int
    max_age_months: int | None
    course_ids: frozenset[int]
    minutes_after_opening: int | None = None  # of a container of several doses
    needs_dilution: bool = False


def proposed_courses(session: Session, box: Presentation) -> frozenset[int]:
    """The courses that this box would count for, going by its family.

    Those of the shipped list that accept the family, and those that already accept another
    vaccine of it.
    """
    codes = {
        course.code
        for course in starter_courses()
        if box.family in course.families and (not course.only_cis or box.cis in course.only_cis)
    }
    shipped = {course.code for course in starter_courses()}
    akin = (
        select(CourseVaccine.course_id).join(Vaccine).where(Vaccine.family == box.family).distinct()
    )
    own = set(session.scalars(select(Course.id).where(Course.code.in_(codes))))
    made_here = select(Course.id).where(Course.id.in_(akin), Course.code.not_in(shipped))
    return frozenset(own | set(session.scalars(made_here)))


def add_vaccine(
    session: Session, cip13: str, request: VaccineRequest, *, by_id: int, now: datetime
) -> Vaccine:
    """Take a presentation of the national list into use, as a person has confirmed it.

    Raises:
        NotInNationalList: no such code.
        VaccineAlreadyThere: this CIP is in use, or was withdrawn and can be taken back.
        AgesCrossed: the upper age is not above the lower one.
    """
    box = by_gtin(f"0{cip13}")
    if box is None:
        raise NotInNationalList(code=cip13)
    if session.scalar(select(exists().where(Vaccine.cip13 == cip13))):
        raise VaccineAlreadyThere(name=box.brand)
    vaccine = Vaccine(
        name=box.brand,
        denomination=box.denomination,
        presentation=box.label,
        cis=box.cis,
        cip13=box.cip13,
        gtin14=box.gtin14,
        family=box.family,
        holder=box.holder,
        added_at=now,
        added_by_id=by_id,
    )
    _settle(vaccine, request)
    session.add(vaccine)
    try:
        session.flush()
    except IntegrityError:  # somebody added it in the same second
        raise VaccineAlreadyThere(name=box.brand) from None
    _accept_for(session, vaccine, request.course_ids)
    audit.sign(session, "add_vaccine", vaccine, by_id=by_id, now=now, **_facts(request))
    return vaccine


def change_vaccine(
    session: Session, vaccine_id: int, request: VaccineRequest, *, by_id: int, now: datetime
) -> Vaccine:
    """Correct how a vaccine is given; what was injected keeps the figures of its day.

    Raises:
        AgesCrossed: the upper age is not above the lower one.
        GivenForCourse: a course would be taken away for which it was given.
    """
    vaccine = session.get_one(Vaccine, vaccine_id)
    _settle(vaccine, request)
    _accept_for(session, vaccine, request.course_ids)
    audit.sign(session, "change_vaccine", vaccine, by_id=by_id, now=now, **_facts(request))
    return vaccine


def withdraw_vaccine(
    session: Session, vaccine_id: int, *, by_id: int, now: datetime, day: date
) -> Vaccine:
    """Take a vaccine out of use; what was given stays, nothing is deleted.

    Raises:
        StillInStock: doses are left that could be given on that day.
    """
    vaccine = session.get_one(Vaccine, vaccine_id)
    if vaccine.withdrawn_at is not None:
        return vaccine
    left = usable_doses(session, vaccine_id, day)
    if left:
        raise StillInStock(name=vaccine.name, doses=left)
    vaccine.withdrawn_at = now
    audit.sign(session, "withdraw_vaccine", vaccine, by_id=by_id, now=now)
    return vaccine


def take_back_vaccine(session: Session, vaccine_id: int, *, by_id: int, now: datetime) -> Vaccine:
    """Use a withdrawn vaccine again."""
    vaccine = session.get_one(Vaccine, vaccine_id)
    if vaccine.withdrawn_at is not None:
        vaccine.withdrawn_at = None
        audit.sign(session, "take_back_vaccine", vaccine, by_id=by_id, now=now)
    return vaccine


def usable_doses(session: Session, vaccine_id: int, day: date) -> int:
    """Doses of one vaccine that may be given on that day."""
    return sum(
        doses
        for lot, doses in stock.lots_on_hand(session)
        if lot.vaccine_id == vaccine_id and lot.is_usable_on(day)
    )


def _settle(vaccine: Vaccine, request: VaccineRequest) -> None:
    if request.max_age_months is not None and request.max_age_months <= request.min_age_months:
        raise AgesCrossed
    vaccine.dose_volume_ul = request.dose_volume_ul
    vaccine.route = request.route
    vaccine.doses_per_container = request.doses_per_container
    vaccine.containers_per_box = request.containers_per_box
    vaccine.min_age_months = request.min_age_months
    vaccine.max_age_months = request.max_age_months
    vaccine.minutes_after_opening = request.minutes_after_opening
    vaccine.needs_dilution = request.needs_dilution


def _accept_for(session: Session, vaccine: Vaccine, course_ids: frozenset[int]) -> None:
    """Make the vaccine count for these courses and no other."""
    links = session.scalars(
        select(CourseVaccine).where(CourseVaccine.vaccine_id == vaccine.id)
    ).all()
    for link in links:
        if link.course_id not in course_ids:
            _refuse_where_given(session, vaccine, link)
            session.delete(link)
    for course_id in sorted(course_ids - {link.course_id for link in links}):
        session.add(CourseVaccine(course_id=course_id, vaccine_id=vaccine.id))


def _refuse_where_given(session: Session, vaccine: Vaccine, link: CourseVaccine) -> None:
    given = exists().where(
        Injection.vaccine_id == vaccine.id, Injection.course_id == link.course_id
    )
    if session.scalar(select(given)):
        raise GivenForCourse(name=vaccine.name, course=link.course.name_fr)


def _facts(request: VaccineRequest) -> dict[str, Any]:
    return {
        "dose_volume_ul": request.dose_volume_ul,
        "route": request.route,
        "doses_per_container": request.doses_per_container,
        "containers_per_box": request.containers_per_box,
        "min_age_months": request.min_age_months,
        "max_age_months": request.max_age_months,
        "minutes_after_opening": request.minutes_after_opening,
        "needs_dilution": request.needs_dilution,
        "courses": sorted(request.course_ids),
    }
