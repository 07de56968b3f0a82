"""A period of the stock, to read and to print: for the inspector and the pharmacist."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import period as sums
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paper import paper

READERS = (Role.STOCK, Role.MANAGER, Role.INSPECTOR)
FIRST_YEAR, LAST_YEAR = 2000, 2100
USUAL = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """The days of the address, both included, the earlier first."""

    first: date
    last: date


@staff(*READERS)
def period() -> ResponseReturnValue:
    """Received, given, thrown away, sent and left, lot by lot."""
    return render_template("stock/period.html", **_shown(_asked()))


@staff(*READERS)
def period_pdf() -> ResponseReturnValue:
    """The same as a paper that can be signed."""
    asked, now = _asked(), clock.now()
    return paper(
        "stock/period_paper.html",
        name=f"stock-{asked.first.isoformat()}-{asked.last.isoformat()}",
        identity=f"stock {asked} {now.isoformat()}",
        created=now,
        **_shown(asked),
    )


def _shown(asked: Asked) -> dict[str, object]:
    zone = the_centre().zone
    since, _next = clock.day_bounds(asked.first, zone)
    _first, until = clock.day_bounds(asked.last, zone)
    lines = sums.lines(db.session(), since, until)
    return {"asked": asked, "lines": lines, "totals": sums.totals(lines)}


def _asked() -> Asked:
    """The days of the address; the last thirty where they are missing or none."""
    today = clock.today(the_centre().zone)
    first, last = _day("from", today - USUAL), _day("until", today)
    return Asked(min(first, last), max(first, last))


def _day(name: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return day if FIRST_YEAR <= day.year < LAST_YEAR else otherwise
