"""The ways in which an injection is refused; a soft one may be set aside by a doctor."""

from vaxcentre.rules.course import TooSoonForDose
from vaxcentre.rules.refusal import N_, Refusal


class NotCheckedIn(Refusal):
    """Reception has not seen the person today, or has undone it."""

    sentence = N_("Reception has not checked this person in today. Send them to reception.")


class NotIdentified(Refusal):
    """Nobody has compared the person with a document."""

    sentence = N_("This person's identity has not been checked. Reception checks it first.")


class NotAuthorised(Refusal):
    """A minor or a protected adult whose authorisation nobody has seen."""

    sentence = N_(
        "The authorisation for this minor or protected adult has not been seen. Without it, "
        "nothing can be injected."
    )


class NotInterviewed(Refusal):
    """The questions have not been asked, or not all of them."""

    sentence = N_("The questions have not all been asked. Ask them first.")


class DoctorNotAsked(Refusal):
    """An answer raises a doubt and no doctor has decided on it."""

    sentence = N_("An answer needs the doctor's decision. It has not been given yet.")


class DoctorSaysNo(Refusal):
    """The doctor has decided that they may not have it (fact: `doctor`)."""

    sentence = N_("Dr %(doctor)s has decided: no injection.")


class DoctorSaysLater(Refusal):
    """The doctor has decided that they may have it later (facts: `doctor`, `day`)."""

    sentence = N_("Dr %(doctor)s has decided: later, from %(day)s.")


class NotPlanned(Refusal):
    """The visit is not for this vaccination."""

    sentence = N_("This visit is not for that vaccination.")


class AlreadyInjected(Refusal):
    """Somebody has recorded this injection (facts: `nurse`, `at`)."""

    sentence = N_("%(nurse)s has already recorded this injection, %(at)s.")


class AlreadyNotVaccinated(Refusal):
    """Somebody has recorded that it was not given (fact: `at`)."""

    sentence = N_("It was recorded as not given, %(at)s. Undo that first.")


class WrongProduct(Refusal):
    """The vaccine does not count as a dose of this vaccination (fact: `vaccine`)."""

    sentence = N_("%(vaccine)s is not a vaccine of this vaccination. Do not inject it.")
    field = "lot"


class ProductNotForAge(Refusal):
    """The product is not meant for this age (product leaflet 4.1; fact: `vaccine`)."""

    sentence = N_("%(vaccine)s is not meant for this age. Take another vaccine, or ask the doctor.")
    field = "lot"


class ProductUnknown(Refusal):
    """No vaccine of the centre has this code."""

    sentence = N_("This code belongs to no vaccine of the centre. Do not inject it.")
    field = "lot"


class LotUnknown(Refusal):
    """The lot is not in stock (fact: `lot`)."""

    sentence = N_("Lot %(lot)s is not in stock. Record its delivery first, or take another lot.")
    field = "lot"


class LotToChoose(Refusal):
    """The code names the vaccine but not the lot, and there are several."""

    sentence = N_("This code does not name the lot. Choose the one printed on the box.")
    field = "lot"


class LotAmbiguous(Refusal):
    """A separator was lost: the code can be read in several ways (fact: `lots`)."""

    sentence = N_(
        "The code can be read in several ways: %(lots)s. Type the lot printed on the box."
    )
    field = "lot"


class ExpiryDiffers(Refusal):
    """The box and the stock disagree about the expiry (facts: `lot`, `printed`, `kept`)."""

    sentence = N_(
        "Lot %(lot)s: the box says it expires on %(printed)s, the stock says %(kept)s. Do not "
        "inject it; tell the stock keeper."
    )
    field = "lot"


class PlaceNotForRoute(Refusal):
    """The place on the body does not go with the way of giving it."""

    sentence = N_("This place on the body does not go with this way of giving the vaccine.")
    field = "place"


class TooLateToUndo(Refusal):
    """The ten minutes are over."""

    sentence = N_("The ten minutes for undoing this are over. Correct the record instead.")


class OnlyADoctor(Refusal):
    """The lot could not be used, and an injection from it is put on record all the same."""

    sentence = N_(
        "Lot %(lot)s is blocked or expired. If it was injected all the same, a doctor "
        "records it: the person must be found in a recall."
    )
    field = "lot"


class NotYourRecord(Refusal):
    """A nurse corrects own records of the day; a doctor any."""

    sentence = N_("A nurse may correct own records of the same day. Ask a doctor for this one.")


class AlreadyReplaced(Refusal):
    """Somebody has corrected it in the meantime."""

    sentence = N_("This record has already been corrected. Open the newer one.")


class TimeNotPossible(Refusal):
    """The moment lies after now, or before the person arrived."""

    sentence = N_("Enter a time between the person's arrival and now.")
    field = "given_time"


class ReactionTimeNotPossible(TimeNotPossible):
    """The same of what happened in the minutes after."""

    field = "noticed_time"


class NothingChanged(Refusal):
    """A correction that changes nothing."""

    sentence = N_("Nothing is different from the record. Change what is wrong, or go back.")


class BoxNotChosen(Refusal):
    """The nurse has not said in which box they are."""

    sentence = N_("Choose your box first.")


class CalledElsewhere(Refusal):
    """The person is in another box (fact: `box`)."""

    sentence = N_("This person has been called to box %(box)s.")


class PlannedElsewhere(Refusal):
    """The dose has been booked again meanwhile."""

    sentence = N_("This dose has been booked again meanwhile. Cancel that appointment first.")


class DayNotPossible(Refusal):
    """A dose cannot have been given in the future or before the birth."""

    sentence = N_("Enter a day between the birth and today.")
    field = "given_on"


class AlreadyLeft(Refusal):
    """The person has left already."""

    sentence = N_("This person has already left.")


class LeavesEarly(Refusal):
    """The minutes are not over: leaving needs a reason."""

    sentence = N_("The observation is not over. Say why this person leaves early.")
    field = "early_reason"


SOFT = (TooSoonForDose, ProductNotForAge)
