"""Open clinics, and change when their booking opens."""

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.models.clinic import Centre, Clinic, ClinicCourse, Place, Slot
from vaxcentre.models.locks import ALONE
from vaxcentre.office.clinic_plan import ClinicRequest, Plan, make_plan
from vaxcentre.office.clinic_refusals import (
    BeyondDoses,
    ClinicAlreadyThere,
    ClinicClosed,
    OpensAfterStart,
)
from vaxcentre.office.dose_cover import covers


def open_clinics(
    session: Session, request: ClinicRequest, *, by_id: int, now: datetime, zone: ZoneInfo
) -> list[int]:
    """Open a clinic and its weekly repeat, with all slots and places; give their numbers.

    Raises:
        ClinicAlreadyThere: one of them is open already (a second tab, a colleague).
        BeyondDoses: places without a dose behind them, and no reason given.
        and all that `make_plan` raises.
    """
    one_opening_at_a_time(session)
    plan = make_plan(request, zone=zone, now=now)
    _refuse_twins(session, plan)
    day = clock.local_day(now, zone)
    reason = beyond_doses(
        session,
        plan.request.course_ids,
        plan.places_by_day,
        plan.request.beyond_doses_reason,
        day=day,
        now=now,
    )
    ids = _write_clinics(session, plan, reason, by_id=by_id, now=now)
    _write_places(session, plan, _write_slots(session, plan, ids))
    first = session.get_one(Clinic, ids[0])
    audit.sign(
        session,
        "open_clinics",
        first,
        by_id=by_id,
        now=now,
        clinics=ids,
        slots=plan.slots,
        places=plan.places,
        beyond_doses=reason,
    )
    return ids


def change_opening(
    session: Session,
    clinic_id: int,
    opens_at: datetime,
    *,
    whole_series: bool,
    by_id: int,
    now: datetime,
) -> int:
    """Let booking open at another moment, for one clinic or for all that were opened with it.

    Raises:
        ClinicClosed: it is closed.
        OpensAfterStart: the clinic would have begun.
    """
    clinic = lock_clinic(session, clinic_id)
    if opens_at >= clinic.starts_at:
        raise OpensAfterStart(starts_at=clinic.starts_at)
    changed = [clinic]
    if whole_series and clinic.series:
        changed = _rest_of_series(session, clinic, opens_at)
    for each in changed:
        each.opens_at = opens_at
    audit.sign(
        session,
        "change_opening",
        clinic,
        by_id=by_id,
        now=now,
        opens_at=opens_at.isoformat(),
        clinics=[each.id for each in changed],
    )
    return len(changed)


def one_opening_at_a_time(session: Session) -> None:
    """Two managers must not count the same doses behind the places of both."""
    session.scalars(select(Centre.id).with_for_update(**ALONE)).one()


def beyond_doses(
    session: Session,
    course_ids: Collection[int],
    places_by_day: Mapping[date, int],
    reason: str,
    *,
    day: date,
    now: datetime,
) -> str | None:
    """The reason to keep, where places would have no dose behind them; None where all have one.

    Raises:
        BeyondDoses: they would have none, and nobody says why they are wanted all the same.
    """
    short = [
        cover
        for cover in covers(session, course_ids, places_by_day, day=day, now=now)
        if cover.is_short
    ]
    if not short:
        return None
    if not reason:
        worst = max(short, key=lambda cover: cover.missing)
        raise BeyondDoses(course=worst.course.short_name("fr"), missing=worst.missing)
    return reason[:300]


def lock_clinic(session: Session, clinic_id: int) -> Clinic:
    clinic = session.get_one(Clinic, clinic_id, with_for_update=ALONE, populate_existing=True)
    if clinic.closed_at is not None:
        raise ClinicClosed
    return clinic


def _rest_of_series(session: Session, clinic: Clinic, opens_at: datetime) -> list[Clinic]:
    return list(
        session.scalars(
            select(Clinic)
            .where(
                Clinic.series == clinic.series,
                Clinic.closed_at.is_(None),
                Clinic.starts_at > opens_at,
                Clinic.starts_at >= clinic.starts_at,
            )
            .order_by(Clinic.starts_at, Clinic.id)
            .with_for_update(**ALONE)
        )
    )


def _refuse_twins(session: Session, plan: Plan) -> None:
    wanted = set(plan.request.course_ids)
    open_ones = session.scalars(
        select(Clinic)
        .where(
            Clinic.closed_at.is_(None),
            Clinic.day.between(plan.clinics[0].day, plan.clinics[-1].day),
        )
        .options(selectinload(Clinic.courses))
    )
    there = {
        (clinic.starts_at, clinic.ends_at)
        for clinic in open_ones
        if {offered.course_id for offered in clinic.courses} == wanted
    }
    for planned in plan.clinics:
        if (planned.starts_at, planned.ends_at) in there:
            raise ClinicAlreadyThere(day=planned.day)


def _write_clinics(
    session: Session, plan: Plan, reason: str | None, *, by_id: int, now: datetime
) -> list[int]:
    request, series = plan.request, secrets.token_hex(10)
    rows = [
        {
            "day": clinic.day,
            "starts_at": clinic.starts_at,
            "ends_at": clinic.ends_at,
            "slot_minutes": request.slot_minutes,
            "places_per_slot": request.places_per_slot,
            "opens_at": request.opens_at or now,
            "series": series,
            "created_at": now,
            "created_by_id": by_id,
            "beyond_doses_reason": reason,
        }
        for clinic in plan.clinics
    ]
    in_order = insert(Clinic).returning(Clinic.id, sort_by_parameter_order=True)
    ids = list(session.scalars(in_order, rows))
    links = [
        {"clinic_id": clinic_id, "course_id": course_id}
        for clinic_id in ids
        for course_id in request.course_ids
    ]
    session.execute(insert(ClinicCourse), links)
    return ids


def _write_slots(session: Session, plan: Plan, ids: list[int]) -> list[int]:
    rows = [
        {"clinic_id": clinic_id, "starts_at": starts_at, "ends_at": ends_at}
        for clinic_id, clinic in zip(ids, plan.clinics, strict=True)
        for starts_at, ends_at in clinic.slots
    ]
    in_order = insert(Slot).returning(Slot.id, sort_by_parameter_order=True)
    return list(session.scalars(in_order, rows))


def _write_places(session: Session, plan: Plan, slot_ids: list[int]) -> None:
    numbers = range(1, plan.request.places_per_slot + 1)
    rows = [{"slot_id": slot_id, "number": number} for slot_id in slot_ids for number in numbers]
    session.execute(insert(Place), rows)
