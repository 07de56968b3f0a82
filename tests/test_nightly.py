"""What has had its time is put away at night, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tests import make
from vaxcentre import clock, nightly
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.staff import Attempt, OneTimeKey, StaffSession
from vaxcentre.rules.vocabulary import AttemptKind, Role


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def make_hold(session: Session, given: str, minutes_left: int, **fields: Any) -> int:
    course = make.make_course(session, f"influenza-{given}")
    slot = make.make_slot(session, course, day=clock.today(make.PARIS) + timedelta(days=3))
    return make.make_appointment(
        session,
        make.make_patient(session, given),
        slot,
        course,
        **{
            "booked_at": None,
            "held_until": clock.now() + timedelta(minutes=minutes_left),
        }
        | fields,
    ).id


def test_it_ends_holds_that_ran_out(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        dead = make_hold(session, "Ada", -1)
        alive = make_hold(session, "Ben", 5)
        booked = make_hold(session, "Cleo", -1, booked_at=now)
    with transaction() as session:
        assert nightly.end_dead_holds(session, now=now) == 1
    with transaction() as session:
        ended = session.get_one(Appointment, dead)
        assert ended.lapsed_at == now
        assert [dose.released_at for dose in ended.planned_doses] == [now]
        assert all(session.get_one(Appointment, n).lapsed_at is None for n in (alive, booked))
    with transaction() as session:
        assert nightly.end_dead_holds(session, now=now) == 0


def test_it_ends_more_holds_than_one_statement_takes(app: Flask) -> None:
    before, nightly.AT_ONCE = nightly.AT_ONCE, 2
    try:
        with transaction() as session:
            for number in range(5):
                make_hold(session, f"Ada{number}", -1)
        with transaction() as session:
            assert nightly.end_dead_holds(session, now=clock.now()) == 5
            left = select(func.count()).where(Appointment.lapsed_at.is_(None))
            assert session.scalar(left) == 0
    finally:
        nightly.AT_ONCE = before


def test_it_forgets_keys_of_forms_after_two_days(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        for key, hours in (("old", 49), ("young", 47)):
            session.add(OneTimeKey(key=key, result="/", used_at=now - timedelta(hours=hours)))
    with transaction() as session:
        assert nightly.forget_old_keys(session, now=now) == 1
        assert session.scalars(select(OneTimeKey.key)).all() == ["young"]


def test_it_forgets_failed_tries_after_a_day(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        for hours in (25, 23):
            session.add(
                Attempt(
                    kind=AttemptKind.PASSWORD,
                    subject=str(hours),
                    address="a",
                    failed_at=now - timedelta(hours=hours),
                )
            )
    with transaction() as session:
        assert nightly.forget_old_attempts(session, now=now) == 1
        assert session.scalars(select(Attempt.subject)).all() == ["23"]


def test_it_forgets_who_sat_where_after_three_months(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        rosa = make.make_staff(session, Role.RECEPTION)
        for desk, signed_in, ended in (
            ("ended long ago", 92, 91),
            ("never signed out", 91, None),
            ("ended lately", 92, 89),
            ("here now", 0, None),
        ):
            session.add(
                StaffSession(
                    desk=desk,
                    staff_member_id=rosa.id,
                    signed_in_at=now - timedelta(days=signed_in),
                    last_seen_at=now,
                    ended_at=None if ended is None else now - timedelta(days=ended),
                )
            )
    with transaction() as session:
        assert nightly.forget_old_seats(session, now=now) == 2
        left = session.scalars(select(StaffSession.desk).order_by(StaffSession.id)).all()
        assert left == ["ended lately", "here now"]


def test_the_night_does_all_of_it_and_folds_the_log_back(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        session.add(OneTimeKey(key="old", result="/", used_at=now - timedelta(days=3)))
    done = nightly.run(now=now)
    assert done == {
        "end_dead_holds": 0,
        "forget_old_keys": 1,
        "forget_old_attempts": 0,
        "forget_kept_forms": 0,
        "forget_old_seats": 0,
    }
    with transaction() as session:
        assert count(session, OneTimeKey) == 0
    address = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if address.get_backend_name() == "sqlite":
        nightly.run(now=now)
        assert Path(f"{address.database}-wal").stat().st_size == 0
