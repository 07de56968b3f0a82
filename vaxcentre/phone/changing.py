"""An appointment that a caller wants to change: what both pages about it show."""

from flask import abort, url_for

from vaxcentre import clock
from vaxcentre.audit import service as audit
from vaxcentre.booking.moving import Change
from vaxcentre.booking.queries import AppointmentCard, with_pair
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.phone import queries
from vaxcentre.web.signin import current_agent_id


def change_of(appointment_id: int) -> Change:
    """The booked appointment and the live one of its pair; there must be one of this number."""
    now, cards = clock.now(), with_pair(db.session(), appointment_id)
    card = next((card for card in cards if card.id == appointment_id and card.booked_at), None)
    if card is None:
        abort(404)
    others = (other for other in cards if other.id != card.id and is_open(other))
    return Change(card, next((other for other in others if not other.is_past(now)), None))


def is_open(card: AppointmentCard) -> bool:
    """Whether it still claims its place."""
    return card.cancelled_at is None and card.lapsed_at is None


def note_read(appointment_id: int, page: str) -> None:
    """Note that the agent has this person's appointment on the screen."""
    now, agent_id = clock.now(), current_agent_id()
    people = queries.patients_of(db.session(), [appointment_id])
    with transaction() as session:
        for patient_id in people:
            audit.note_read(session, patient_id, page, by_id=agent_id, now=now)


def told(*cards: AppointmentCard | None) -> str:
    """Where the operator reads aloud what has become of these appointments."""
    return url_for("phone.desk", booked=",".join(str(card.id) for card in cards if card))
