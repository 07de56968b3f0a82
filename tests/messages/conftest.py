"""A mail server for each test that asks, and appointments with something to tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import make
from tests.messages.mail_server import MailServer, mail_server
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.messages.delivery import Postman
from vaxcentre.messages.service import enqueue
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.clinic import Centre
from vaxcentre.models.vaccine import Course
from vaxcentre.rules.vocabulary import MessageKind


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    """The centre's mail server."""
    with mail_server() as opened:
        name_server(opened.port)
        yield opened


def name_server(port: int, **fields: Any) -> None:
    """The office has named a mail server on this machine."""
    named = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_sender": "rdv@centre.example.org",
    }
    with transaction() as session:
        centre = session.get_one(Centre, 1)
        for name, value in (named | fields).items():
            setattr(centre, name, value)


def make_message(
    kind: MessageKind = MessageKind.CONFIRMATION, *, given: str = "Ada", **fields: Any
) -> int:
    """An appointment next week of somebody who wants e-mail, and a message about it; its number."""
    with transaction() as session:
        day = clock.today(make.PARIS) + timedelta(days=7)
        course = session.scalar(select(Course)) or make.make_course(session)
        slot = make.make_slot(session, course, day=day)
        fields = {"email": "ada@patients.example.net", "phone": "+33199001234"} | fields
        appointment = make.make_appointment(
            session, make.make_patient(session, given), slot, **fields
        )
        enqueue(session, appointment, kind, now=clock.now())
        of_this = OutboxMessage.appointment_id == appointment.id
        return session.scalars(select(OutboxMessage.id).where(of_this)).one()


def the_message(message_id: int) -> OutboxMessage:
    """The message as it is written now, loosened from the session."""
    with transaction() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.id == message_id)).one()
        session.expunge(row)
        return row


def change_appointment(message_id: int, **fields: Any) -> None:
    """Something happened to the appointment that the message is about."""
    with transaction() as session:
        number = session.get_one(OutboxMessage, message_id).appointment_id
        appointment = session.get_one(Appointment, number)
        for name, value in fields.items():
            setattr(appointment, name, value)


def deliver_all(postman: Postman | None = None) -> int:
    """Deliver what is due now; how many messages that were."""
    postman, number = postman or Postman(timeout=1), 0
    while postman.deliver_next():
        number += 1
    return number
