"""The centre as every page needs it: read at most once a second."""

import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from vaxcentre.clock import DEFAULT_ZONE
from vaxcentre.extensions import db
from vaxcentre.models.clinic import Centre
from vaxcentre.rules.contact import show_phone

KEPT_SECONDS = 1.0
SHELF = "vaxcentre_centre"


@dataclass(frozen=True)
class CentreCard:
    """The centre's name, address and zone as plain values."""

    name: str
    address_lines: tuple[str, ...]
    commune: str
    phone: str
    phone_shown: str
    email: str
    finess: str
    opening_text: str
    opening_text_en: str
    zone: ZoneInfo
    public_address: str
    box_count: int
    sends_mail: bool  # a mail server is named
    publishes_doses: bool


def the_centre() -> CentreCard:
    """The centre's card; a change in the office shows everywhere within a second."""
    kept: tuple[float, CentreCard] | None = current_app.extensions.get(SHELF)
    at = time.monotonic()
    if kept is None or at - kept[0] > KEPT_SECONDS:
        kept = (at, _read())
        current_app.extensions[SHELF] = kept
    return kept[1]


def forget_centre() -> None:
    """Read it anew at the next page of this process: the office has just changed it."""
    current_app.extensions.pop(SHELF, None)


def _read() -> CentreCard:
    row = db.session.scalar(select(Centre))
    if row is None:
        return _unnamed()
    return CentreCard(
        name=row.name,
        address_lines=tuple(row.address_lines),
        commune=row.commune,
        phone=row.phone,
        phone_shown=show_phone(row.phone) if row.phone else "",
        email=row.email,
        finess=row.finess,
        opening_text=row.opening_text,
        opening_text_en=row.opening_text_en,
        zone=ZoneInfo(row.time_zone),
        public_address=row.public_address or current_app.config["PUBLIC_ADDRESS"],
        box_count=row.box_count,
        sends_mail=bool(row.smtp_host),
        publishes_doses=row.publishes_doses,
    )


def _unnamed() -> CentreCard:
    return CentreCard(
        name="vaxcentre",
        address_lines=(),
        commune="",
        phone="",
        phone_shown="",
        email="",
        finess="",
        opening_text="",
        opening_text_en="",
        zone=DEFAULT_ZONE,
        public_address=current_app.config["PUBLIC_ADDRESS"],
        box_count=1,
        sends_mail=False,
        publishes_doses=False,
    )
