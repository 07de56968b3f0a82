"""Every enum of the field: the words of the centre, each in one place."""

from enum import StrEnum


class Role(StrEnum):
    """What a staff member may do; one person may hold several."""

    OPERATOR = "operator"
    RECEPTION = "reception"
    NURSE = "nurse"
    DOCTOR = "doctor"
    STOCK = "stock"
    MANAGER = "manager"
    INSPECTOR = "inspector"


class Sex(StrEnum):
    """Administrative sex as the identity document gives it."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class NumberSource(StrEnum):
    """How a social security number came to us: typed, or read off the sheet of the patient."""

    TYPED = "typed"
    DATAMATRIX = "datamatrix"


class Route(StrEnum):
    """Way of administration, by the v3 RouteOfAdministration codes where there is one."""

    IM = "IM"
    SC = "SC"
    ID = "ID"
    PO = "PO"
    NASAL = "NASAL"


class Site(StrEnum):
    """Where on the body."""

    DELTOID = "deltoid"
    THIGH = "thigh"
    MOUTH = "mouth"
    NOSE = "nose"
    FOREARM = "forearm"


class Side(StrEnum):
    """The patient's own left or right."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"


class Origin(StrEnum):
    """Through which door an appointment came."""

    WEB = "web"
    PHONE = "phone"
    DESK = "desk"


class AppointmentStatus(StrEnum):
    """Read off the facts by rules/status.py, never stored."""

    HELD = "held"
    LAPSED = "lapsed"
    BOOKED = "booked"
    LATE = "late"
    MISSED = "missed"
    CANCELLED = "cancelled"
    CHECKED_IN = "checked_in"
    VACCINATED = "vaccinated"
    NOT_VACCINATED = "not_vaccinated"


class VisitStatus(StrEnum):
    """Where a person who came stands, read off the facts."""

    TO_INTERVIEW = "to_interview"
    FOR_DOCTOR = "for_doctor"
    READY = "ready"
    CALLED = "called"
    REFUSED = "refused"
    WATCHED = "watched"
    WATCH_OVER = "watch_over"
    LEFT = "left"
    NOT_VACCINATED = "not_vaccinated"
    UNDONE = "undone"


class LotStatus(StrEnum):
    """Whether a lot may be drawn from at this minute."""

    USABLE = "usable"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    EMPTY = "empty"


class IdentityDocument(StrEnum):
    """Which document reception looked at."""

    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    VITALE_CARD = "vitale_card"
    OTHER = "other"
    NONE = "none"


class Answer(StrEnum):
    """An answer to a question of the interview; not knowing is one, silence is not."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """A doctor's answer to "may they?"."""

    GO = "go"
    GO_LONGER_WATCH = "go_longer_watch"
    LATER = "later"
    NO = "no"


class Outcome(StrEnum):
    """What an injection record says happened."""

    GIVEN = "given"
    ENTERED_IN_ERROR = "entered_in_error"


class NoInjectionReason(StrEnum):
    """Why somebody who came was not vaccinated."""

    UNWELL = "unwell"
    CONTRAINDICATED = "contraindicated"
    REFUSED = "refused"
    ALREADY_HAD = "already_had"
    LEFT = "left"
    NO_DOSE = "no_dose"
    NO_AUTHORISATION = "no_authorisation"


class NextStep(StrEnum):
    """What comes after a "not vaccinated"."""

    NONE = "none"
    REBOOK = "rebook"
    SEE_DOCTOR = "see_doctor"
    CALL_BACK = "call_back"


class MovementKind(StrEnum):
    """Why the number of doses of a lot changed."""

    RECEIVE = "receive"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    RETURN = "return"
    OPEN = "open"
    EXTRA = "extra"
    GIVE = "give"
    DISCARD = "discard"
    ADJUST = "adjust"
    REVERSAL = "reversal"


class DiscardReason(StrEnum):
    """Why doses were thrown away."""

    EXPIRED = "expired"
    PAST_TIME = "past_time"
    BROKEN = "broken"
    COLD_CHAIN = "cold_chain"
    PREPARATION_ERROR = "preparation_error"
    LEFT_AT_CLOSING = "left_at_closing"
    REFUSED_AFTER_DRAWING = "refused_after_drawing"
    MISSING_AT_COUNT = "missing_at_count"


class ReactionKind(StrEnum):
    """What was seen in the minutes after."""

    FAINTING = "fainting"
    ALLERGY = "allergy"
    ANAPHYLAXIS = "anaphylaxis"
    LOCAL = "local"
    NAUSEA = "nausea"
    OTHER = "other"


class Severity(StrEnum):
    """How bad a reaction was."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class ReactionOutcome(StrEnum):
    """How a reaction ended."""

    RECOVERED = "recovered"
    WATCHED_LONGER = "watched_longer"
    SENT_HOME = "sent_home"
    EMERGENCY_CALLED = "emergency_called"


class MessageKind(StrEnum):
    """What a message is about; one row per appointment and kind."""

    CONFIRMATION = "confirmation"
    CHANGE = "change"
    CANCELLATION = "cancellation"


class AttemptKind(StrEnum):
    """What somebody tried and failed at."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind of attempt
    CODE = "code"
    INVITATION = "invitation"
    APPOINTMENT = "appointment"
    CERTIFICATE = "certificate"
    PERSON = "person"  # somebody whom the record speaks against was to be booked


class PairChoice(StrEnum):
    """Whether the second dose is booked with the first."""

    TOGETHER = "together"
    LATER_ALLOWED = "later_allowed"
