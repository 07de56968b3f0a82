"""What anybody may see of the doses: received, given, discarded, left; off by default."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.stock import period
from vaxcentre.web.access import public
from vaxcentre.web.centre import the_centre

bp = Blueprint("doses", __name__)
HIDDEN_BELOW = 11  # so few could be somebody
ROUNDED_TO = 10
KEPT_SECONDS = 60.0
SHELF = "vaxcentre_public_doses"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PublicLine:
    """One product; None stands for "fewer than 11"."""

    vaccine: str
    received: int | None
    given: int | None
    discarded: int | None
    left: int | None


@dataclass(frozen=True)
class Shown:
    """The table, and when it was worked out."""

    at: datetime
    lines: tuple[PublicLine, ...]


@bp.get("/doses")
@public
def doses() -> ResponseReturnValue:
    """Every product since the centre opened; rounded, and nothing that could be one person."""
    if not the_centre().publishes_doses:
        abort(404)
    return render_template("stock/public_doses.html", shown=_shown())


def _shown() -> Shown:
    """Worked out once a minute: it sums every movement there is."""
    kept: tuple[float, Shown] | None = current_app.extensions.get(SHELF)
    at = time.monotonic()
    if kept is None or at - kept[0] > KEPT_SECONDS:
        kept = (at, _read(clock.now()))
        current_app.extensions[SHELF] = kept
    return kept[1]


def _read(now: datetime) -> Shown:
    by_vaccine: dict[str, list[period.PeriodLine]] = {}
    for line in period.lines(db.session(), BEGINNING, now):
        by_vaccine.setdefault(line.lot.vaccine.name, []).append(line)
    return Shown(
        now, tuple(_line(name, period.totals(found)) for name, found in sorted(by_vaccine.items()))
    )


def _line(name: str, whole: period.Totals) -> PublicLine:
    return PublicLine(
        vaccine=name,
        received=rounded(whole.received - whole.sent),
        given=rounded(whole.given),
        discarded=rounded(whole.discarded.total()),
        left=rounded(whole.left),
    )


def rounded(doses: int) -> int | None:
    """To the nearest ten; None below eleven."""
    if doses < HIDDEN_BELOW:
        return None
    return (doses + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
