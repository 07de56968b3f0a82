"""Plant the demo: last season's patients, today in the middle of its day, the weeks to come."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.demo import centre
from vaxcentre.demo.people import plant_people
from vaxcentre.demo.stage import Stage
from vaxcentre.models.clinic import Centre

__all__ = ["plant", "plant_people"]


def plant(
    session: Session, *, seed: int, now: datetime, zone: ZoneInfo, past_patients: int = 12_000
) -> list[centre.Login]:
    """Fill an empty database around this moment; the same for the same seed and moment.

    Only the agents' passwords differ each time; they are given back once, to be printed.
    """
    random = Random(f"{seed} {now.isoformat(timespec='seconds')}")
    centre.name_centre(session, now=now)
    members, logins = centre.hire(session, now=now - timedelta(days=500))
    stage = Stage(session, random, now, zone, members)
    stage.set_up()
    stage.add_last_season(past_patients)
    stage.add_first_zoster_doses()
    stage.add_today()
    stage.add_weeks_to_come()
    row = session.get_one(Centre, 1)
    audit.sign(session, "plant_demo", row, by_id=members["max"].id, now=now, seed=seed)
    return logins
