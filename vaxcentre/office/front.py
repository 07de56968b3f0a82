"""What stands on the office's front page, and for whom."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.refusal import N_
from vaxcentre.web.access import access_of


@dataclass(frozen=True)
class Entry:
    """A door of the office, with a sentence of what is behind it."""

    label: str
    sentence: str
    url: str


# label, what is behind it, endpoint; who sees a door is who may open it
DOORS: tuple[tuple[str, str, str], ...] = (
    (
        N_("Clinics"),
        N_("Open days and hours, see what is booked, close a clinic."),
        "office_clinics.week",
    ),
    (
        N_("The day in figures"),
        N_("Booked, arrived, vaccinated, missed; by hour, as a chart and a table."),
        "office_figures.day",
    ),
    (
        N_("Vaccines"),
        N_("The products that this centre gives, from the national list."),
        "office_vaccines.vaccines",
    ),
    (
        N_("Courses and rules"),
        N_("Intervals and ages with their source, to be confirmed by a doctor or manager."),
        "office_vaccines.all_courses",
    ),
    (N_("Staff"), N_("Accounts, roles, one-time links."), "office_staff.people"),
    (N_("The centre"), N_("Name, address, phone, opening text, boxes."), "office.centre"),
    (
        N_("Messages"),
        N_("Sending of e-mail: settings, test, what has failed."),
        "messages.home",
    ),
    (
        N_("Who did what"),
        N_("Every change with its name and moment, and who looked at whom."),
        "office.audit",
    ),
)


def doors_of(agent: StaffMember) -> list[Entry]:
    """The doors that this person may open; what this pool does not serve is not shown."""
    return [
        Entry(str(gettext(label)), str(gettext(sentence)), url_for(endpoint))
        for label, sentence, endpoint in DOORS
        if _may_open(agent, endpoint)
    ]


def _may_open(agent: StaffMember, endpoint: str) -> bool:
    access = access_of(endpoint)
    return isinstance(access, frozenset) and agent.may(*access)
