"""The ways in which the rules of a vaccination say no.

Facts that are days are `date` values: the page writes them in the reader's language.
"""

from vaxcentre.rules.refusal import N_, Refusal


class NoRuleForAge(Refusal):
    """No schedule of this vaccination starts at this age on that day."""

    sentence = N_("This vaccination has no rule for this age on that day. Ask the centre's doctor.")
    field = "birth_on"


class TooYoung(NoRuleForAge):
    """The youngest age is not reached (facts: `age`, and `earliest`, the day it is)."""

    sentence = N_(
        "Too young for this vaccination: it is given from the age of %(age)s, reached on "
        "%(earliest)s. Until then, ask a doctor."
    )
    field = "birth_on"


class TooOld(NoRuleForAge):
    """The age to begin this vaccination is past (facts: `age`, and `before`, the day it ended)."""

    sentence = N_(
        "Past the age for this vaccination: it begins before the age of %(age)s, reached on "
        "%(before)s. Ask a doctor."
    )
    field = "birth_on"


class ConditionNotDeclared(NoRuleForAge):
    """At this age the vaccination is for those who declare a condition (fact: `condition`)."""

    sentence = N_("At this age, this vaccination is for people in the situation it describes.")
    field = "condition"


class BegunAtOtherAge(NoRuleForAge):
    """The first dose was given at an age for which the centre has no rule (fact: `first`)."""

    sentence = N_(
        "The first injection, of %(first)s, was given at an age for which the centre has no rule. "
        "Ask the centre's doctor."
    )
    field = "birth_on"


class NoVaccineForAge(NoRuleForAge):
    """The rule would allow it, but no product that the centre uses is meant for this age."""

    sentence = N_("The centre has no vaccine for this age at the moment. Ask a doctor.")
    field = "birth_on"


class RuleNotConfirmed(Refusal):
    """The centre's doctor has not confirmed the rule that would apply."""

    sentence = N_("The centre's doctor has not confirmed the rule for this vaccination yet.")


class DoseAlreadyGiven(Refusal):
    """This dose, or a later one, was given already (facts: `dose`, `given`)."""

    sentence = N_("Dose %(dose)s is already recorded, given on %(given)s.")


class EarlierDoseMissing(Refusal):
    """An earlier dose comes first (facts: `dose`, `due`)."""

    sentence = N_("Dose %(dose)s cannot come before dose %(due)s.")


class CourseComplete(Refusal):
    """Every dose of the schedule was given (fact: `last`, the day of the last one)."""

    sentence = N_("This vaccination is complete: the last dose was given on %(last)s.")


class TooSoonForDose(Refusal):
    """The gap since the dose before has not passed (facts: `dose`, `earliest`)."""

    sentence = N_("It is too soon for dose %(dose)s: it is possible from %(earliest)s.")
