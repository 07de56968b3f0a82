"""Who works here, what they may do, and at which desk they are signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcentre.models.base import Base
from vaxcentre.rules.vocabulary import AttemptKind, Role

NOT_REMOVED = text("removed_at IS NULL")


class StaffMember(Base):
    """A person who signs what they do."""

    __tablename__ = "staff_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    short_name: Mapped[str] = mapped_column(String(40), unique=True)  # lower case, typed to sign in
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    profession: Mapped[str | None] = mapped_column(String(60))  # as printed on papers: "infirmière"
    rpps: Mapped[str | None] = mapped_column(String(11))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    code_hash: Mapped[str | None] = mapped_column(String(255))  # six digits, to switch at a desk
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    disabled_at: Mapped[datetime | None]

    role_rows: Mapped[list[StaffRole]] = relationship(
        back_populates="staff_member",
        lazy="selectin",
        foreign_keys="StaffRole.staff_member_id",
    )

    @property
    def full_name(self) -> str:
        """Given name, then family name, as papers print it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def roles(self) -> frozenset[Role]:
        """All that this person may do today."""
        return frozenset(row.role for row in self.role_rows if row.removed_at is None)

    def may(self, *roles: Role) -> bool:
        """Whether at least one of these roles is theirs."""
        return not self.roles.isdisjoint(roles)


class StaffRole(Base):
    """One role of one person, from a moment to a moment."""

    __tablename__ = "staff_role"
    __table_args__ = (
        Index(
            "uq_staff_role_live",
            "staff_member_id",
            "role",
            unique=True,
            sqlite_where=NOT_REMOVED,
            postgresql_where=NOT_REMOVED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    role: Mapped[Role]
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))

    staff_member: Mapped[StaffMember] = relationship(
        back_populates="role_rows", foreign_keys=[staff_member_id]
    )


class Invitation(Base):
    """A one-time link with which a person sets their password and six digits."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]  # a newer link was made, or the account disabled

    staff_member: Mapped[StaffMember] = relationship(foreign_keys=[staff_member_id])


class StaffSession(Base):
    """One person signed in at one desk; the browser holds a token, we hold its hash."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The desk is a browser: all who sign in there today share its random name.
    desk: Mapped[str] = mapped_column(String(64), index=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    token_hash: Mapped[str | None] = mapped_column(
        String(64), unique=True
    )  # null while another agent has the desk
    signed_in_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    station: Mapped[str | None] = mapped_column(String(40))  # "Accueil 2", "Box 3"
    box: Mapped[int | None]  # a nurse's box
    kept: Mapped[str | None] = mapped_column(Text)  # typed before the lock, sealed; see signin/kept

    staff_member: Mapped[StaffMember] = relationship()


class Attempt(Base):
    """A failed try, counted by account, reference or address; the subject is a hash."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_subject", "kind", "subject", "failed_at"),
        Index("ix_attempt_address", "kind", "address", "failed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AttemptKind]
    subject: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime]


class OneTimeKey(Base):
    """A form that creates something, already sent once: a repeat shows the first result."""

    __tablename__ = "one_time_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[str] = mapped_column(String(300))  # where the first one led
    used_at: Mapped[datetime] = mapped_column(index=True)
