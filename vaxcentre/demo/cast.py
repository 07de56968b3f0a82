"""See that at the moment of the demo somebody stands at every station, at any hour of the day."""

from datetime import datetime, timedelta
from random import Random

from vaxcentre.demo.journey import MINUTE, Journey, ask_doctor
from vaxcentre.rules.vocabulary import Answer, Verdict

FOR_INTERVIEW = 2
FOR_DOCTOR = 3
WATCH_OVER = 2
FRESH = timedelta(minutes=6)  # whose watch ended so lately may still sit there


def cast(journeys: list[Journey], moment: datetime, random: Random) -> None:
    """Give the last who came a part: two are asked, three wait for the doctor, the rest are ready.

    Who came longest ago stays as they are, so that the boxes have somebody to call.
    """
    waiting = [j for j in journeys if _waits(j, moment)]
    waiting.sort(key=lambda j: j.checked_in_at or moment, reverse=True)
    for journey in waiting[:FOR_INTERVIEW]:
        journey.at_home, journey.answers, journey.verdict = False, {}, None
        journey.interview_at = moment + random.randint(1, 3) * MINUTE
        _later(journey, moment)
    for journey in waiting[FOR_INTERVIEW : FOR_INTERVIEW + FOR_DOCTOR]:
        journey.interview_at = min(journey.interview_at or moment, moment)
        journey.answers = {"anticoagulant": Answer.YES}
        ask_doctor(journey, random, Verdict.GO)
        journey.decided_at = moment + random.randint(2, 6) * MINUTE
        _later(journey, moment)
    for journey in waiting[FOR_INTERVIEW + FOR_DOCTOR :]:
        journey.answers, journey.verdict, journey.decided_at = {}, None, None
        journey.interview_at = min(journey.interview_at or moment, moment)
    for journey in [j for j in journeys if _has_just_left(j, moment)][:WATCH_OVER]:
        journey.left_at = moment + MINUTE


def _waits(journey: Journey, moment: datetime) -> bool:
    """Whether the person is here and in no box, and nobody has sent them home."""
    if journey.checked_in_at is None or journey.checked_in_at > moment:
        return False
    if journey.verdict in {Verdict.NO, Verdict.LATER}:
        return False
    return journey.called_at is None or journey.called_at > moment


def _has_just_left(journey: Journey, moment: datetime) -> bool:
    if journey.given_at is None or journey.left_at is None or journey.left_at > moment:
        return False
    return moment - FRESH < journey.given_at + journey.watch_minutes * MINUTE <= moment


def _later(journey: Journey, moment: datetime) -> None:
    """What follows lies ahead, whatever the walk had planned."""
    journey.called_at = journey.given_at = journey.turned_away_at = None
    journey.left_at = journey.box = None
    assert journey.checked_in_at is not None
    assert journey.checked_in_at <= moment
