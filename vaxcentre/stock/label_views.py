"""The label of an opened vial, alone or on a sheet with the others of the day."""

from collections.abc import Iterable
from datetime import datetime

from flask import Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from vaxcentre import clock
from vaxcentre.extensions import db
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Vial
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock import vials
from vaxcentre.web.access import staff
from vaxcentre.web.centre import the_centre
from vaxcentre.web.paper import paper

WORKERS = (Role.STOCK, Role.NURSE, Role.DOCTOR)


@staff(*WORKERS)
def label(vial_id: int) -> ResponseReturnValue:
    """One label for a label printer, 62 by 29 mm; the same vial gives the same bytes."""
    vial = db.session.get_one(Vial, vial_id)
    if vial.undone_at is not None:
        abort(404)
    return _print("stock/label.html", f"flacon-{vial.day}-{vial.number}", [vial], vial.opened_at)


@staff(*WORKERS)
def labels() -> ResponseReturnValue:
    """All vials of today on A4 sheets of 24 labels, 70 by 37 mm."""
    now = clock.now()
    day = clock.local_day(now, the_centre().zone)
    found = [one.vial for one in vials.opened_on(db.session(), day)]
    if not found:
        abort(404)
    shown = sorted(found, key=lambda vial: (vial.day, vial.number))
    return _print("stock/labels.html", f"flacons-{day}", shown, now)


def _print(template: str, name: str, shown: Iterable[Vial], created: datetime) -> Response:
    listed = list(shown)
    ids = {number for vial in listed for number in (vial.opened_by_id, vial.checked_by_id)}
    people = db.session.scalars(select(StaffMember).where(StaffMember.id.in_(ids)))
    identity = " ".join(f"{vial.id}:{vial.opened_at.isoformat()}" for vial in listed)
    return paper(
        template,
        name=name,
        identity=f"vial labels {identity}",
        created=created,
        vials=listed,
        initials={
            one.id: f"{one.given_name[:1]}. {one.family_name[:1]}.".upper() for one in people
        },
    )
