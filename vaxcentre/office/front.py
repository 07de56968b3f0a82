"""What stands on the office's front page, and for whom."""

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import gettext

from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.refusal import N_
from vaxcentre.rules.vocabulary import Role


@dataclass(frozen=True)
class Entry:
    """A door of the office, with a sentence of what is behind it."""

    label: str
    sentence: str
    url: str


M, D, I = Role.MANAGER, Role.DOCTOR, Role.INSPECTOR  # noqa: E741 - one letter a role
# label, what is behind it, endpoint, who sees it; doors that are not built in are not shown
DOORS: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    (
        N_("Clinics"),
        N_("Open days and hours, see what is booked, close a clinic."),
        "office_clinics.clinics",
        (M, I),
    ),
    (
        N_("The day in figures"),
        N_("Booked, arrived, vaccinated, missed; by hour, as a chart and a table."),
        "office_figures.day",
        (M, D, I),
    ),
    (
        N_("Vaccines"),
        N_("The products that this centre gives, from the national list."),
        "office_vaccines.vaccines",
        (M, D, I),
    ),
    (
        N_("Courses and rules"),
        N_("Intervals and ages with their source, to be confirmed by a doctor or manager."),
        "office_vaccines.courses",
        (M, D, I),
    ),
    (
        N_("Staff"),
        N_("Accounts, roles, one-time links."),
        "office_staff.people",
        (M,),
    ),
    (
        N_("The centre"),
        N_("Name, address, phone, opening text, boxes."),
        "office.centre",
        (M,),
    ),
    (
        N_("Messages"),
        N_("Sending of e-mail: settings, test, what has failed."),
        "messages.settings",
        (M,),
    ),
    (
        N_("Who did what"),
        N_("Every change with its name and moment, and who looked at whom."),
        "office.audit",
        (M, I),
    ),
)


def doors_of(agent: StaffMember) -> list[Entry]:
    """The doors that this person may open."""
    return [
        Entry(str(gettext(label)), str(gettext(sentence)), url_for(endpoint))
        for label, sentence, endpoint, roles in DOORS
        if agent.may(*roles) and endpoint in current_app.view_functions
    ]
