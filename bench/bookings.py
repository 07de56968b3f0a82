"""The booking service (hold, then confirm; audit and outbox rows included) against bare commits."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from bench.floors import BareBookings
from bench.timing import Ratio, in_turns, per_second
from vaxcentre import clock, create_app
from vaxcentre.booking import service
from vaxcentre.booking.service import HoldRequest, Person, PlannedFor
from vaxcentre.database import transaction
from vaxcentre.demo.centre import name_centre
from vaxcentre.demo.clinics import Opening, office_hours, open_clinics
from vaxcentre.demo.names import FAMILY
from vaxcentre.models.clinic import Slot
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.vaccine import Course, CourseRule

PARIS = ZoneInfo("Europe/Paris")
DAYS = 30
PLACES = 60


def open_centre(folder: Path, places: int = PLACES) -> tuple[Flask, int]:
    """A centre with one course and a month of wide clinics; gives the course's id back."""
    app = create_app(INSTANCE=folder)
    now = clock.now()
    with app.app_context():
        upgrade()
        with transaction() as session:
            name_centre(session, now=now)
            max_renard = StaffMember(
                short_name="max", given_name="Max", family_name="Renard", created_at=now
            )
            course = _course(now)
            session.add_all([max_renard, course])
            session.flush()
            days = [clock.today(PARIS) + timedelta(days=n) for n in range(2, 2 + DAYS)]
            openings = [
                Opening(office_hours(day, PARIS), (course.id,), places, now - timedelta(days=1))
                for day in days
            ]
            open_clinics(session, openings, by_id=max_renard.id, now=now)
            return app, course.id


def _course(now: datetime) -> Course:
    rule = CourseRule(
        dose_number=1,
        source_title="Bench",
        valid_from=date(2020, 1, 1),
        confirmed_at=now,
        created_at=now,
    )
    return Course(
        code="bench",
        disease="influenza",
        season="life",
        name_fr="Grippe",
        name_en="Flu",
        who_fr="Tous.",
        who_en="All.",
        created_at=now,
        rules=[rule],
    )


class Bookings:
    """Books one place after another, each time for somebody new."""

    def __init__(self, app: Flask, course_id: int) -> None:
        self.app, self.course_id = app, course_id
        with app.app_context(), transaction() as session:
            slots = list(session.scalars(select(Slot.id)))
        self.slots = itertools.cycle(slots)
        self.number = itertools.count()

    def book(self) -> None:
        """Hold and confirm: two transactions, as on the public pages, counted as one booking."""
        number = next(self.number)
        request = HoldRequest(next(self.slots), (PlannedFor(self.course_id, 1),))
        with transaction() as session:
            held = service.hold(session, request, by_id=None, now=clock.now()).id
        person = Person(
            family_name=f"{FAMILY[number % len(FAMILY)]}{'abcdefghij'[number // 200 % 10]}",
            given_names="Ada",
            birth_on=date(1948, 1, 1) + timedelta(days=number % 9000),
            phone="+33199001234",
            email=f"ada{number}@courriel.example",
        )
        with transaction() as session:
            service.confirm(session, (held,), person, by_id=None, now=clock.now())


def booking_against_commits(folder: Path, rounds: int, seconds: float) -> Ratio:
    """Bookings a second over durable bare commits a second, in turns."""
    app, course_id = open_centre(folder / "centre")
    bookings, bare = Bookings(app, course_id), BareBookings(folder)
    with app.app_context():
        ours, floor = in_turns(
            lambda: per_second(bookings.book, seconds),
            lambda: per_second(bare.book, seconds),
            rounds,
        )
    return Ratio("booking service / raw commits", ours, floor, "a second", 0.12, 0.2)
