"""What every template may count on."""

from typing import Any

from flask import Flask, current_app, request

from vaxcentre import clock
from vaxcentre.web import languages, once, signin
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paths import own_address, page_of
from vaxcentre.web.stations import Station, stations_of


class AgentCard:
    """The signed-in person as the bar shows them."""

    def __init__(self, seat: signin.Seat) -> None:
        self.first_name = seat.agent.given_name
        self.full_name = seat.agent.full_name
        self.roles = seat.agent.roles
        self.station_label = seat.station
        self.box = seat.box
        self.seat_id = seat.session_id


def install(app: Flask) -> None:
    """Hand the shared values to the templates."""
    app.context_processor(_values)
    app.jinja_env.globals["new_key"] = once.new_key


def _values() -> dict[str, Any]:
    seat = signin.current_seat()
    member = seat.agent if seat and not seat.is_locked else None
    stations: list[Station] = stations_of(member) if member else []
    return {
        "centre": the_centre(),
        "language": languages.chosen(),
        "now": clock.now(),
        "page_at": page_of(own_address(request)),
        "is_demo": current_app.config["IS_DEMO"],
        "agent": AgentCard(seat) if seat and member else None,
        "seat": seat,
        "stations": stations,
    }
