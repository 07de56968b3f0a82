"""Rows of rules and doses to test with: functions with good defaults."""

from dataclasses import replace
from datetime import date

from vaxcentre.rules.course import DoseRule, PastDose


def rule(dose_number: int = 1, **changes: object) -> DoseRule:
    plain = DoseRule(
        schedule="",
        dose_number=dose_number,
        min_age_months=0,
        max_age_months=None,
        min_days=None,
        target_days=None,
        max_days=None,
        observation_minutes=15,
        valid_from=date(2000, 1, 1),
        valid_until=None,
        is_confirmed=True,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def hpv(dose_number: int, on: date) -> PastDose:
    return PastDose("hpv", "hpv", dose_number, on)


def hpv_rules() -> list[DoseRule]:
    young = {"schedule": "11-14 ans", "min_age_months": 132, "max_age_months": 180}
    older = {"schedule": "15-26 ans", "min_age_months": 180, "max_age_months": 324}
    return [
        rule(1, **young),
        rule(2, min_days=150, target_days=183, max_days=397, **young),
        rule(1, **older),
        rule(2, min_days=28, target_days=61, **older),
        rule(3, min_days=89, target_days=122, **older),
    ]


def hpv_rules_since_1900() -> list[DoseRule]:
    return [replace(row, valid_from=date(1900, 1, 1)) for row in hpv_rules()]
