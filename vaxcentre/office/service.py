"""The centre's card: what every page and paper says about the house."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.clinic import Centre
from vaxcentre.models.locks import ALONE
from vaxcentre.models.staff import StaffMember
from vaxcentre.rules.refusal import N_, Refusal


class CentreChangedMeanwhile(Refusal):
    """Somebody else has saved the card since this page was opened."""

    sentence = N_(
        "%(name)s has changed this page at %(moment)s, while you were typing. Nothing of yours has "
        "been saved yet: open the page anew beside this one, compare, and save there."
    )


@dataclass(frozen=True)
class CentreRequest:
    """The card as the office wants it."""

    name: str
    address: str
    postal_code: str
    commune: str
    phone: str
    email: str
    finess: str
    opening_text: str
    opening_text_en: str
    time_zone: str
    public_address: str
    box_count: int
    publishes_doses: bool = False


def change_centre(
    session: Session, request: CentreRequest, *, seen: str, by_id: int, now: datetime
) -> list[str]:
    """Save the card; return the names of what has changed.

    `seen` is the stamp (`stamp_of`) of the card as it stood when the page was opened.

    Raises:
        CentreChangedMeanwhile: somebody else has saved since.
    """
    row = session.scalars(select(Centre).with_for_update(**ALONE)).one()
    if stamp_of(row) != seen:
        raise CentreChangedMeanwhile(name=_who(session, row), moment=row.updated_at)
    changed = [name for name, value in asdict(request).items() if getattr(row, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(row, name, getattr(request, name))
    row.updated_at, row.updated_by_id = now, by_id
    audit.sign(session, "change_centre", row, by_id=by_id, now=now, changed=changed)
    return changed


def stamp_of(row: Centre) -> str:
    """By which one sees that the card has not changed."""
    return row.updated_at.isoformat()


def _who(session: Session, row: Centre) -> str:
    member = session.get(StaffMember, row.updated_by_id) if row.updated_by_id else None
    return member.full_name if member else "vaxcentre"
