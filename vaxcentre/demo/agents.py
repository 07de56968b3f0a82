"""The demo's nine agents, each with a one-time link to the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from vaxcentre.models.staff import Invitation, StaffMember, StaffRole
from vaxcentre.rules.desk import hash_token, new_token
from vaxcentre.rules.vocabulary import Role

# short name, given name, family name, profession, roles
AGENTS = (
    ("max", "Max", "Renard", "responsable", (Role.MANAGER,)),
    ("ines", "Inès", "Laurent", "médecin", (Role.DOCTOR,)),
    ("noor", "Noor", "Benali", "infirmière", (Role.NURSE,)),
    ("yann", "Yann", "Kerleau", "infirmier", (Role.NURSE,)),
    ("lucie", "Lucie", "Pruvost", "infirmière", (Role.NURSE,)),
    ("rosa", "Rosa", "Martin", "agent d’accueil", (Role.RECEPTION,)),
    ("omar", "Omar", "Haddad", "téléopérateur", (Role.OPERATOR,)),
    ("paul", "Paul", "Girard", "pharmacien", (Role.STOCK,)),
    ("iris", "Iris", "Caron", "inspectrice", (Role.INSPECTOR,)),
)
GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Login:
    """What is printed for the person who tries the demo: an agent, and the secret of the link."""

    short_name: str
    name: str
    profession: str
    token: str


def hire(session: Session, *, now: datetime) -> dict[str, StaffMember]:
    """Make the nine agents, who have worked here for a while."""
    members: dict[str, StaffMember] = {}
    for short, given, family, profession, roles in AGENTS:
        members[short] = member = StaffMember(
            short_name=short,
            given_name=given,
            family_name=family,
            profession=profession,
            created_at=now,
        )
        session.add(member)
        session.flush()
        session.add_all(
            StaffRole(staff_member_id=member.id, role=role, given_at=now) for role in roles
        )
    session.flush()
    return members


def invite(session: Session, members: dict[str, StaffMember], *, now: datetime) -> list[Login]:
    """Make each of them a one-time link: the one thing of the demo that nobody can foresee."""
    logins = []
    for short, member in members.items():
        token = new_token()
        session.add(
            Invitation(
                staff_member_id=member.id,
                token_hash=hash_token(token),
                created_at=now,
                created_by_id=members["max"].id,
                expires_at=now + GOOD_FOR,
            )
        )
        logins.append(Login(short, member.full_name, member.profession or "", token))
    session.flush()
    return logins
