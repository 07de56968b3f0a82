"""The demo while it is being planted: one step after the other."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.demo import centre
from vaxcentre.demo.clinics import Opening, OpenSlot, around, office_hours, open_clinics
from vaxcentre.demo.journey import Journey, Planned, walk
from vaxcentre.demo.people import Person, plant_people
from vaxcentre.demo.records import record
from vaxcentre.demo.scene import Scene
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.rules.vocabulary import Origin

BOXES = 4
TODAY = 420
LAST_SEASON_DAYS = 40
ZOSTER_FIRST = 130


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
        self.lots = {
            "flu-2026": found["flu"],
            "covid-2026": found["covid"],
            "zoster": found["zoster"],
        }

    def add_last_season(self, count: int) -> None:
        """Everybody who had their flu dose here a year ago."""
        self.old = plant_people(self.session, self.random, count, now=self.now)
        lot = centre.receive(
            self.session,
            self.vaccines["flu"],
            centre.lot_number(self.random, "U7C"),
            count + 40,
            centre.month_end(self.today, -4),
            at=self.now - timedelta(days=420),
            by_id=self.members["paul"].id,
        )
        self.left[lot.id] = count + 40
        self.lots["flu-2025"] = [lot]
        days = [self.today - timedelta(days=400 - n) for n in range(LAST_SEASON_DAYS)]
        places = -(-count // (LAST_SEASON_DAYS * 48)) + 1
        slots = self._open([office_hours(day, self.zone) for day in days], ("flu-2025",), places)
        claims = [(slot, place) for slot in slots for place in slot.place_ids]
        self.random.shuffle(claims)
        flu = (Planned("flu-2025"),)
        self._let_come(
            [self._book(p, s, place, flu) for p, (s, place) in zip(self.old, claims, strict=False)],
            walk_in=False,
        )
        centre.throw_away(
            self.session,
            lot,
            self.left[lot.id],
            at=datetime.combine(lot.expires_on, time(9), self.zone) + timedelta(days=3),
            by_id=self.members["paul"].id,
        )

    def add_first_zoster_doses(self) -> None:
        """People who had their first dose against shingles nine weeks ago."""
        old = [p for p in self.old if p.is_of_age(66, self.today)]
        self.zoster_due = self.random.sample(old, min(ZOSTER_FIRST, len(old)))
        day = self.today - timedelta(days=63)
        slots = self._open([office_hours(day, self.zone)], ("zoster",), 4)
        claims = [(slot, place) for slot in slots for place in slot.place_ids]
        first = (Planned("zoster", 1, 2),)
        journeys = [
            self._book(p, slot, place, first)
            for p, (slot, place) in zip(self.zoster_due, claims, strict=False)
        ]
        self._let_come(journeys, walk_in=False)

    def add_today(self) -> None:
        """Today's 420 appointments, in every state."""
        hours = around(self.now, self.zone)
        slots = self._open(hours, ("flu-2026", "covid-2026", "zoster"), 10)
        claims = [(slot, place) for slot in slots for place in slot.place_ids[:9]]
        self.random.shuffle(claims)
        fresh = plant_people(self.session, Random(self.random.random()), 110, now=self.now)
        due, self.zoster_due = self.zoster_due[:24], self.zoster_due[24:]
        taken = {person.id for person in [*due, *self.zoster_due]}
        elders = [
            p for p in [*self.old, *fresh] if p.is_of_age(65, self.today) and p.id not in taken
        ]
        self.random.shuffle(elders)
        people_today = [*due, *elders[: TODAY - len(due)]]
        self.next_people = elders[TODAY - len(due) :]
        journeys = [
            self._book(person, slot, place, self._wish(index < len(due)))
            for index, (person, (slot, place)) in enumerate(zip(people_today, claims, strict=False))
        ]
        self._let_come(sorted(journeys, key=lambda j: j.slot_starts_at), walk_in=True)

    def add_weeks_to_come(self) -> None:
        """Three weeks of flu and COVID-19, a second-dose clinic, and days for pairs."""
        days = [self.today + timedelta(days=n) for n in range(1, 22)]
        open_days = [day for day in days if day.weekday() != 6]
        slots = self._open(
            [office_hours(day, self.zone) for day in open_days],
            ("flu-2026", "covid-2026", "zoster"),
            6,
        )
        busy = [slot for slot in slots if (slot.day - self.today).days <= 2]
        calm = [slot for slot in slots if (slot.day - self.today).days > 2]
        claims = [(s, p) for s in busy for p in s.place_ids]
        claims += [(s, p) for s in calm for p in s.place_ids[:2] if self.random.random() < 0.5]
        third_week = self._open(
            [office_hours(self.today + timedelta(days=21), self.zone, 14, 18)], ("zoster",), 6
        )
        later = [self.today + timedelta(days=n) for n in range(60, 80)]
        self._open(
            [office_hours(day, self.zone) for day in later if day.weekday() in {1, 3}],
            ("zoster",),
            6,
        )
        second = (Planned("zoster", 2, 2),)
        seconds = [(s, p) for s in third_week for p in s.place_ids]
        journeys = [
            self._book(person, slot, place, second)
            for person, (slot, place) in zip(self.zoster_due, seconds, strict=False)
        ]
        journeys += [
            self._book(person, slot, place, self._wish(is_second=False))
            for person, (slot, place) in zip(self.next_people, claims, strict=False)
        ]
        self._let_come(journeys, walk_in=False)

    def _wish(self, is_second: bool) -> tuple[Planned, ...]:
        if is_second:
            return (Planned("zoster", 2, 2),)
        draw = self.random.random()
        if draw < 0.2:
            return Planned("flu-2026"), Planned("covid-2026")
        return (Planned("covid-2026"),) if draw < 0.26 else (Planned("flu-2026"),)

    def _open(
        self, hours: list[tuple[datetime, datetime]], codes: tuple[str, ...], places: int
    ) -> list[OpenSlot]:
        course_ids = tuple(self.courses[code].id for code in codes)
        return open_clinics(
            self.session,
            [
                Opening(start, end, course_ids, places, min(start, self.now) - timedelta(days=30))
                for start, end in hours
            ],
            self.zone,
            by_id=self.members["max"].id,
            now=min(hours[0][0], self.now) - timedelta(days=35),
        )

    def _book(
        self, person: Person, slot: OpenSlot, place_id: int, doses: tuple[Planned, ...]
    ) -> Journey:
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

    def _let_come(self, journeys: list[Journey], *, walk_in: bool) -> None:
        if walk_in:
            for journey in journeys:
                if journey.slot_starts_at < self.now and self.random.random() < 0.03:
                    journey.origin, journey.cancelled_at = Origin.DESK, None
                    journey.booked_at = journey.slot_starts_at + timedelta(minutes=1)
        scene = Scene(
            moment=self.now,
            random=self.random,
            courses=self.courses,
            lots=self.lots,
            vaccines={v.id: v for v in self.vaccines.values()},
            members=self.members,
            references=self.references,
            left=self.left,
        )
        by_day: dict[date, list[Journey]] = {}
        for journey in journeys:
            by_day.setdefault(journey.day, []).append(journey)
        for day in sorted(by_day):
            walk(by_day[day], self.random, BOXES)
        record(self.session, scene, journeys)
