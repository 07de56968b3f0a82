"""The ways in which opening, changing or closing a clinic is refused."""

from vaxcentre.rules.refusal import N_, Refusal


class DayPast(Refusal):
    """The first day is over."""

    sentence = N_("This day is past. Choose today or a later day.")
    field = "first_day"


class NoCourse(Refusal):
    """A clinic offers nothing."""

    sentence = N_("Choose at least one vaccination.")
    field = "courses"


class OpensAfterStart(Refusal):
    """Booking would open when the clinic has begun."""

    sentence = N_("Booking must open before the first clinic begins, on %(starts_at)s.")
    field = "opens_on"


class TooManyPlaces(Refusal):
    """More places than one action may open."""

    sentence = N_("%(places)s places at once are too many: %(most)s at most. Open fewer weeks.")
    field = "places"


class ClinicAlreadyThere(Refusal):
    """The same clinic is open already."""

    sentence = N_(
        "The same clinic is already open on %(day)s, at the same hours, for the same vaccinations."
        " Add places to it instead."
    )


class ClinicClosed(Refusal):
    """The clinic was closed."""

    sentence = N_("This clinic is closed.")


class ClinicNotClosed(Refusal):
    """The clinic is open: nobody has to be moved from it."""

    sentence = N_("This clinic is open. Close it first.")


class BookedThisInstant(Refusal):
    """Somebody is booking on this clinic while it is being closed."""

    sentence = N_("Somebody is booking here at this very moment. Nothing was changed: try again.")


class ClinicOver(Refusal):
    """No slot of the clinic is still to come."""

    sentence = N_("This clinic is over: nothing of it is still to come.")


class NoSlotInHours(Refusal):
    """The hours name no slot that is still to come."""

    sentence = N_("No slot still to come begins between these hours.")
    field = "from_hour"


class SlotWouldBeTooFull(Refusal):
    """A slot would have more places than a clinic may have."""

    sentence = N_("A slot has %(most)s places at most.")
    field = "places"


class NothingFree(Refusal):
    """Every place between these hours is taken."""

    sentence = N_("No place is free between these hours: nothing was removed.")
    field = "places"


class NoRoomThatDay(Refusal):
    """The chosen day has no free place left for this appointment."""

    sentence = N_("No place is free that day for the same vaccination.")


class BeyondDoses(Refusal):
    """Places would be opened without a dose behind them (facts: `course`, `missing`)."""

    sentence = N_(
        "%(course)s: %(missing)s places would have no dose behind them. Open fewer, announce the "
        "delivery, or write why they are opened all the same."
    )
    field = "beyond_reason"
