"""The shipped courses, rules and questions: whole, sourced, unconfirmed, and true to the texts."""

import csv
import shutil
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from vaxcentre.rules.course import DoseRule, schedule_for
from vaxcentre.rules.starter import (
    DATA,
    StarterCourse,
    StarterError,
    current_version,
    questionnaire,
    starter_courses,
)

TODAY = date(2026, 11, 21)
FIVE_MONTHS = 150


def course(code: str) -> StarterCourse:
    return next(course for course in starter_courses() if course.code == code)


def rules_of(code: str) -> list[DoseRule]:
    return [starter.rule for starter in course(code).rules]


def schedule(code: str, born_on: date, *conditions: str) -> list[tuple[int | None, int | None]]:
    rows = schedule_for(
        rules_of(code), birth_on=born_on, first_dose_on=TODAY, on=TODAY, conditions=conditions
    )
    return [(row.min_days, row.max_days) for row in rows]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("courses.csv", "course_rules.csv", "questionnaire.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def change_first_row(path: Path, **cells: str) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    rows[0].update(cells)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


class TestWhatIsShipped:
    def test_every_disease_of_the_list_is_there(self) -> None:
        assert {course.disease for course in starter_courses()} == {
            "influenza", "covid-19", "hpv", "zoster", "pneumococcus", "rsv", "pertussis", "dtp",
            "mmr", "hepatitis-b",
        }  # fmt: skip

    def test_no_rule_is_confirmed_and_each_has_an_official_source(self) -> None:
        sites = (
            "sante.gouv.fr", "service-public.fr", "service-public.gouv.fr", "ars.sante.fr",
            "medicaments.gouv.fr", "vaccination-info-service.fr",
        )  # fmt: skip
        for starter in (s for course in starter_courses() for s in course.rules):
            assert not starter.rule.is_confirmed
            assert starter.source_title
            assert starter.source_url.split("/")[2].endswith(sites)
            assert starter.source_on < TODAY

    def test_each_course_is_described_in_both_languages(self) -> None:
        for shipped in starter_courses():
            texts = [shipped.name_fr, shipped.name_en, shipped.who_fr, shipped.who_en]
            texts += [shipped.disease_fr, shipped.disease_en]
            assert all(texts)
            assert shipped.families

    def test_each_question_is_written_in_both_languages(self) -> None:
        for question in questionnaire():
            for field in fields(question):
                if field.name.endswith(("_fr", "_en")):
                    assert getattr(question, field.name)

    def test_french_has_no_straight_apostrophe_nor_breaking_space_before_a_mark(self) -> None:
        for name in ("courses.csv", "questionnaire.csv"):
            with (DATA / name).open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines, delimiter=";"):
                    for text in (text for key, text in row.items() if key.endswith("_fr")):
                        assert "'" not in text
                        assert not any(f" {mark}" in text for mark in "?!:;»")

    def test_questions_are_for_courses_or_diseases_that_exist(self) -> None:
        known = {c.code for c in starter_courses()} | {c.disease for c in starter_courses()}
        for question in questionnaire():
            assert question.only_for <= known | {"yellow-fever"}
            assert question.not_for <= known


class TestTheFigures:
    def test_hpv_takes_two_doses_before_15_and_three_from_15(self) -> None:
        assert schedule("hpv", date(2011, 11, 22)) == [(None, None), (FIVE_MONTHS, 397)]
        assert len(schedule("hpv", date(2011, 11, 21))) == 3
        assert schedule("hpv", date(1999, 11, 21)) == []

    def test_zoster_is_two_months_apart_and_sooner_with_weak_defences(self) -> None:
        assert schedule("zoster", date(1950, 1, 1))[1] == (59, 184)
        assert schedule("zoster", date(1990, 1, 1)) == []
        assert schedule("zoster", date(1990, 1, 1), "immunocompromised")[1] == (28, 62)

    def test_covid_waits_six_months_and_three_from_80(self) -> None:
        assert schedule("covid-2026", date(1946, 11, 22)) == [(181, None)]
        assert schedule("covid-2026", date(1946, 11, 21)) == [(89, None)]

    def test_flu_is_open_at_65_and_at_any_adult_age_with_a_risk(self) -> None:
        assert len(schedule("flu-2026", date(1961, 11, 21))) == 1
        assert schedule("flu-2026", date(1961, 11, 22)) == []
        assert len(schedule("flu-2026", date(1961, 11, 22), "flu_risk")) == 1

    def test_hepatitis_b_takes_two_doses_in_teenagers_who_are_not_exposed(self) -> None:
        assert len(schedule("hepb", date(2014, 1, 1))) == 2
        assert len(schedule("hepb", date(2014, 1, 1), "hepb_exposed")) == 3
        assert len(schedule("hepb", date(2018, 1, 1))) == 3
        assert schedule("hepb", date(1990, 1, 1)) == []

    def test_measles_is_caught_up_for_all_born_since_1980(self) -> None:
        assert len(schedule("mmr", date(1980, 1, 1))) == 2
        assert schedule("mmr", date(1979, 11, 1)) == []


class TestReading:
    @pytest.mark.parametrize(
        "cells",
        [
            {"source_title": ""},
            {"source_url": ""},
            {"source_url": "http://example.org"},
            {"source_on": ""},
            {"min_days": "90", "max_days": "30"},
            {"max_age_months": "12"},
            {"valid_until": "2020-01-01"},
            {"observation_minutes": "0"},
            {"dose_number": "two"},
        ],
    )
    def test_it_refuses_a_rule_without_source_or_sense(
        self, folder: Path, cells: dict[str, str]
    ) -> None:
        change_first_row(folder / "course_rules.csv", **cells)
        with pytest.raises(StarterError, match="line 2"):
            starter_courses(folder)

    @pytest.mark.parametrize(
        ("cells", "message"),
        [
            ({"course": "unknown"}, "no such course"),
            ({"dose_number": "2"}, "left out"),
            ({"condition": "wealth"}, "undeclared condition"),
        ],
    )
    def test_it_refuses_a_rule_that_fits_no_course(
        self, folder: Path, cells: dict[str, str], message: str
    ) -> None:
        change_first_row(folder / "course_rules.csv", **cells)
        with pytest.raises(StarterError, match=message):
            starter_courses(folder)

    @pytest.mark.parametrize("cells", [{"code": "unknown"}, {"declared_condition_fr": ""}])
    def test_it_refuses_a_course_without_rules_or_statement(
        self, folder: Path, cells: dict[str, str]
    ) -> None:
        change_first_row(folder / "courses.csv", **cells)
        with pytest.raises(StarterError):
            starter_courses(folder)

    @pytest.mark.parametrize("cells", [{"clear_answer": "maybe"}, {"code": "severe_allergy"}])
    def test_it_refuses_a_question_it_cannot_ask(self, folder: Path, cells: dict[str, str]) -> None:
        change_first_row(folder / "questionnaire.csv", **cells)
        with pytest.raises(StarterError):
            questionnaire(folder=folder)

    def test_an_older_version_can_still_be_read(self, folder: Path) -> None:
        path = folder / "questionnaire.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text + "".join(line.replace("2026-1;", "2027-1;") for line in text.splitlines(True)[1:])
        )
        assert current_version(folder) == "2027-1"
        assert questionnaire(folder=folder)[0].version == "2027-1"
        older = questionnaire("2026-1", folder)
        assert older == tuple(replace(q, version="2026-1") for q in questionnaire(folder=folder))

    def test_a_version_that_never_was_is_refused(self) -> None:
        with pytest.raises(StarterError):
            questionnaire("1999-1")
