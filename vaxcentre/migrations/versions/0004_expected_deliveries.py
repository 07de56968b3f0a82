"""Deliveries that are expected, and why a clinic was opened beyond the doses behind it.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from vaxcentre.models.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expected_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vaccine_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("doses", sa.Integer(), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=True),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.Column("announced_by_id", sa.Integer(), nullable=False),
        sa.Column("received_doses", sa.Integer(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("doses > 0", name=op.f("ck_expected_delivery_doses")),
        sa.CheckConstraint("received_doses >= 0", name=op.f("ck_expected_delivery_received")),
        sa.ForeignKeyConstraint(
            ["announced_by_id"],
            ["staff_member.id"],
            name=op.f("fk_expected_delivery_announced_by_id_staff_member"),
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["staff_member.id"],
            name=op.f("fk_expected_delivery_settled_by_id_staff_member"),
        ),
        sa.ForeignKeyConstraint(
            ["vaccine_id"], ["vaccine.id"], name=op.f("fk_expected_delivery_vaccine_id_vaccine")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_delivery")),
    )
    op.create_index(op.f("ix_expected_delivery_vaccine_id"), "expected_delivery", ["vaccine_id"])
    op.add_column("clinic", sa.Column("beyond_doses_reason", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("clinic", "beyond_doses_reason")
    op.drop_index(op.f("ix_expected_delivery_vaccine_id"), table_name="expected_delivery")
    op.drop_table("expected_delivery")
