"""The confirmation on paper: one sheet for all who were booked together."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import segno
from flask import current_app, render_template

from vaxcentre.booking.link import token_for
from vaxcentre.booking.queries import AppointmentCard
from vaxcentre.printer import render_pdf, socket_path
from vaxcentre.web.centre import the_centre


def qr_of_reference(reference: str) -> str:
    """The reference as a QR code that reception scans: a picture in a data address."""
    out = io.BytesIO()
    segno.make(reference, error="m").save(out, kind="png", scale=8, border=4)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def confirmation_html(people: Sequence[Sequence[AppointmentCard]]) -> str:
    """The sheet as the printer wants it; the same facts make the same page."""
    cards = [card for person in people for card in person]
    address = the_centre().public_address.rstrip("/")
    return render_template(
        "booking/confirmation.html",
        people=people,
        issued_at=max(card.changed_at for card in cards),
        qr=qr_of_reference,
        links={card.id: f"{address}/rv/{token_for(card.id, card.link_version)}" for card in cards},
        address=address,
    )


def confirmation_pdf(people: Sequence[Sequence[AppointmentCard]]) -> bytes:
    """The sheet as a PDF.

    Raises:
        PrinterAway, PrintFailed: the printing process cannot help now.
    """
    html = confirmation_html(people)
    cards = [card for person in people for card in person]
    return render_pdf(
        html,
        identifier=hashlib.sha256(html.encode()).digest()[:16],
        created=max(card.changed_at for card in cards),
        socket=current_app.config.get("PRINTER_SOCKET")
        or socket_path(Path(current_app.instance_path)),
    )
