"""The ways in which reception says no."""

from vaxcentre.rules.refusal import N_, Refusal


class AlreadyHere(Refusal):
    """The person was checked in before (facts: `since`, `number`)."""

    sentence = N_("Already here since %(since)s, with number %(number)s.")


class WrongDay(Refusal):
    """The appointment is on another day (fact: `expected`, its moment)."""

    sentence = N_("This appointment is on another day: %(expected)s.")


class AppointmentCancelled(Refusal):
    """The appointment was cancelled (fact: `cancelled`, when)."""

    sentence = N_("This appointment was cancelled on %(cancelled)s.")


class NotBookedYet(Refusal):
    """The time was held and never confirmed."""

    sentence = N_("This appointment was begun and never confirmed.")


class PlaceGivenAway(Refusal):
    """The slot was missed, and somebody else has the place."""

    sentence = N_("The place of this appointment was given to somebody else. Offer a walk-in.")


class BookedAnew(Refusal):
    """Every dose of it stands in another appointment by now, or in none."""

    sentence = N_(
        "This appointment no longer holds: its dose was booked anew. Search for the person again."
    )


class NoSuchAppointment(Refusal):
    """The number leads nowhere."""

    sentence = N_("This appointment does not exist any more. Search for the person again.")


class NoSuchPerson(Refusal):
    """The number leads nowhere."""

    sentence = N_("This person does not exist any more. Search for the person again.")


class DocumentNoteMissing(Refusal):
    """Another document, or none: how the person was recognised must be said."""

    sentence = N_("Write which document it is, or how you made sure who this person is.")
    field = "note"


class TooLateToUndo(Refusal):
    """Ten minutes have passed."""

    sentence = N_("An arrival can be undone for 10 minutes: this one was noted at %(at)s.")


class AlreadyCalled(Refusal):
    """A nurse has called or seen the person."""

    sentence = N_("A nurse has called this person: the arrival can no longer be undone.")


class SameIdentityExists(Refusal):
    """Another record has exactly this name and birth date."""

    sentence = N_("Another record has this name and birth date already. Merge the two records.")
    field = "family_name"


class NothingCorrected(Refusal):
    """What was typed is what is recorded."""

    sentence = N_("Nothing is different from what is recorded. Correct the error, or go back.")


class MergedIntoItself(Refusal):
    """Both records are one."""

    sentence = N_("These are one record: there is nothing to merge.")


class AlreadyMerged(Refusal):
    """One of the two was merged before."""

    sentence = N_("One of these records has been merged already. Search for the person again.")


class BirthDatesDiffer(Refusal):
    """Two people, until somebody has looked at a document."""

    sentence = N_("The birth dates differ. Look at a document and correct the wrong one first.")


class BothBooked(Refusal):
    """Both records have a live appointment for the same dose."""

    sentence = N_(
        "Both records have an appointment for %(course)s, dose %(dose)s. Cancel one of them first."
    )


class BothVaccinated(Refusal):
    """Both records have an injection of the same dose."""

    sentence = N_(
        "Both records have an injection of %(course)s, dose %(dose)s. "
        "A doctor must correct one of them first."
    )


class NoDoseForWalkIn(Refusal):
    """All usable doses of today are promised (fact: `course`)."""

    sentence = N_("%(course)s: every dose of today is promised to somebody. Offer another day.")
    field = "courses"


class NotOpenNow(Refusal):
    """No clinic of today offers this vaccination any more (fact: `course`)."""

    sentence = N_("%(course)s: no clinic is open for it now. Offer another day.")
    field = "courses"


class ExtraPlaceNeedsReason(Refusal):
    """The present slot is full: an extra place is opened with a reason only."""

    sentence = N_("The present slot is full. To open an extra place, write the reason.")
    field = "extra_reason"


class NoFreePlaceToday(Refusal):
    """There is no place left today to move to."""

    sentence = N_("No place is free today any more. Offer a walk-in, or the day that is booked.")
