"""The one-time link: who it is for, whether it still opens, and what it sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload
from werkzeug.security import generate_password_hash

from vaxcentre.audit import service as audit
from vaxcentre.models.locks import ALONE
from vaxcentre.models.staff import Invitation, StaffMember, StaffSession
from vaxcentre.rules.desk import hash_token
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import AttemptKind
from vaxcentre.signin import attempts
from vaxcentre.signin.service import open_seat, subject_of


class InvitationUnknown(Refusal):
    """No such link: cut when it was copied, perhaps."""

    sentence = N_("This link is not complete, or it was never made here.")


class InvitationUsed(Refusal):
    """The password has been set with it."""

    sentence = N_("This link has already been used to set a password.")


class InvitationExpired(Refusal):
    """It waited too long."""

    sentence = N_("This link was good until %(until)s.")


class InvitationWithdrawn(Refusal):
    """A newer link was made, or the account was closed."""

    sentence = N_("This link has been replaced by a newer one, or the account has been closed.")


@dataclass(frozen=True)
class NewSecrets:
    """What the person has chosen, already hashed."""

    password_hash: str
    code_hash: str


def seal(password: str, code: str) -> NewSecrets:
    """Hash both; takes a moment, so it is done before the change begins."""
    return NewSecrets(generate_password_hash(password), generate_password_hash(code))


def find(session: Session, token: str, *, now: datetime, to_use: bool = False) -> Invitation:
    """The link behind a token, while it opens.

    Raises:
        InvitationUnknown, InvitationUsed, InvitationWithdrawn, InvitationExpired
    """
    statement = (
        select(Invitation)
        .options(joinedload(Invitation.staff_member, innerjoin=True))
        .where(Invitation.token_hash == hash_token(token))
    )
    row = session.scalar(statement.with_for_update(**ALONE) if to_use else statement)
    if row is None:
        raise InvitationUnknown
    if row.used_at is not None:
        raise InvitationUsed
    if row.withdrawn_at is not None or row.staff_member.disabled_at is not None:
        raise InvitationWithdrawn
    if row.expires_at <= now:
        raise InvitationExpired(until=row.expires_at)
    return row


def accept(session: Session, token: str, secrets: NewSecrets, *, desk: str, now: datetime) -> str:
    """Set the password and the six digits, and open the desk; return the browser's new token.

    The link is spent and older seats end.

    Raises:
        InvitationUnknown, InvitationUsed, InvitationWithdrawn, InvitationExpired
    """
    row = find(session, token, now=now, to_use=True)
    member = row.staff_member
    row.used_at = now
    member.password_hash, member.code_hash = secrets.password_hash, secrets.code_hash
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_member_id == member.id, StaffSession.ended_at.is_(None))
        .values(ended_at=now, token_hash=None, kept=None)
    )
    attempts.forget(session, subject_of(member.id), AttemptKind.PASSWORD, AttemptKind.CODE)
    audit.sign(session, "accept_invitation", row, by_id=member.id, now=now)
    return open_seat(session, member.id, desk, now)


def own_words(member: StaffMember) -> Sequence[str]:
    """The person's names and address: what a password must not be made of."""
    address = (member.email or "").replace("@", " ").replace(".", " ").split()
    names = f"{member.given_name} {member.family_name}".replace("-", " ").split()
    return [*names, member.given_name, member.family_name, member.short_name, *address]
