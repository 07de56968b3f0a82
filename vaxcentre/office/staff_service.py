"""Staff accounts: create, change, invite, disable; the office never knows a password."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vaxcentre.audit import service as audit
from vaxcentre.models.staff import Invitation, StaffMember, StaffRole, StaffSession
from vaxcentre.office.staff_queries import managers
from vaxcentre.rules.desk import hash_token, new_token
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import Role

FOR_A_WEEK = timedelta(days=7)
FOR_A_DAY = timedelta(hours=24)


class ShortNameTaken(Refusal):
    """Somebody else signs in with it."""

    sentence = N_("Somebody already signs in as %(name)s. Take another short name.")
    field = "short_name"


class EmailTaken(Refusal):
    """Somebody else signs in with it."""

    sentence = N_("This e-mail address already belongs to another account.")
    field = "email"


class LastManager(Refusal):
    """Nobody would be left to run the office."""

    sentence = N_(
        "This is the last account that may run the office. Make another manager first, "
        "who has set a password."
    )
    field = "roles"


class AccountDisabled(Refusal):
    """A closed account takes no link."""

    sentence = N_("This account is closed. Open it again before you make a link.")


@dataclass(frozen=True)
class StaffRequest:
    """What the office writes down about a person."""

    given_name: str
    family_name: str
    short_name: str
    email: str | None
    profession: str | None
    rpps: str | None
    roles: frozenset[Role]


def create(
    session: Session, request: StaffRequest, *, by_id: int | None, now: datetime
) -> tuple[StaffMember, str]:
    """Open an account; return it with the token of its one-time link, good for a week.

    Raises:
        ShortNameTaken, EmailTaken: another account signs in with it.
    """
    _refuse_taken(session, request, None)
    member = StaffMember(
        short_name=request.short_name,
        email=request.email,
        given_name=request.given_name,
        family_name=request.family_name,
        profession=request.profession,
        rpps=request.rpps,
        created_at=now,
        created_by_id=by_id,
    )
    session.add(member)
    audit.sign(session, "create_staff", member, by_id=by_id, now=now, roles=sorted(request.roles))
    for role in sorted(request.roles):
        session.add(
            StaffRole(staff_member_id=member.id, role=role, given_at=now, given_by_id=by_id)
        )
    session.flush()
    session.refresh(member)
    return member, invite(session, member.id, by_id=by_id, now=now)


def change(
    session: Session, staff_id: int, request: StaffRequest, *, by_id: int | None, now: datetime
) -> StaffMember:
    """Correct a person's details and say anew what they may do; roles keep from when to when.

    Raises:
        ShortNameTaken, EmailTaken: another account signs in with it.
        LastManager: the office would be left to nobody.
    """
    member = session.get_one(StaffMember, staff_id)
    _refuse_taken(session, request, staff_id)
    if Role.MANAGER in member.roles and Role.MANAGER not in request.roles:
        _refuse_last_manager(session, staff_id)
    changed = [
        name
        for name in ("short_name", "email", "given_name", "family_name", "profession", "rpps")
        if getattr(member, name) != getattr(request, name)
    ]
    for name in changed:
        setattr(member, name, getattr(request, name))
    if changed:
        audit.sign(session, "change_staff", member, by_id=by_id, now=now, changed=changed)
    _set_roles(session, member, request.roles, by_id=by_id, now=now)
    return member


def invite(
    session: Session,
    staff_id: int,
    *,
    by_id: int | None,
    now: datetime,
    good_for: timedelta = FOR_A_WEEK,
) -> str:
    """Make a one-time link; the old password stops working and older links end.

    Raises:
        AccountDisabled: the account is closed.
    """
    member = session.get_one(StaffMember, staff_id)
    if member.disabled_at is not None:
        raise AccountDisabled
    member.password_hash = member.code_hash = None
    _withdraw_links(session, staff_id, now)
    _end_seats(session, staff_id, now)
    token = new_token()
    row = Invitation(
        staff_member_id=staff_id,
        token_hash=hash_token(token),
        created_at=now,
        created_by_id=by_id,
        expires_at=now + good_for,
    )
    session.add(row)
    audit.sign(session, "invite_staff", row, by_id=by_id, now=now, staff_member=staff_id)
    return token


def disable(session: Session, staff_id: int, *, by_id: int | None, now: datetime) -> None:
    """Close an account at once, at every desk; what the person has signed stays signed.

    Raises:
        LastManager: the office would be left to nobody.
    """
    member = session.get_one(StaffMember, staff_id)
    if member.disabled_at is not None:
        return
    if Role.MANAGER in member.roles:
        _refuse_last_manager(session, staff_id)
    member.disabled_at = now
    _withdraw_links(session, staff_id, now)
    _end_seats(session, staff_id, now)
    audit.sign(session, "disable_staff", member, by_id=by_id, now=now)


def enable(session: Session, staff_id: int, *, by_id: int | None, now: datetime) -> None:
    """Open a closed account again, with its roles and its password as they were."""
    member = session.get_one(StaffMember, staff_id)
    if member.disabled_at is None:
        return
    member.disabled_at = None
    audit.sign(session, "enable_staff", member, by_id=by_id, now=now)


def _refuse_last_manager(session: Session, staff_id: int) -> None:
    """Two managers who close each other's account at once are heard one after the other."""
    if all(member.id == staff_id for member in managers(session, lock=True)):
        raise LastManager


def _refuse_taken(session: Session, request: StaffRequest, own_id: int | None) -> None:
    others = select(StaffMember.id).where(StaffMember.id != (own_id or 0))
    if session.scalar(others.where(StaffMember.short_name == request.short_name)):
        raise ShortNameTaken(name=request.short_name)
    if request.email and session.scalar(others.where(StaffMember.email == request.email)):
        raise EmailTaken


def _set_roles(
    session: Session,
    member: StaffMember,
    roles: Iterable[Role],
    *,
    by_id: int | None,
    now: datetime,
) -> None:
    wanted, present = frozenset(roles), member.roles
    if wanted == present:
        return
    for row in member.role_rows:
        if row.removed_at is None and row.role not in wanted:
            row.removed_at, row.removed_by_id = now, by_id
    for role in sorted(wanted - present):
        session.add(
            StaffRole(staff_member_id=member.id, role=role, given_at=now, given_by_id=by_id)
        )
    audit.sign(
        session,
        "change_roles",
        member,
        by_id=by_id,
        now=now,
        given=sorted(wanted - present),
        taken=sorted(present - wanted),
    )
    session.expire(member, ["role_rows"])


def _withdraw_links(session: Session, staff_id: int, now: datetime) -> None:
    session.execute(
        update(Invitation)
        .where(
            Invitation.staff_member_id == staff_id,
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


def _end_seats(session: Session, staff_id: int, now: datetime) -> None:
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_member_id == staff_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now, token_hash=None, kept=None)
    )
