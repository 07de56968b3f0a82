"""Where a person who came stands: what the rows of a visit amount to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from vaxcentre.models.appointment import PlannedDose
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Decision, Interview, NoInjection, Observation, Visit
from vaxcentre.rules.questionnaire import Question
from vaxcentre.rules.vocabulary import Verdict, VisitStatus


@dataclass(frozen=True)
class Standing:
    """One person who came: the answers, the doctor's word, what was given, and the status."""

    visit: Visit
    interview: Interview | None  # the latest answers, at home or here
    questions: tuple[Question, ...]  # those that concern this person
    is_answered: bool  # every one of them has an answer that still stands, at home or here
    is_outdated: bool  # the condition of a vaccination was declared after they were answered
    doubts: tuple[Question, ...]  # those whose answer a doctor must see
    decision: Decision | None  # the verdict that stands
    overrides: Mapping[int, Decision]  # by course: a soft rule set aside by a doctor
    given: tuple[Injection, ...]
    not_given: tuple[NoInjection, ...]
    observation: Observation | None
    status: VisitStatus

    @property
    def patient(self) -> Patient:
        """Who came."""
        return self.visit.patient

    @property
    def planned(self) -> tuple[PlannedDose, ...]:
        """The doses that this visit is for."""
        return planned_for(self.visit, self.not_given)

    @property
    def open_doses(self) -> tuple[PlannedDose, ...]:
        """The planned doses without an outcome yet."""
        settled = settled_courses(self.given, self.not_given)
        return tuple(dose for dose in self.planned if dose.course_id not in settled)

    @property
    def answers(self) -> dict[str, str]:
        """The latest answers, by question."""
        rows = self.interview.answers if self.interview else []
        return {row.question: row.answer for row in rows}

    @property
    def is_from_home(self) -> bool:
        """Whether the answers were given at home and nobody here has gone through them yet."""
        return self.interview is not None and self.interview.answered_by_id is None

    @property
    def is_to_confirm(self) -> bool:
        """Whether there are answers that have to be gone through with the person."""
        return self.is_from_home or self.is_outdated

    @property
    def has_condition(self) -> bool:
        """Whether the conditions of the planned vaccinations were declared, at home or here."""
        declared = self.visit.appointment.declared_courses
        return bool(self.conditional) and all(c.id in declared for c in self.conditional)

    @property
    def conditional(self) -> tuple[Course, ...]:
        """The planned vaccinations for which a condition says something, at this age."""
        courses = tuple(dose.course for dose in self.open_doses)
        return tuple(course for course in courses if self._is_conditional(course))

    def _is_conditional(self, course: Course) -> bool:
        day = self.visit.day
        months = self.patient.age_in_months_on(day)
        return course.id in self.visit.appointment.declared_courses or any(
            rule.condition and rule.is_in_force_on(day) and rule.admits_age(months)
            for rule in course.dose_rules()
        )

    @property
    def needs_authorisation(self) -> bool:
        """A minor or a protected adult (Code civil, art. 371-1 and 459)."""
        return self.patient.is_minor_on(self.visit.day) or self.patient.is_protected_adult

    @property
    def lacks_authorisation(self) -> bool:
        """Whether nobody has seen the authorisation that this person needs."""
        return self.needs_authorisation and self.visit.authorised_at is None

    def waited_minutes(self, now: datetime) -> int:
        """Full minutes since reception checked them in."""
        return int((now - self.visit.checked_in_at).total_seconds()) // 60

    @property
    def is_ready(self) -> bool:
        """Whether a nurse may call this person now."""
        return self.status is VisitStatus.READY and not self.lacks_authorisation


def planned_for(visit: Visit, not_given: Iterable[NoInjection]) -> tuple[PlannedDose, ...]:
    """The doses a visit is for; one recorded as not given has released its claim, and is shown."""
    refused = {row.course_id for row in not_given}
    return tuple(
        dose
        for dose in visit.appointment.planned_doses
        if dose.released_at is None or dose.course_id in refused
    )


def settled_courses(given: Iterable[Injection], not_given: Iterable[NoInjection]) -> set[int]:
    """The vaccinations of a visit that have their outcome."""
    return {row.course_id for row in given} | {row.course_id for row in not_given}


def standing_verdict(visit: Visit, interview: Interview | None) -> Decision | None:
    """The doctor's last verdict: a "may have it" on the latest answers only, a "no" until revised.

    Asking again until all is clear must not undo what a doctor has refused.
    """
    verdicts = [one for one in visit.decisions if one.overrides_course_id is None]
    last = verdicts[-1] if verdicts else None
    if last is None or not is_go(last):
        return last
    return last if interview is not None and last.interview_id == interview.id else None


def is_go(decision: Decision | None) -> bool:
    """Whether a doctor has said that they may."""
    return decision is not None and decision.verdict in {Verdict.GO, Verdict.GO_LONGER_WATCH}
