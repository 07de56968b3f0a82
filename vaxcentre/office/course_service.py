"""What the centre vaccinates against, in plain words."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.names import fold
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import PairChoice


class CourseAlreadyThere(Refusal):
    """Another course of this disease has the same season."""

    sentence = N_("There is already a vaccination for this disease in this season: %(name)s.")
    field = "season"


@dataclass(frozen=True)
class CourseRequest:
    """A course in plain words, in both languages."""

    name_fr: str
    name_en: str
    who_fr: str
    who_en: str
    condition_fr: str
    condition_en: str
    pair_choice: PairChoice
    is_offered: bool
    position: int


def create_course(
    session: Session,
    request: CourseRequest,
    *,
    disease: str,
    season: str,
    by_id: int,
    now: datetime,
) -> Course:
    """Add a vaccination that the shipped list does not have, or the next season of one.

    `disease` is compared between courses: a dose of last season holds back this season's.

    Raises:
        CourseAlreadyThere: the same disease and season are there under the same code.
    """
    code = f"{_slug(disease)}-{_slug(season)}"[:40].strip("-")
    same = session.scalar(select(Course).where(Course.code == code))
    if same is not None:
        raise CourseAlreadyThere(name=same.name_fr)
    course = Course(
        code=code, disease=disease[:40], season=season, created_at=now, **asdict(request)
    )
    session.add(course)
    audit.sign(session, "create_course", course, by_id=by_id, now=now, code=code)
    return course


def change_course(
    session: Session, course_id: int, request: CourseRequest, *, by_id: int, now: datetime
) -> Course:
    """Change the words of a course, whether it is offered, how its pairs are booked."""
    course = session.get_one(Course, course_id)
    changed = [name for name, value in asdict(request).items() if getattr(course, name) != value]
    for name in changed:
        setattr(course, name, getattr(request, name))
    if changed:
        audit.sign(session, "change_course", course, by_id=by_id, now=now, changed=changed)
    return course


def _slug(words: str) -> str:
    """Small letters and digits with hyphens between the words."""
    return "-".join(filter(None, (fold(word) for word in words.replace("-", " ").split())))
