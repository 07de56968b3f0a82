"""Opening the record of a person who came leaves its trace."""

from flask import request

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.interview.visits import note_visit_read
from vaxcentre.web.signin import current_agent_id


def note_read(visit_id: int) -> None:
    """Note that the signed-in person opens this visit's page; before anything else is read."""
    with transaction() as session:
        note_visit_read(
            session, visit_id, request.endpoint or "", by_id=current_agent_id(), now=clock.now()
        )
