"""The word of each value of the vocabulary, in the reader's language: the only place for them."""

from enum import StrEnum

from flask_babel import gettext

from vaxcentre.rules.refusal import N_
from vaxcentre.rules.vocabulary import (
    Answer,
    AppointmentStatus,
    AttemptKind,
    DiscardReason,
    IdentityDocument,
    LotStatus,
    MessageKind,
    MovementKind,
    NextStep,
    NoInjectionReason,
    NumberSource,
    Origin,
    Outcome,
    PairChoice,
    ReactionKind,
    ReactionOutcome,
    Role,
    Route,
    Severity,
    Sex,
    Side,
    Site,
    Verdict,
    VisitStatus,
)

# Members of different enums may be equal as text ("left", "no"): so one table for each enum.
WORDS: dict[type[StrEnum], dict[str, str]] = {
    Role: {
        Role.OPERATOR: N_("phone operator"),
        Role.RECEPTION: N_("reception"),
        Role.NURSE: N_("nurse"),
        Role.DOCTOR: N_("doctor"),
        Role.STOCK: N_("stock keeper"),
        Role.MANAGER: N_("manager"),
        Role.INSPECTOR: N_("inspector"),
    },
    Sex: {
        Sex.FEMALE: N_("female"),
        Sex.MALE: N_("male"),
        Sex.UNKNOWN: N_("sex not recorded"),
    },
    NumberSource: {
        NumberSource.TYPED: N_("typed"),
        NumberSource.DATAMATRIX: N_("read from the patient's sheet"),
    },
    Route: {
        Route.IM: N_("IM"),
        Route.SC: N_("SC"),
        Route.ID: N_("ID"),
        Route.PO: N_("by mouth"),
        Route.NASAL: N_("in the nose"),
    },
    Site: {
        Site.DELTOID: N_("deltoid"),
        Site.THIGH: N_("thigh"),
        Site.MOUTH: N_("mouth"),
        Site.NOSE: N_("nose"),
        Site.FOREARM: N_("forearm"),
    },
    Side: {
        Side.LEFT: N_("left"),
        Side.RIGHT: N_("right"),
        Side.NONE: N_("no side"),
    },
    Origin: {
        Origin.WEB: N_("online"),
        Origin.PHONE: N_("by phone"),
        Origin.DESK: N_("walk-in"),
    },
    AppointmentStatus: {
        AppointmentStatus.HELD: N_("held"),
        AppointmentStatus.LAPSED: N_("hold ran out"),
        AppointmentStatus.BOOKED: N_("booked"),
        AppointmentStatus.LATE: N_("late"),
        AppointmentStatus.MISSED: N_("missed"),
        AppointmentStatus.CANCELLED: N_("cancelled"),
        AppointmentStatus.CHECKED_IN: N_("here"),
        AppointmentStatus.VACCINATED: N_("vaccinated"),
        AppointmentStatus.NOT_VACCINATED: N_("not vaccinated"),
    },
    VisitStatus: {
        VisitStatus.TO_INTERVIEW: N_("to be asked"),
        VisitStatus.FOR_DOCTOR: N_("for the doctor"),
        VisitStatus.READY: N_("ready"),
        VisitStatus.CALLED: N_("called"),
        VisitStatus.REFUSED: N_("not today"),
        VisitStatus.WATCHED: N_("under observation"),
        VisitStatus.WATCH_OVER: N_("may leave"),
        VisitStatus.LEFT: N_("gone home"),
        VisitStatus.NOT_VACCINATED: N_("not vaccinated"),
        VisitStatus.UNDONE: N_("check-in undone"),
    },
    LotStatus: {
        LotStatus.USABLE: N_("usable"),
        LotStatus.EXPIRED: N_("expired"),
        LotStatus.BLOCKED: N_("blocked"),
        LotStatus.EMPTY: N_("empty"),
    },
    IdentityDocument: {
        IdentityDocument.IDENTITY_CARD: N_("identity card"),
        IdentityDocument.PASSPORT: N_("passport"),
        IdentityDocument.RESIDENCE_PERMIT: N_("residence permit"),
        IdentityDocument.VITALE_CARD: N_("Vitale card"),
        IdentityDocument.OTHER: N_("another document"),
        IdentityDocument.NONE: N_("no document"),
    },
    Answer: {
        Answer.YES: N_("yes"),
        Answer.NO: N_("no"),
        Answer.UNKNOWN: N_("I do not know"),
    },
    Verdict: {
        Verdict.GO: N_("may have it"),
        Verdict.GO_LONGER_WATCH: N_("may have it, with a longer watch"),
        Verdict.LATER: N_("later"),
        Verdict.NO: N_("may not have it"),
    },
    Outcome: {
        Outcome.GIVEN: N_("given"),
        Outcome.ENTERED_IN_ERROR: N_("entered in error"),
    },
    NoInjectionReason: {
        NoInjectionReason.UNWELL: N_("unwell today"),
        NoInjectionReason.CONTRAINDICATED: N_("contraindicated"),
        NoInjectionReason.REFUSED: N_("the person does not want it"),
        NoInjectionReason.ALREADY_HAD: N_("had it already"),
        NoInjectionReason.LEFT: N_("left before the injection"),
        NoInjectionReason.NO_DOSE: N_("no dose available"),
        NoInjectionReason.NO_AUTHORISATION: N_("no authorisation"),
    },
    NextStep: {
        NextStep.NONE: N_("nothing more"),
        NextStep.REBOOK: N_("book another day"),
        NextStep.SEE_DOCTOR: N_("see their doctor"),
        NextStep.CALL_BACK: N_("we call them back"),
    },
    MovementKind: {
        MovementKind.RECEIVE: N_("received"),
        MovementKind.TRANSFER_IN: N_("came from another centre"),
        MovementKind.TRANSFER_OUT: N_("sent to another centre"),
        MovementKind.RETURN: N_("returned to the supplier"),
        MovementKind.OPEN: N_("vial opened"),
        MovementKind.EXTRA: N_("dose beyond the vial’s number"),
        MovementKind.GIVE: N_("given"),
        MovementKind.DISCARD: N_("discarded"),
        MovementKind.ADJUST: N_("found at a count"),
        MovementKind.REVERSAL: N_("taken back"),
    },
    DiscardReason: {
        DiscardReason.EXPIRED: N_("expired"),
        DiscardReason.PAST_TIME: N_("opened too long ago"),
        DiscardReason.BROKEN: N_("broken"),
        DiscardReason.COLD_CHAIN: N_("cold chain broken"),
        DiscardReason.PREPARATION_ERROR: N_("preparation error"),
        DiscardReason.LEFT_AT_CLOSING: N_("left at closing"),
        DiscardReason.REFUSED_AFTER_DRAWING: N_("refused after drawing up"),
        DiscardReason.MISSING_AT_COUNT: N_("missing at the count"),
    },
    ReactionKind: {
        ReactionKind.FAINTING: N_("fainting"),
        ReactionKind.ALLERGY: N_("allergy"),
        ReactionKind.ANAPHYLAXIS: N_("anaphylaxis"),
        ReactionKind.LOCAL: N_("where the needle went in"),
        ReactionKind.NAUSEA: N_("nausea"),
        ReactionKind.OTHER: N_("something else"),
    },
    Severity: {
        Severity.MILD: N_("mild"),
        Severity.MODERATE: N_("moderate"),
        Severity.SEVERE: N_("severe"),
    },
    ReactionOutcome: {
        ReactionOutcome.RECOVERED: N_("recovered"),
        ReactionOutcome.WATCHED_LONGER: N_("watched longer"),
        ReactionOutcome.SENT_HOME: N_("sent home"),
        ReactionOutcome.EMERGENCY_CALLED: N_("emergency service called (15)"),
    },
    MessageKind: {
        MessageKind.CONFIRMATION: N_("confirmation"),
        MessageKind.CHANGE: N_("change"),
        MessageKind.CANCELLATION: N_("cancellation"),
    },
    AttemptKind: {
        AttemptKind.PASSWORD: N_("password"),
        AttemptKind.CODE: N_("six-digit code"),
        AttemptKind.INVITATION: N_("one-time link"),
        AttemptKind.APPOINTMENT: N_("appointment reference"),
        AttemptKind.CERTIFICATE: N_("certificate number"),
        AttemptKind.PERSON: N_("booking for somebody on record"),
    },
    PairChoice: {
        PairChoice.TOGETHER: N_("both doses booked together"),
        PairChoice.LATER_ALLOWED: N_("second dose may be booked later"),
    },
}

