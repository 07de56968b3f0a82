"""The demo's own day: 420 appointments, and somebody in every state."""

from random import Random

from vaxcentre.demo.clinics import around
from vaxcentre.demo.loose_ends import hold_some, undo_one
from vaxcentre.demo.people import plant_people
from vaxcentre.demo.stage import Stage

TODAY = 420
USUAL_SLOTS = 48  # of the eight hours; near midnight fewer are left of the day


def add_today(stage: Stage) -> None:
    """Today's 420 appointments, in every state; near midnight, tomorrow's first ones too."""
    hours = around(stage.now, stage.zone)
    claimed = -(-TODAY // hours[0].slots)  # in each slot; one place stays for who comes now
    slots = stage.open(hours, ("flu-2026", "covid-2026", "zoster"), claimed + 1)
    claims = [(slot, place) for slot in slots for place in slot.place_ids[:claimed]]
    stage.random.shuffle(claims)
    claims.sort(key=lambda claim: claim[0].day)  # today's first
    tomorrow = sum(slot.day > stage.today for slot, _place in claims)
    fresh = plant_people(stage.session, Random(stage.random.random()), 110, now=stage.now)
    due, stage.zoster_due = stage.zoster_due[:24], stage.zoster_due[24:]
    taken = {person.id for person in [*due, *stage.zoster_due]}
    elders = [p for p in [*stage.old, *fresh] if p.is_of_age(65, stage.today) and p.id not in taken]
    stage.random.shuffle(elders)
    people = [*due, *elders[: TODAY - len(due) + tomorrow]]
    stage.next_people = elders[len(people) - len(due) :]
    chosen = [*claims[: min(TODAY, len(people))], *claims[len(claims) - tomorrow :]]
    journeys = [
        stage.book(person, slot, place, stage.wish(index < len(due)))
        for index, (person, (slot, place)) in enumerate(zip(people, chosen, strict=False))
    ]
    journeys.sort(key=lambda journey: journey.slot_starts_at)
    stage.let_come(journeys, is_today=True, pace=min(1, hours[0].slots / USUAL_SLOTS))
    hold_some(stage, slots)
    undo_one(stage)
