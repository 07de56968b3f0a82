"""The secret link of an appointment, and whose appointment this browser may see."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from typing import cast

from flask import current_app, g, request
from sqlalchemy import select
from werkzeug import Response

from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.web import keys
from vaxcentre.web.centre import the_centre

COOKIE = "vaxcentre_appointment"
# Long enough for a questionnaire; short enough for a library's computer.
KEPT_SECONDS = 3600
USE = "secret link"
_HEAD = struct.Struct(">QH")
_MARK_BYTES = 16  # 128 bits


def token_for(appointment_id: int, link_version: int) -> str:
    """The secret of an appointment's link: nothing is stored, a higher version ends it."""
    head = _HEAD.pack(appointment_id, link_version)
    return base64.urlsafe_b64encode(head + keys.mark(USE, head)[:_MARK_BYTES]).decode().rstrip("=")


def secret_link(appointment: Appointment) -> str:
    """The address that opens an appointment without a question, for messages and papers."""
    token = token_for(appointment.id, appointment.link_version)
    return f"{the_centre().public_address.rstrip('/')}/rv/{token}"


def appointment_of_token(token: str) -> int | None:
    """The appointment that a token opens; None where we did not make it, or ended it."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _HEAD.size + _MARK_BYTES:
        return None
    head, made = raw[: _HEAD.size], raw[_HEAD.size :]
    if not hmac.compare_digest(made, keys.mark(USE, head)[:_MARK_BYTES]):
        return None
    appointment_id, version = _HEAD.unpack(head)
    found = select(Appointment.link_version).where(
        Appointment.id == appointment_id, Appointment.booked_at.is_not(None)
    )
    return appointment_id if db.session.scalar(found) == version else None


def appointment_of_this_visitor() -> int | None:
    """The booked appointment that this browser has opened, by link or by reference; or None."""
    if "vaxcentre_appointment" not in g:
        token = request.cookies.get(COOKIE)
        g.vaxcentre_appointment = appointment_of_token(token) if token else None
    return cast("int | None", g.vaxcentre_appointment)


def remember(response: Response, appointment_id: int, link_version: int) -> Response:
    """Let this browser see the appointment for an hour."""
    response.set_cookie(
        COOKIE,
        token_for(appointment_id, link_version),
        max_age=KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def forget(response: Response) -> Response:
    """Close the appointment in this browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response
