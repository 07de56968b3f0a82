"""What lies ahead of the demo's day: three weeks of clinics, second doses, days for pairs."""

from datetime import date, timedelta

from vaxcentre.demo.clinics import office_hours
from vaxcentre.demo.journey import Planned
from vaxcentre.demo.stage import Stage

SUNDAY = 6


def add_weeks_to_come(stage: Stage) -> None:
    """Three weeks of flu and COVID-19, a second-dose clinic, and days for pairs."""
    days = [stage.today + timedelta(days=n) for n in range(1, 22)]
    open_days = [day for day in days if day.weekday() != SUNDAY]
    slots = stage.open(
        [office_hours(day, stage.zone) for day in open_days],
        ("flu-2026", "covid-2026", "zoster"),
        6,
    )
    busy = [slot for slot in slots if (slot.day - stage.today).days <= 2]
    calm = [slot for slot in slots if (slot.day - stage.today).days > 2]
    claims = [(s, p) for s in busy for p in s.place_ids]
    claims += [(s, p) for s in calm for p in s.place_ids[:2] if stage.random.random() < 0.5]
    afternoon = office_hours(_in_three_weeks(stage), stage.zone, 14, 18)
    third_week = stage.open([afternoon], ("zoster",), 6)
    later = [stage.today + timedelta(days=n) for n in range(60, 80)]
    stage.open(
        [office_hours(day, stage.zone) for day in later if day.weekday() in {1, 3}],
        ("zoster",),
        6,
    )
    second = (Planned("zoster", 2, 2),)
    seconds = [(s, p) for s in third_week for p in s.place_ids]
    journeys = [
        stage.book(person, slot, place, second)
        for person, (slot, place) in zip(stage.zoster_due, seconds, strict=False)
    ]
    journeys += [
        stage.book(person, slot, place, stage.wish(is_second=False))
        for person, (slot, place) in zip(stage.next_people, claims, strict=False)
    ]
    stage.let_come(journeys)


def _in_three_weeks(stage: Stage) -> date:
    """The afternoon of second doses; never on a Sunday."""
    day = stage.today + timedelta(days=21)
    return day if day.weekday() != SUNDAY else day + timedelta(days=1)
