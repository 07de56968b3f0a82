"""The questions before an injection, whom they concern, and which answers a doctor must see."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import Answer


class UnansweredQuestion(Refusal):
    """A question that concerns this person has no answer (fact: `code` of the first one)."""

    sentence = N_("Please answer every question. If you do not know, choose “I do not know”.")


@dataclass(frozen=True)
class Question:
    """One question of one version, in both languages, with the line the nurse sees."""

    version: str
    code: str
    question_fr: str
    question_en: str
    help_fr: str
    help_en: str
    clear_answer: Answer  # the answer that raises no doubt
    only_for: frozenset[str]  # course codes or diseases; empty means every course
    not_for: frozenset[str]
    only_sex: str  # "F", "M" or "" for everybody
    min_age: int | None  # years, inclusive
    max_age: int | None  # years, exclusive
    alert_fr: str
    alert_en: str

    def concerns_course(self, code: str, disease: str) -> bool:
        """Say whether the question is asked before a dose of this course."""
        names = {code, disease}
        return (not self.only_for or bool(names & self.only_for)) and not names & self.not_for

    def concerns_person(self, age_in_years: int, sex: str) -> bool:
        """Say whether the question is asked of somebody of this age and sex ("" not known)."""
        if self.only_sex and sex and sex != self.only_sex:
            return False
        return (self.min_age is None or age_in_years >= self.min_age) and (
            self.max_age is None or age_in_years < self.max_age
        )


def questions_for(
    questions: Iterable[Question],
    *,
    courses: Collection[tuple[str, str]],
    age_in_years: int,
    sex: str = "",
) -> tuple[Question, ...]:
    """Pick the questions for one person and the courses planned, as (code, disease) pairs.

    A question is asked where it concerns at least one of the courses. Somebody whose sex is not
    recorded is asked the questions of both.
    """
    return tuple(
        question
        for question in questions
        if question.concerns_person(age_in_years, sex)
        and any(question.concerns_course(code, disease) for code, disease in courses)
    )


def needs_doctor(
    questions: Iterable[Question], answers: Mapping[str, Answer]
) -> tuple[Question, ...]:
    """List the questions whose answer a doctor must look at; empty means ready.

    `answers` are by question code; those to other questions are left aside.

    Raises:
        UnansweredQuestion: one of these questions has no answer.
    """
    asked = tuple(questions)
    for question in asked:
        if answers.get(question.code) not in tuple(Answer):
            raise UnansweredQuestion(code=question.code)
    return tuple(q for q in asked if answers[q.code] != q.clear_answer)
