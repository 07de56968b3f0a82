"""From a template to a PDF in the browser: every paper goes through here."""

import hashlib
from base64 import b64encode
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from flask import Response, current_app, render_template

from vaxcentre.printer import render_pdf, socket_path

QR_MASK = 4  # a fixed mask saves trying all eight; any reader takes any mask


def paper(template: str, *, name: str, identity: str, created: datetime, **values: Any) -> Response:
    """Print a template (it extends paper.html) and show the PDF in the browser.

    `name` is the file's name, without anything personal; `identity` is what makes this paper
    this one: the same facts with the same identity give the same bytes.
    """
    html = render_template(template, issued_at=created, **values)
    response = Response(print_html(html, identity, created), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def print_html(html: str, identity: str, created: datetime) -> bytes:
    """Ask the printing process for the PDF of a page."""
    identifier = hashlib.sha256(identity.encode()).digest()[:16]
    door = current_app.config.get("PRINTER_SOCKET")
    return render_pdf(
        html,
        identifier=identifier,
        created=created,
        socket=Path(door) if door else socket_path(Path(current_app.instance_path)),
    )


def qr_picture(text: str) -> str:
    """A QR code as the address of an <img>: PNG, quiet zone included, error level M."""
    code = segno.make(text, error="m", boost_error=False, micro=False, mask=QR_MASK)
    out = BytesIO()
    code.save(out, kind="png", scale=8, border=4)
    return f"data:image/png;base64,{b64encode(out.getvalue()).decode('ascii')}"
