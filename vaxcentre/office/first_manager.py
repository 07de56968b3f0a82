"""The centre's first manager, and the way back in for a centre that has locked itself out."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.models.staff import StaffMember, StaffRole
from vaxcentre.office import staff_queries, staff_service
from vaxcentre.office.staff_service import FOR_A_DAY, StaffRequest
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import Role


class NobodyOfThisName(Refusal):
    """No account signs in with it."""

    sentence = N_("Nobody signs in as %(name)s.")


def call_manager(session: Session, *, now: datetime) -> str | None:
    """Make a one-time link, good for a day, for a centre that nobody can run yet.

    None where a manager has set a password. Called again, it replaces the link: the first one may
    have been lost, and one that is lying about must not open the office later.
    """
    if staff_queries.managers(session):
        return None
    staff_id = session.scalar(
        select(StaffMember.id)
        .join(StaffRole, StaffRole.staff_member_id == StaffMember.id)
        .where(
            StaffRole.role == Role.MANAGER,
            StaffRole.removed_at.is_(None),
            StaffMember.disabled_at.is_(None),
        )
        .order_by(StaffMember.id)
        .limit(1)
    )
    if staff_id is None:
        member, _link = staff_service.create(session, _first(session), by_id=None, now=now)
        staff_id = member.id
    return staff_service.invite(session, staff_id, by_id=None, now=now, good_for=FOR_A_DAY)


def call_by_name(session: Session, name: str, *, now: datetime) -> str:
    """Make a one-time link, good for a day, for the account that signs in with this name.

    Raises:
        NobodyOfThisName: no account signs in with it.
        AccountDisabled: the account is closed.
    """
    staff_id = session.scalar(
        select(StaffMember.id).where(StaffMember.short_name == name.strip().lower())
    )
    if staff_id is None:
        raise NobodyOfThisName(name=name)
    return staff_service.invite(session, staff_id, by_id=None, now=now, good_for=FOR_A_DAY)


def _first(session: Session) -> StaffRequest:
    """A name to begin with; the manager changes it on the staff page."""
    return StaffRequest(
        given_name="Responsable",
        family_name="du centre",
        short_name=staff_queries.propose_short_name(session, "Responsable", "du centre"),
        email=None,
        profession=None,
        rpps=None,
        roles=frozenset({Role.MANAGER}),
    )
