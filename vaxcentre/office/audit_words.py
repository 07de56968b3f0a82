"""How the program's verbs read to an inspector: one line for each thing that can be signed."""

from flask_babel import gettext

from vaxcentre.rules.refusal import N_

ACTIONS = {
    # the door and the accounts
    "sign_in": N_("signed in"),
    "sign_out": N_("signed out"),
    "switch_agent": N_("took the desk with six digits"),
    "choose_station": N_("chose where to work"),
    "accept_invitation": N_("set a password with the one-time link"),
    "create_staff": N_("opened an account"),
    "change_staff": N_("changed an account"),
    "change_roles": N_("changed roles"),
    "invite_staff": N_("made a one-time link"),
    "disable_staff": N_("closed an account"),
    "enable_staff": N_("opened an account again"),
    # the office
    "change_centre": N_("changed the centre’s card"),
    "add_vaccine": N_("added a vaccine"),
    "change_vaccine": N_("changed a vaccine"),
    "withdraw_vaccine": N_("withdrew a vaccine"),
    "take_back_vaccine": N_("took a vaccine back"),
    "plant_course": N_("added a course that came with the program"),
    "plant_demo": N_("invented a demonstration"),
    "create_course": N_("added a course"),
    "change_course": N_("changed a course"),
    "add_rule": N_("added a rule"),
    "replace_rule": N_("replaced a rule by a new version"),
    "edit_rule": N_("changed a rule"),
    "end_rule": N_("ended a rule"),
    "confirm_rule": N_("confirmed a rule"),
    "override_rule": N_("overrode a rule"),
    "open_clinics": N_("opened clinics"),
    "change_opening": N_("changed when booking opens"),
    "add_places": N_("added places"),
    "remove_places": N_("removed places"),
    "close_clinic": N_("closed a clinic"),
    "reopen_clinic": N_("opened a clinic again"),
    "settle_closed_clinic": N_("settled the appointments of a closed clinic"),
    "save_mail_settings": N_("changed the settings of e-mail"),
    "try_message_again": N_("sent a message again"),
    "see_failures": N_("saw what could not be sent"),
    "mark_told_by_phone": N_("told somebody by phone"),
    # appointments and reception
    "change_contact": N_("changed how to reach somebody"),
    "correct_identity": N_("corrected a name or birth date"),
    "merge": N_("merged two records of one person"),
    "merged_into": N_("merged two records of one person"),
    "open_extra_place": N_("opened an extra place"),
    "hold": N_("kept a place for ten minutes"),
    "book": N_("booked an appointment"),
    "move": N_("moved an appointment"),
    "cancel": N_("cancelled an appointment"),
    "settle_review": N_("settled a later dose"),
    "mark_to_review": N_("marked an appointment to be looked at"),
    "give_place_away": N_("gave the place of somebody missing away"),
    "check_in": N_("checked in"),
    "undo_check_in": N_("took a check-in back"),
    # interview, injection, observation
    "answer_interview": N_("answered the questionnaire"),
    "decide": N_("decided as a doctor"),
    "declare_condition": N_("recorded that the condition applies"),
    "withdraw_condition": N_("recorded that the condition does not apply"),
    "record_authorisation": N_("recorded an authorisation"),
    "choose_box": N_("chose a box"),
    "call": N_("called to the box"),
    "put_back": N_("put back in the queue"),
    "record_injection": N_("recorded an injection"),
    "undo_injection": N_("took an injection record back"),
    "correct_injection": N_("corrected an injection record"),
    "record_no_injection": N_("recorded that no injection was given"),
    "undo_no_injection": N_("took “no injection” back"),
    "declare_dose": N_("recorded a dose given elsewhere"),
    "withdraw_declared_dose": N_("withdrew a dose given elsewhere"),
    "record_reaction": N_("recorded a reaction"),
    "correct_reaction": N_("corrected a reaction"),
    "leave": N_("let somebody leave"),
    "undo_leave": N_("took “gone home” back"),
    "issue": N_("issued a certificate"),
    "revoke": N_("revoked a certificate"),
    # stock
    "receive": N_("received doses"),
    "announce_delivery": N_("announced a delivery"),
    "settle_delivery": N_("took a delivery off the list"),
    "discard": N_("discarded doses"),
    "open_vial": N_("opened a vial"),
    "undo_opening": N_("took the opening of a vial back"),
    "take_extra_dose": N_("took a dose beyond a vial’s number"),
    "send_doses": N_("sent doses away"),
    "count_doses": N_("counted a lot"),
    "block": N_("blocked a lot"),
    "unblock": N_("unblocked a lot"),
    "reverse_movement": N_("took a movement back"),
}

SUBJECTS = {
    "appointment": N_("appointment"),
    "centre": N_("centre"),
    "certificate": N_("certificate"),
    "clinic": N_("clinic"),
    "course": N_("course"),
    "course_rule": N_("rule"),
    "decision": N_("decision"),
    "declared_dose": N_("dose given elsewhere"),
    "injection": N_("injection"),
    "interview": N_("interview"),
    "invitation": N_("one-time link"),
    "lot": N_("lot"),
    "no_injection": N_("no injection"),
    "observation": N_("observation"),
    "outbox_message": N_("message"),
    "patient": N_("patient"),
    "place": N_("place"),
    "reaction": N_("reaction"),
    "slot": N_("slot"),
    "staff_member": N_("account"),
    "staff_session": N_("seat"),
    "stock_movement": N_("movement"),
    "vaccine": N_("vaccine"),
    "visit": N_("visit"),
}

STATIONS = {
    "booking": N_("booking"),
    "certificates": N_("certificates"),
    "interview": N_("interview"),
    "office": N_("office"),
    "papers": N_("certificates"),
    "phone": N_("phone"),
    "questionnaire": N_("questionnaire"),
    "reception": N_("reception"),
    "stock": N_("stock"),
    "vaccination": N_("vaccination"),
}


def action_words(action: str) -> str:
    """What was done, in the reader's language."""
    return _said(ACTIONS, action)


def subject_words(subject: str) -> str:
    """To which kind of thing it was done."""
    return _said(SUBJECTS, subject)


def page_words(endpoint: str) -> str:
    """At which station a record was looked at."""
    return _said(STATIONS, endpoint.split(".", maxsplit=1)[0])


def _said(words: dict[str, str], name: str) -> str:
    """A name without words yet is shown as it is: an inspector must miss no entry."""
    return str(gettext(words[name])) if name in words else name.replace("_", " ")
