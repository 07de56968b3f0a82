"""What lies behind the demo's day: last season's patients, and first doses nine weeks ago."""

from datetime import datetime, time, timedelta

from vaxcentre.demo import centre
from vaxcentre.demo.clinics import office_hours
from vaxcentre.demo.journey import Planned
from vaxcentre.demo.people import plant_people
from vaxcentre.demo.stage import Stage

LAST_SEASON_DAYS = 40
ZOSTER_FIRST = 130


def add_last_season(stage: Stage, count: int) -> None:
    """Everybody who had their flu dose here a year ago."""
    stage.old = plant_people(stage.session, stage.random, count, now=stage.now)
    lot = centre.receive(
        stage.session,
        stage.vaccines["flu"],
        centre.lot_number(stage.random, "U7C"),
        count + 40,
        centre.month_end(stage.today, -4),
        at=stage.now - timedelta(days=420),
        by_id=stage.members["paul"].id,
    )
    stage.left[lot.id] = count + 40
    stage.lots["flu-2025"] = [lot]
    days = [stage.today - timedelta(days=400 - n) for n in range(LAST_SEASON_DAYS)]
    places = -(-count // (LAST_SEASON_DAYS * 48)) + 1
    slots = stage.open([office_hours(day, stage.zone) for day in days], ("flu-2025",), places)
    claims = [(slot, place) for slot in slots for place in slot.place_ids]
    stage.random.shuffle(claims)
    flu = (Planned("flu-2025"),)
    stage.let_come(
        [stage.book(p, s, place, flu) for p, (s, place) in zip(stage.old, claims, strict=False)]
    )
    centre.throw_away(
        stage.session,
        lot,
        stage.left[lot.id],
        at=datetime.combine(lot.expires_on, time(9), stage.zone) + timedelta(days=3),
        by_id=stage.members["paul"].id,
    )


def add_first_zoster_doses(stage: Stage) -> None:
    """People who had their first dose against shingles nine weeks ago."""
    old = [p for p in stage.old if p.is_of_age(66, stage.today)]
    stage.zoster_due = stage.random.sample(old, min(ZOSTER_FIRST, len(old)))
    day = stage.today - timedelta(days=63)
    slots = stage.open([office_hours(day, stage.zone)], ("zoster",), 4)
    claims = [(slot, place) for slot in slots for place in slot.place_ids]
    first = (Planned("zoster", 1, 2),)
    journeys = [
        stage.book(p, slot, place, first)
        for p, (slot, place) in zip(stage.zoster_due, claims, strict=False)
    ]
    stage.let_come(journeys)
