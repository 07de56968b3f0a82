"""Where a vaccine goes on the body: the usual place, and those that go with a way of giving it."""

from collections.abc import Collection
from dataclasses import dataclass

from vaxcentre.rules.vocabulary import Route, Side, Site

# Under a year the deltoid is too small (Calendrier des vaccinations, injection in the thigh).
DELTOID_FROM_MONTHS = 12

Place = tuple[Site, Side]
NEEDLE_PLACES: tuple[Place, ...] = tuple(
    (site, side)
    for site in (Site.DELTOID, Site.THIGH, Site.FOREARM)
    for side in (Side.LEFT, Side.RIGHT)
)
PLACES: dict[Route, tuple[Place, ...]] = {
    Route.IM: NEEDLE_PLACES[:4],  # never into the muscle of a forearm
    Route.SC: NEEDLE_PLACES,
    Route.ID: NEEDLE_PLACES,
    Route.PO: ((Site.MOUTH, Side.NONE),),
    Route.NASAL: ((Site.NOSE, Side.NONE),),
}


@dataclass(frozen=True)
class PlaceChoice:
    """The places to choose from: the usual ones in front, the chosen one marked."""

    usual: tuple[Place, ...]
    others: tuple[Place, ...]
    chosen: Place


def places_for(route: Route, months: int, taken: Collection[Place] = ()) -> PlaceChoice:
    """The places for this way of giving it at this age; a second dose goes to the other side."""
    possible = PLACES[route]
    site = Site.DELTOID if months >= DELTOID_FROM_MONTHS else Site.THIGH
    usual = tuple(place for place in possible if place[0] is site) or possible
    others = tuple(place for place in possible if place not in usual)
    free = [place for place in usual if place not in taken]
    return PlaceChoice(usual, others, (free or list(usual))[0])


def goes_with(route: Route, place: Place) -> bool:
    """Whether this way of giving it can use this place."""
    return place in PLACES[route]


def place_code(place: Place) -> str:
    """The place as one value of a form: "deltoid-left"."""
    return f"{place[0].value}-{place[1].value}"


def read_place(code: str) -> Place:
    """The place of a form's value; ValueError where there is none."""
    site, _dash, side = code.partition("-")
    return Site(site), Side(side)
