"""The stations: which pages are served where, and what stands in the bar."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import gettext

from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.refusal import N_
from vaxcentre.rules.vocabulary import Role


@dataclass(frozen=True)
class Station:
    """An entry of the bar."""

    label: str
    url: str
    is_current: bool
    badge: str | None = None


# label, endpoint, who sees it
BAR: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    (N_("Phone"), "phone.desk", (Role.OPERATOR, Role.RECEPTION)),
    (N_("Reception"), "reception.today", (Role.RECEPTION, Role.INSPECTOR)),
    (N_("Interviews"), "interview.waiting", (Role.NURSE, Role.DOCTOR)),
    (N_("Injections"), "vaccination.box", (Role.NURSE, Role.DOCTOR)),
    (N_("Observation"), "vaccination.board", (Role.NURSE, Role.DOCTOR, Role.RECEPTION)),
    (N_("Stock"), "stock.lots", (Role.STOCK, Role.MANAGER, Role.INSPECTOR)),
    (N_("Office"), "office.home", (Role.MANAGER, Role.DOCTOR, Role.INSPECTOR)),
)


def stations_of(agent: StaffMember) -> list[Station]:
    """The entries that this person may open, the one they are at marked."""
    return [
        Station(
            label=str(gettext(label)),
            url=url_for(endpoint),
            is_current=_is_at(endpoint),
        )
        for label, endpoint, roles in BAR
        if agent.may(*roles) and endpoint in current_app.view_functions
    ]


def _is_at(endpoint: str) -> bool:
    """Whether the page belongs to this entry: "office_staff.edit" belongs to "office.home"."""
    here = request.endpoint or ""
    if here.startswith("vaccination.board") or endpoint == "vaccination.board":
        return here.startswith(endpoint)
    return here.split(".")[0].split("_")[0] == endpoint.split(".", maxsplit=1)[0]


# Where the work of a role begins; who holds several begins with the patients.
HOMES: tuple[tuple[Role, str], ...] = (
    (Role.DOCTOR, "interview.waiting"),
    (Role.NURSE, "vaccination.box"),
    (Role.RECEPTION, "reception.today"),
    (Role.OPERATOR, "phone.desk"),
    (Role.STOCK, "stock.lots"),
    (Role.MANAGER, "office.home"),
    (Role.INSPECTOR, "office.home"),
)


def home_of(agent: StaffMember) -> str:
    """Where this person's work begins."""
    for role, endpoint in HOMES:
        if agent.may(role) and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("signin.station")