# French says "cuisse droite" but "deltoïde droit": a place on the body is one expression.
PLACES: dict[tuple[Site, Side], str] = {
    (Site.DELTOID, Side.LEFT): N_("left deltoid"),
    (Site.DELTOID, Side.RIGHT): N_("right deltoid"),
    (Site.THIGH, Side.LEFT): N_("left thigh"),
    (Site.THIGH, Side.RIGHT): N_("right thigh"),
    (Site.FOREARM, Side.LEFT): N_("left forearm"),
    (Site.FOREARM, Side.RIGHT): N_("right forearm"),
}


def word(value: StrEnum) -> str:
    """The word for this value, as it stands inside a sentence: "gauche", "passeport"."""
    return str(gettext(WORDS[type(value)][value]))


def label(value: StrEnum) -> str:
    """The same word with a capital, as it stands alone in a list or on a button."""
    return _with_capital(word(value))


def place(site: Site, side: Side) -> str:
    """Where on the body, by the patient's own side: "cuisse droite"; a mouth has no side."""
    expression = PLACES.get((site, side))
    return str(gettext(expression)) if expression else word(site)


def place_label(site: Site, side: Side) -> str:
    """The same place with a capital: "Deltoïde gauche"."""
    return _with_capital(place(site, side))


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Every value of an enum with its word, as the choices of a field."""
    return [(value.value, label(value)) for value in words]


def _with_capital(text: str) -> str:
    return text[:1].upper() + text[1:]
