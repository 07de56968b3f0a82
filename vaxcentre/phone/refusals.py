"""The ways in which the operator's screen says no."""

from vaxcentre.rules.refusal import N_, Refusal


class AlreadyExpected(Refusal):
    """What the caller asks for stands in an appointment of theirs."""

    sentence = N_("This person already has an appointment for this vaccination: see it below.")
    field = "courses"


class FirstRefused(Refusal):
    """The first of the two cannot be booked (facts: `name`, and `what` in the reader's words)."""

    sentence = N_("%(name)s: %(what)s")
