"""Open a desk, switch it to a colleague, lock it and leave it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session, joinedload
from werkzeug.security import check_password_hash

from vaxcentre.audit import service as audit
from vaxcentre.models.locks import ALONE
from vaxcentre.models.staff import StaffMember, StaffSession
from vaxcentre.rules.desk import SHIFT, hash_token, new_token
from vaxcentre.rules.refusal import N_, Refusal
from vaxcentre.rules.vocabulary import AttemptKind
from vaxcentre.signin import attempts

# Compared with when there is no account: an unknown name takes as long as a wrong password.
NOBODY = f"scrypt:32768:8:1$nobody${'0' * 128}"


class WrongSignIn(Refusal):
    """No such account, or not its password: the same words for both."""

    sentence = N_(
        "This name and this password do not go together. Check both; the manager can make you a"
        " new link."
    )


class SignInRests(Refusal):
    """Five wrong passwords for an account, or many from one address."""

    sentence = N_("Too many wrong tries. Sign in again from %(until)s.")


class WrongCode(Refusal):
    """These are not the person's six digits."""

    sentence = N_("These are not the six digits of this person.")
    field = "code"


class CodeRests(Refusal):
    """Five wrong codes: only the password opens the account now."""

    sentence = N_("Too many wrong codes for this person: sign in with the password.")
    field = "code"


class NotAtThisDesk(Refusal):
    """The person has not signed in here today, or has left."""

    sentence = N_("This person is no longer signed in at this desk: sign in with the password.")
    field = "agent"


@dataclass(frozen=True)
class Shown:
    """What somebody showed at the door, compared before the change begins: that takes a moment."""

    subject: str
    account_id: int | None
    is_right: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody who has signed in with their password at this desk today."""

    staff_id: int
    name: str
    station: str | None
    has_the_desk: bool


def compare_password(session: Session, login: str, password: str) -> Shown:
    """Look up who signs in by e-mail or short name, and compare the password."""
    typed = login.lower()
    member = session.scalar(
        select(StaffMember).where(
            or_(StaffMember.short_name == typed, func.lower(StaffMember.email) == typed),
            StaffMember.disabled_at.is_(None),
        )
    )
    stored = member.password_hash if member else None
    is_right = check_password_hash(stored or NOBODY, password) and stored is not None
    if member is None:
        return Shown(f"login:{typed}", None, False)
    return Shown(subject_of(member.id), member.id, is_right)


def compare_code(session: Session, staff_id: int, code: str) -> Shown:
    """Compare the six digits of a colleague."""
    member = session.get(StaffMember, staff_id)
    stored = member.code_hash if member else None
    is_right = check_password_hash(stored or NOBODY, code) and stored is not None
    return Shown(subject_of(staff_id), staff_id, is_right)


def sign_in(
    session: Session, shown: Shown, *, desk: str, address: str, now: datetime
) -> str | Refusal:
    """Give the desk to who showed the right password; return the browser's new token.

    A refusal is returned, not raised: the failed try must be kept.
    """
    member = _account_for_change(session, shown.account_id)
    until = attempts.rests_until(session, AttemptKind.PASSWORD, shown.subject, address, now=now)
    if until is not None:
        return SignInRests(until=until)
    if member is None or not shown.is_right:
        attempts.note_failure(session, AttemptKind.PASSWORD, shown.subject, address, now=now)
        return WrongSignIn()
    attempts.forget(session, shown.subject, AttemptKind.PASSWORD, AttemptKind.CODE)
    return open_seat(session, member.id, desk, now)


def switch(
    session: Session, shown: Shown, *, desk: str, token: str, address: str, now: datetime
) -> Refusal | None:
    """Give the desk, under this token, to a colleague who has signed in here today.

    The same digits sent twice are one change. A refusal is returned, not raised: the failed try
    must be kept.
    """
    member = _account_for_change(session, shown.account_id)
    row = _row_of(session, desk, shown.account_id, now)
    if member is None or row is None:
        return NotAtThisDesk()
    if attempts.failures(session, AttemptKind.CODE, shown.subject) >= attempts.PER_ACCOUNT:
        return CodeRests()
    if not shown.is_right:
        attempts.note_failure(session, AttemptKind.CODE, shown.subject, address, now=now)
        return WrongCode()
    attempts.forget(session, shown.subject, AttemptKind.CODE)
    if row.token_hash == hash_token(token) and row.locked_at is None:
        return None
    _clear_desk(session, desk)
    row.token_hash, row.locked_at, row.last_seen_at = hash_token(token), None, now
    audit.sign(session, "switch_agent", row, by_id=member.id, now=now)
    return None


def agents_at_desk(session: Session, desk: str | None, *, now: datetime) -> list[Colleague]:
    """Who may take this desk with six digits: first the one who has it, then the latest."""
    rows = session.scalars(
        _live_rows(desk or "", now)
        .options(joinedload(StaffSession.staff_member))
        .order_by(StaffSession.token_hash.is_(None), StaffSession.last_seen_at.desc())
    )
    return [
        Colleague(
            row.staff_member_id,
            row.staff_member.full_name,
            row.station,
            row.token_hash is not None,
        )
        for row in rows
        if row.staff_member.disabled_at is None
    ]


def choose_station(
    session: Session,
    session_id: int,
    station: str | None,
    box: int | None,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Say at which place of the centre this person works now."""
    row = session.get_one(StaffSession, session_id)
    row.box, row.station = box, station or (f"Box {box}" if box else None)
    audit.sign(session, "choose_station", row, by_id=by_id, now=now, box=box)


