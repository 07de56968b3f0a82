"""The demo while it is being planted: what all its days share."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.demo import centre
from vaxcentre.demo.cast import cast
from vaxcentre.demo.clinics import (
    Hours,
    Opening,
    OpenSlot,
    open_clinics,
)
from vaxcentre.demo.journey import MINUTE, Journey, Pause, Planned, walk
from vaxcentre.demo.people import Person
from vaxcentre.demo.records import record
from vaxcentre.demo.scene import Scene
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.rules.vocabulary import Origin

BOXES = 3
PAUSE = timedelta(minutes=20)


class Stage:
    """The demo while it is being planted."""

    courses: dict[str, Course]
    vaccines: dict[str, Vaccine]
    lots: dict[str, list[Lot]]

    def __init__(
        self,
        session: Session,
        random: Random,
        now: datetime,
        zone: ZoneInfo,
        members: dict[str, StaffMember],
    ) -> None:
        self.session, self.random, self.now, self.zone = session, random, now, zone
        self.members = members
        self.today = now.astimezone(zone).date()
        self.references: set[str] = set()
        self.left: Counter[int] = Counter()
        self.old: list[Person] = []
        self.zoster_due: list[Person] = []
        self.next_people: list[Person] = []

    def set_up(self) -> None:
        """Courses, vaccines and five lots."""
        session, paul = self.session, self.members["paul"].id
        self.courses = centre.offer(
            session, by_id=self.members["ines"].id, now=self.now, day=self.today
        )
        self.vaccines = centre.stock_vaccines(session, self.courses, by_id=paul, now=self.now)
        plan = (
            ("flu", "U8A", 480, 7, 12),
            ("flu", "U8B", 400, 9, 3),
            ("covid", "HE", 240, 4, 6),
            ("zoster", "ZX", 300, 11, 60),
        )
        found: dict[str, list[Lot]] = {"flu": [], "covid": [], "zoster": []}
        for key, prefix, doses, months, days in plan:
            lot = centre.receive(
                session,
                self.vaccines[key],
                centre.lot_number(self.random, prefix),
                doses,
                centre.month_end(self.today, months),
                at=self.now - timedelta(days=days),
                by_id=paul,
            )
            self.left[lot.id] = doses
            found[key].append(lot)
        for key, doses, ahead in (("flu", 6000, 2), ("covid", 1800, 4), ("zoster", 900, 6)):
            day = self.today + timedelta(days=ahead)
            at = self.now - timedelta(days=3)
            centre.announce(session, self.vaccines[key], doses, day, at=at, by_id=paul)
        self.lots = {
            "flu-2026": found["flu"],
            "covid-2026": found["covid"],
            "zoster": found["zoster"],
        }

    def reference(self) -> str:
        """A reference nobody has yet."""
        return self.scene().reference()

    def wish(self, is_second: bool) -> tuple[Planned, ...]:
        """What somebody comes for."""
        if is_second:
            return (Planned("zoster", 2, 2),)
        draw = self.random.random()
        if draw < 0.2:
            return Planned("flu-2026"), Planned("covid-2026")
        return (Planned("covid-2026"),) if draw < 0.26 else (Planned("flu-2026"),)

    def open(self, hours: list[Hours], codes: tuple[str, ...], places: int) -> list[OpenSlot]:
        """Open clinics at these hours; their slots in order of time."""
        course_ids = tuple(self.courses[code].id for code in codes)
        return open_clinics(
            self.session,
            [
                Opening(
                    each, course_ids, places, min(each.starts_at, self.now) - timedelta(days=30)
                )
                for each in hours
            ],
            by_id=self.members["max"].id,
            now=min(hours[0].starts_at, self.now) - timedelta(days=35),
        )

    def book(
        self, person: Person, slot: OpenSlot, place_id: int, doses: tuple[Planned, ...]
    ) -> Journey:
        """Somebody has booked this place, on the web or by phone; one in thirty cancels."""
        origin = Origin.WEB if self.random.random() < 0.6 else Origin.PHONE
        ahead = timedelta(days=self.random.randint(1, 20), minutes=self.random.randint(0, 600))
        booked_at = min(slot.starts_at, self.now) - ahead
        if origin is Origin.PHONE:
            local = booked_at.astimezone(self.zone)
            hour = time(self.random.randint(9, 17), self.random.randint(0, 59))
            booked_at = datetime.combine(local.date() - timedelta(days=1), hour, self.zone)
        cancelled = self.random.random() < 0.03
        return Journey(
            patient_id=person.id,
            birth_on=person.birth_on,
            place_id=place_id,
            slot_starts_at=slot.starts_at,
            day=slot.day,
            doses=doses,
            origin=origin,
            booked_at=booked_at,
            email=person.email if origin is Origin.WEB else None,
            phone=person.phone,
            cancelled_at=booked_at + timedelta(hours=self.random.randint(1, 20))
            if cancelled
            else None,
        )

    def scene(self) -> Scene:
        """What the journeys of one day share."""
        return Scene(
            moment=self.now,
            random=self.random,
            courses=self.courses,
            lots=self.lots,
            vaccines={v.id: v for v in self.vaccines.values()},
            members=self.members,
            references=self.references,
            left=self.left,
        )

    def let_come(self, journeys: list[Journey], *, is_today: bool = False, pace: float = 1) -> None:
        """Let these people come, as far as the moment of the demo, and write it all down."""
        pause = Pause(self.now - PAUSE, self.now) if is_today else None
        if is_today:
            for journey in journeys:
                has_begun = journey.slot_starts_at + 2 * MINUTE < self.now
                if has_begun and self.random.random() < 0.03:
                    journey.origin, journey.cancelled_at = Origin.DESK, None
                    journey.booked_at = journey.slot_starts_at + MINUTE
        by_day: dict[date, list[Journey]] = {}
        for journey in journeys:
            by_day.setdefault(journey.day, []).append(journey)
        for day in sorted(by_day):
            walk(by_day[day], self.random, BOXES, pause=pause, pace=pace)
            if is_today and day == self.today:
                cast(by_day[day], self.now, self.random)
        record(self.session, self.scene(), journeys)
