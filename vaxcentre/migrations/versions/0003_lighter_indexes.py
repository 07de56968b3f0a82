"""Indexes without the rows that nobody looks for: each costs a booking a page to write.

Revision ID: 0003
Revises: 0002
"""

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIGHTER = (
    ("appointment", "patient_id"),
    ("appointment", "pair_id"),
    ("audit_entry", "by_id"),
    ("audit_entry", "patient_id"),
)


def upgrade() -> None:
    for table, column in LIGHTER:
        known = text(f"{column} IS NOT NULL")
        name = op.f(f"ix_{table}_{column}")
        op.drop_index(name, table)
        op.create_index(name, table, [column], sqlite_where=known, postgresql_where=known)


def downgrade() -> None:
    for table, column in LIGHTER:
        name = op.f(f"ix_{table}_{column}")
        op.drop_index(name, table)
        op.create_index(name, table, [column])
