"""Plant the demo: last season's patients, today in the middle of its day, the weeks to come."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.demo import agents, centre, season, today, weeks
from vaxcentre.demo.people import plant_people
from vaxcentre.demo.stage import Stage
from vaxcentre.models.clinic import Centre

__all__ = ["plant", "plant_people"]


def plant(
    session: Session, *, seed: int, now: datetime, zone: ZoneInfo, past_patients: int = 12_000
) -> list[agents.Login]:
    """Fill an empty database around this moment; the same for the same seed and moment.

    Only the secrets of the agents' one-time links differ each time; they are given back once, to be
    printed.
    """
    random = Random(f"{seed} {now.isoformat(timespec='seconds')}")
    centre.name_centre(session, now=now)
    members = agents.hire(session, now=now - timedelta(days=500))
    stage = Stage(session, random, now, zone, members)
    stage.set_up()
    season.add_last_season(stage, past_patients)
    season.add_first_zoster_doses(stage)
    today.add_today(stage)
    weeks.add_weeks_to_come(stage)
    row = session.get_one(Centre, 1)
    audit.sign(session, "plant_demo", row, by_id=members["max"].id, now=now, seed=seed)
    return agents.invite(session, members, now=now)
