"""Which questions concern a person, and which of their answers a doctor must see."""

from collections.abc import Iterable, Mapping
from datetime import date

from vaxcentre.models.patient import Patient
from vaxcentre.models.vaccine import Course
from vaxcentre.models.visit import Interview
from vaxcentre.rules.questionnaire import (
    Question,
    UnansweredQuestion,
    needs_doctor,
    questions_for,
)
from vaxcentre.rules.starter import current_version, questionnaire
from vaxcentre.rules.vocabulary import Answer, Sex

SEX_LETTER = {Sex.FEMALE: "F", Sex.MALE: "M", Sex.UNKNOWN: ""}


def questions_of(
    patient: Patient, courses: Iterable[Course], day: date, version: str | None = None
) -> tuple[Question, ...]:
    """The questions for this person before doses of these courses, in the version they answered."""
    return questions_for(
        questionnaire(version or current_version()),
        courses=[(course.code, course.disease) for course in courses],
        age_in_years=patient.age_in_years_on(day),
        sex=SEX_LETTER[patient.sex],
    )


def doubts_of(
    questions: tuple[Question, ...], interview: Interview | None
) -> tuple[Question, ...] | None:
    """The questions whose answer raises a doubt; None where one has no answer at all."""
    if interview is None:
        return None
    try:
        return needs_doctor(
            questions, as_answers({a.question: a.answer for a in interview.answers})
        )
    except UnansweredQuestion:
        return None


def as_answers(texts: Mapping[str, str]) -> dict[str, Answer]:
    """Answers as the rules know them; what is no answer is left out."""
    known = {answer.value for answer in Answer}
    return {code: Answer(text) for code, text in texts.items() if text in known}


def shown_question(question: Question, language: str) -> tuple[str, str]:
    """The question and its help, in the reader's language."""
    if language == "en":
        return question.question_en, question.help_en
    return question.question_fr, question.help_fr


def shown_alert(question: Question, language: str) -> str:
    """What the nurse reads where the answer raises a doubt."""
    return question.alert_en if language == "en" else question.alert_fr


def short_label(question: Question, language: str) -> str:
    """The question in two or three words, as the nurse reads it beside its answer."""
    alert = shown_alert(question, language)
    title, colon, _rest = alert.partition(":")
    is_named = bool(colon) and question.clear_answer is Answer.NO
    return title.strip() if is_named else shown_question(question, language)[0]
