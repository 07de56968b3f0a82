"""The ways in which the booking station says no."""

from vaxcentre.rules.refusal import N_, Refusal


class SlotFull(Refusal):
    """Every place of the slot is taken."""

    sentence = N_("This time has just been taken. Choose another one: what you typed is kept.")
    field = "slot"


class SlotOver(Refusal):
    """The slot has begun (for the public) or is over (for staff)."""

    sentence = N_("This time is past. Choose a later one.")
    field = "slot"


class ClinicClosed(Refusal):
    """The clinic of this slot will not be held."""

    sentence = N_("The centre is closed at that time. Choose another day.")
    field = "slot"


class NotYetOpen(Refusal):
    """The public may book this clinic later (fact: `opens`, a moment)."""

    sentence = N_("This day can be booked from %(opens)s on.")
    field = "slot"


class CourseNotOffered(Refusal):
    """The clinic, or the centre's public pages, do not offer this vaccination."""

    sentence = N_("This vaccination is not offered at that time. Choose another one.")
    field = "slot"


class HoldLapsed(Refusal):
    """The ten minutes are over."""

    sentence = N_(
        "This time is no longer kept for you. Choose a time again: what you typed is kept."
    )
    field = "slot"


class TooManyHolds(Refusal):
    """The visitor's address keeps as many times as one may."""

    sentence = N_(
        "Many times are being kept from your connection just now. Wait ten minutes, or call the "
        "centre: we book it for you."
    )
    field = "slot"


class AlreadyBooked(Refusal):
    """The person has a live appointment for this vaccination: told to staff, not to strangers."""

    sentence = N_(
        "An appointment already exists for this person and this vaccination. Use its reference to "
        "move or cancel it, or call the centre."
    )
    field = "family_name"


class CallTheCentre(Refusal):
    """What is on record speaks against it; a stranger is told nothing of the record."""

    sentence = N_(
        "This appointment cannot be made online for this person. If one is booked already, find "
        "it with its reference to move or cancel it. Otherwise call the centre: it takes a minute."
    )
    field = "family_name"


class MoveByPhone(CallTheCentre):
    """What is on record speaks against the new day; who came back is told nothing of it."""

    sentence = N_(
        "The appointment cannot be moved to that day online. Choose another day, or call the "
        "centre: it takes a minute."
    )
    field = "slot"


class PairOutsideInterval(Refusal):
    """The two appointments are too close or too far apart for the rule in force."""

    sentence = N_(
        "The second appointment would be outside the interval after the first. "
        "Choose another day for it."
    )
    field = "slot"


class SecondNeeded(Refusal):
    """The centre books both doses of this vaccination together."""

    sentence = N_(
        "Both appointments of this vaccination are booked together. Choose the second too."
    )
    field = "slot"


class NoSecondTime(Refusal):
    """No second appointment is free inside the interval any more."""

    sentence = N_(
        "No second appointment is free in the weeks that suit after that day. "
        "Choose another day for the first one."
    )
    field = "slot"


class AppointmentCancelled(Refusal):
    """It was cancelled before."""

    sentence = N_("This appointment has been cancelled. Book a new one.")


class AppointmentPast(Refusal):
    """Its time is over."""

    sentence = N_("This appointment is past. Book a new one, or call the centre.")


class AlreadyHere(Refusal):
    """Reception has checked the person in for it."""

    sentence = N_("Reception has already recorded the arrival for this appointment.")


class NoPatient(Refusal):
    """There is no such person, or two records became one."""

    sentence = N_("This person is no longer on record under this number. Search again.")


class TooManyTries(Refusal):
    """Ten wrong tries in an hour from one address (fact: `until`, when it may be tried again)."""

    sentence = N_(
        "Too many wrong tries. Try again after %(until)s, or call the centre: we can find it for "
        "you."
    )


class TooManyPeople(TooManyTries):
    """Ten people in an hour whom the record speaks against (fact: `until`)."""

    sentence = N_(
        "This cannot be done online for the moment. Try again after %(until)s, or call the centre: "
        "we book it for you."
    )


class NotFound(Refusal):
    """No appointment has this reference and this birth date together."""

    sentence = N_(
        "We find no appointment with this reference and this birth date. Check both: the reference "
        "is the eight letters on your confirmation."
    )
    field = "reference"


class ChangedMeanwhile(Refusal):
    """Another tab of the same browser has changed what is to be booked."""

    sentence = N_("Something was changed in another window. Check the lines below once more.")
