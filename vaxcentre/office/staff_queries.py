"""Who has an account, whose link is waiting, which short name is free."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcentre.models.locks import ALONE
from vaxcentre.models.staff import Invitation, StaffMember, StaffRole
from vaxcentre.rules.names import first_given_name, fold
from vaxcentre.rules.vocabulary import Role


def everybody(session: Session) -> list[StaffMember]:
    """All accounts, open ones first, by family name."""
    return list(
        session.scalars(
            select(StaffMember).order_by(
                StaffMember.disabled_at.is_not(None),
                func.lower(StaffMember.family_name),
                StaffMember.given_name,
            )
        )
    )


def waiting_link(session: Session, staff_id: int, *, now: datetime) -> datetime | None:
    """Until when the person's one-time link still opens; None when there is none."""
    return session.scalar(
        select(Invitation.expires_at).where(
            Invitation.staff_member_id == staff_id,
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > now,
        )
    )


def propose_short_name(session: Session, given_name: str, family_name: str) -> str:
    """The given name in plain letters; if taken, with letters of the family name or a number."""
    given = _plain(first_given_name(given_name))[:30] or "agent"
    family = _plain(family_name)
    taken = set(session.scalars(select(StaffMember.short_name)))
    tries = [given + family[:length] for length in range(min(len(family), 8) + 1)]
    tries += [f"{given}{number}" for number in range(2, len(taken) + 3)]
    return next(name for name in tries if name not in taken)


def managers(session: Session, *, lock: bool = False) -> list[StaffMember]:
    """Open accounts that may run the office and have a password."""
    statement = (
        select(StaffMember)
        .join(StaffRole, StaffRole.staff_member_id == StaffMember.id)
        .where(
            StaffRole.role == Role.MANAGER,
            StaffRole.removed_at.is_(None),
            StaffMember.disabled_at.is_(None),
            StaffMember.password_hash.is_not(None),
        )
    )
    ordered = statement.order_by(StaffMember.id)
    return list(session.scalars(ordered.with_for_update(**ALONE) if lock else ordered))


def _plain(name: str) -> str:
    """Letters that every keyboard of the centre types."""
    return fold(name).encode("ascii", "ignore").decode()
