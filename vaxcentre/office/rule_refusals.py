"""The ways in which a dated rule is refused."""

from vaxcentre.rules.refusal import N_, Refusal


class RuleIsConfirmed(Refusal):
    """A confirmed rule was to be edited."""

    sentence = N_("This rule is confirmed: replace it by a new one that holds from a given day.")


class RuleWithoutSource(Refusal):
    """No source, no row."""

    sentence = N_("A rule needs its source: say which text it is taken from.")
    field = "source_title"


class DaysOutOfOrder(Refusal):
    """Minimum, wished and longest gap contradict each other."""

    sentence = N_("The gaps must go up: at least, best, at most. Check the days.")
    field = "min_days"


class RuleAgesCrossed(Refusal):
    """The age ends before it begins."""

    sentence = N_("The upper age of the rule must be above the lower one. Check both ages.")
    field = "max_age"


class RuleEndsTooEarly(Refusal):
    """The rule would end before it holds."""

    sentence = N_("The rule must hold for one day at least. Check the last day.")
    field = "last_day"


class RuleStartsTooEarly(Refusal):
    """The new version would hold before the one it replaces."""

    sentence = N_("The new rule must begin after the one it replaces, which holds from %(day)s.")
    field = "valid_from"


class RuleAlreadyThere(Refusal):
    """A row for the same dose of the same schedule holds on some of these days."""

    sentence = N_("There is already a rule for this dose on these days. Replace that one.")
    field = "dose_number"


class DoseLeftOut(Refusal):
    """A dose has no row for the one before it."""

    sentence = N_("Dose %(dose)s needs a rule for dose %(before)s first.")
    field = "dose_number"


class RuleIsOver(Refusal):
    """The rule no longer holds, so it cannot be confirmed or replaced."""

    sentence = N_("This rule has ended. Add a new one.")
