"""Which questions concern whom, and which answers go to the doctor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcentre.rules.questionnaire import (
    Question,
    UnansweredQuestion,
    needs_doctor,
    questions_for,
)
from vaxcentre.rules.starter import questionnaire
from vaxcentre.rules.vocabulary import Answer

FLU, COVID, HPV = ("flu-2026", "influenza"), ("covid-2026", "covid-19"), ("hpv", "hpv")
PREGNANCY = ("rsv-pregnancy", "rsv")
ANSWERS = st.sampled_from(Answer)


def codes(*courses: tuple[str, str], age: int, sex: str = "") -> set[str]:
    asked = questions_for(questionnaire(), courses=courses, age_in_years=age, sex=sex)
    return {question.code for question in asked}


def clear_answers(questions: tuple[Question, ...]) -> dict[str, Answer]:
    return {question.code: question.clear_answer for question in questions}


def test_a_man_of_78_is_not_asked_about_a_pregnancy() -> None:
    assert not {"pregnant", "breastfeeding"} & codes(FLU, age=78, sex="M")
    assert {"ill_today", "severe_allergy", "anticoagulant"} <= codes(FLU, age=78, sex="M")


def test_pregnancy_is_asked_from_12_to_54() -> None:
    asked_at = [age for age in range(90) if "pregnant" in codes(FLU, age=age, sex="F")]
    assert asked_at == list(range(12, 55))


def test_somebody_whose_sex_is_not_recorded_is_asked() -> None:
    assert "pregnant" in codes(FLU, age=30)


def test_a_question_for_one_disease_is_asked_with_that_disease_only() -> None:
    assert "covid_recent" not in codes(FLU, age=70)
    assert "covid_recent" in codes(FLU, COVID, age=70)


def test_being_pregnant_is_no_question_where_the_vaccination_is_for_it() -> None:
    assert "pregnant" not in codes(PREGNANCY, age=30, sex="F")
    assert "weeks_32_36" in codes(PREGNANCY, age=30, sex="F")
    assert "pregnant" in codes(PREGNANCY, FLU, age=30, sex="F")


def test_clear_answers_need_no_doctor() -> None:
    assert needs_doctor(questionnaire(), clear_answers(questionnaire())) == ()


@given(st.sampled_from(questionnaire()), ANSWERS)
def test_any_other_answer_goes_to_the_doctor(question: Question, answer: Answer) -> None:
    answers = clear_answers(questionnaire()) | {question.code: answer}
    doubtful = needs_doctor(questionnaire(), answers)
    assert doubtful == (() if answer == question.clear_answer else (question,))


@given(st.sampled_from(questionnaire()))
def test_silence_is_not_an_answer(question: Question) -> None:
    answers = clear_answers(questionnaire())
    del answers[question.code]
    with pytest.raises(UnansweredQuestion) as refusal:
        needs_doctor(questionnaire(), answers)
    assert refusal.value.facts == {"code": question.code}


def test_a_word_that_is_no_answer_counts_as_silence() -> None:
    answers = clear_answers(questionnaire()) | {"ill_today": "perhaps"}
    with pytest.raises(UnansweredQuestion):
        needs_doctor(questionnaire(), answers)  # type: ignore[arg-type]
