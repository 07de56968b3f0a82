"""Give a new centre the courses and rules it starts with, none of them confirmed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.vaccine import Course, CourseRule
from vaxcentre.rules.starter import StarterCourse, StarterRule, starter_courses

FOR_LIFE = "life"
# Where the disease's own name is too long for a list, or says too little.
SHORT = {
    "hpv": ("HPV", "HPV"),
    "mmr": ("ROR", "MMR"),
    "rsv-pregnancy": ("VRS, grossesse", "RSV, pregnancy"),
    "dtcap-25": ("dTcaP", "dTcaP"),
    "dtp-45": ("dTP", "dTP"),
    "dtp-65": ("dTP", "dTP"),
    "dtp-75": ("dTP", "dTP"),
    "dtp-85": ("dTP", "dTP"),
}


def plant_courses(session: Session, *, now: datetime) -> int:
    """Add each shipped course that the centre does not have yet; tell how many.

    A course that is there stays as the centre has made it: its words and rules may have changed.
    """
    known = set(session.scalars(select(Course.code)))
    new = [
        (position, starter)
        for position, starter in enumerate(starter_courses(), start=1)
        if starter.code not in known
    ]
    for position, starter in new:
        _plant(session, starter, position=position * 10, now=now)
    return len(new)


def _plant(session: Session, starter: StarterCourse, *, position: int, now: datetime) -> None:
    course = Course(
        code=starter.code,
        disease=starter.disease,
        season=starter.season or FOR_LIFE,
        name_fr=starter.name_fr,
        name_en=starter.name_en,
        short_fr=SHORT.get(starter.code, (starter.disease_fr, starter.disease_en))[0],
        short_en=SHORT.get(starter.code, (starter.disease_fr, starter.disease_en))[1],
        who_fr=starter.who_fr,
        who_en=starter.who_en,
        condition_fr=starter.declared_condition_fr,
        condition_en=starter.declared_condition_en,
        position=position,
        created_at=now,
        rules=[_rule(rule, now) for rule in starter.rules],
    )
    session.add(course)
    audit.sign(session, "plant_course", course, by_id=None, now=now, rules=len(starter.rules))


def _rule(starter: StarterRule, now: datetime) -> CourseRule:
    """The shipped row, never confirmed: that is for the centre's doctor."""
    rule = starter.rule
    return CourseRule(
        schedule=rule.schedule,
        dose_number=rule.dose_number,
        min_age_months=rule.min_age_months,
        max_age_months=rule.max_age_months,
        min_days=rule.min_days,
        target_days=rule.target_days,
        max_days=rule.max_days,
        observation_minutes=rule.observation_minutes,
        condition=rule.condition,
        source_title=starter.source_title,
        source_url=starter.source_url,
        source_on=starter.source_on,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        created_at=now,
    )