def lock(session: Session, session_id: int, *, now: datetime) -> None:
    """Cover the screen: six digits open it again, for the same person or a colleague."""
    session.get_one(StaffSession, session_id).locked_at = now


def sign_out(session: Session, session_id: int, *, by_id: int, now: datetime) -> None:
    """Leave the desk; the token opens nothing any more."""
    row = session.get_one(StaffSession, session_id)
    row.ended_at, row.token_hash, row.kept = now, None, None
    audit.sign(session, "sign_out", row, by_id=by_id, now=now)


def subject_of(staff_id: int) -> str:
    """Under which name an account's failed tries are counted."""
    return f"staff:{staff_id}"


def _account_for_change(session: Session, staff_id: int | None) -> StaffMember | None:
    """The account, kept from other writers: tries sent at once are counted one by one."""
    if staff_id is None:
        return None
    return session.scalar(
        select(StaffMember)
        .where(StaffMember.id == staff_id, StaffMember.disabled_at.is_(None))
        .with_for_update(**ALONE)
    )


def open_seat(session: Session, staff_id: int, desk: str, now: datetime) -> str:
    """Give the desk to somebody who has shown who they are; return the browser's new token."""
    before = _row_of(session, desk, staff_id, now)
    kept = before.kept if before else None
    if before is not None:
        before.ended_at, before.kept = now, None
    _clear_desk(session, desk)
    token = new_token()
    row = StaffSession(
        desk=desk,
        staff_member_id=staff_id,
        token_hash=hash_token(token),
        signed_in_at=now,
        last_seen_at=now,
        station=before.station if before else None,
        box=before.box if before else None,
        kept=kept,
    )
    session.add(row)
    audit.sign(session, "sign_in", row, by_id=staff_id, now=now)
    return token


def _clear_desk(session: Session, desk: str) -> None:
    """One person has a desk at a time: the others' tokens end, they stay in the list."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.desk == desk, StaffSession.token_hash.is_not(None))
        .values(token_hash=None)
    )


def _row_of(
    session: Session, desk: str, staff_id: int | None, now: datetime
) -> StaffSession | None:
    statement = _live_rows(desk, now).where(StaffSession.staff_member_id == staff_id)
    return session.scalar(statement.order_by(StaffSession.signed_in_at.desc()).limit(1))


def _live_rows(desk: str, now: datetime) -> Select[StaffSession]:
    return select(StaffSession).where(
        StaffSession.desk == desk,
        StaffSession.ended_at.is_(None),
        StaffSession.signed_in_at > now - SHIFT,
    )
