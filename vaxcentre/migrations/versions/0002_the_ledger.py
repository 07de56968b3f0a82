"""Vials, movements to and from others; append only and never below zero, by trigger.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from vaxcentre.models.base import NAMES, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOSES = "doses <> 0 OR kind IN ('open', 'reversal')"
OPEN_MOVES = "kind <> 'open' OR doses = 0"
OPEN_NAMES = "kind NOT IN ('open', 'extra') OR vial_id IS NOT NULL"
RECEIVE_ADDS = "kind NOT IN ('receive', 'transfer_in', 'extra') OR doses > 0"
GIVE_TAKES = "kind NOT IN ('give', 'discard', 'transfer_out', 'return') OR doses < 0"
SAYS_WHOM = "kind NOT IN ('transfer_in', 'transfer_out', 'return') OR counterpart IS NOT NULL"
SAYS_WHY = "kind <> 'adjust' OR note IS NOT NULL"
OLD_DOSES = "doses <> 0"
OLD_RECEIVE_ADDS = "kind <> 'receive' OR doses > 0"
OLD_GIVE_TAKES = "kind NOT IN ('give', 'discard') OR doses < 0"

SQLITE = """
CREATE TRIGGER stock_movement_not_changed BEFORE UPDATE ON stock_movement
BEGIN SELECT RAISE(ABORT, 'a movement is never changed'); END
;;
CREATE TRIGGER stock_movement_not_deleted BEFORE DELETE ON stock_movement
BEGIN SELECT RAISE(ABORT, 'a movement is never deleted'); END
;;
CREATE TRIGGER stock_movement_never_below_zero AFTER INSERT ON stock_movement
WHEN NEW.doses < 0
  AND (SELECT SUM(doses) FROM stock_movement WHERE lot_id = NEW.lot_id) < 0
BEGIN SELECT RAISE(ABORT, 'a lot never goes below zero'); END
"""
POSTGRESQL = """
CREATE FUNCTION stock_movement_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a movement is never changed or deleted'
  USING ERRCODE = 'restrict_violation'; END $$
;;
CREATE TRIGGER stock_movement_is_kept BEFORE UPDATE OR DELETE ON stock_movement
FOR EACH ROW EXECUTE FUNCTION stock_movement_is_kept()
;;
CREATE FUNCTION stock_movement_stays_above_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT SUM(doses) FROM stock_movement WHERE lot_id = NEW.lot_id) < 0 THEN
    RAISE EXCEPTION 'a lot never goes below zero' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
;;
CREATE TRIGGER stock_movement_stays_above_zero AFTER INSERT ON stock_movement
FOR EACH ROW WHEN (NEW.doses < 0) EXECUTE FUNCTION stock_movement_stays_above_zero()
"""
NO_SQLITE = """
DROP TRIGGER stock_movement_not_changed
;;
DROP TRIGGER stock_movement_not_deleted
;;
DROP TRIGGER stock_movement_never_below_zero
"""
NO_POSTGRESQL = """
DROP TRIGGER stock_movement_is_kept ON stock_movement
;;
DROP FUNCTION stock_movement_is_kept
;;
DROP TRIGGER stock_movement_stays_above_zero ON stock_movement
;;
DROP FUNCTION stock_movement_stays_above_zero
"""


def upgrade() -> None:
    _make_vial()
    with op.batch_alter_table("vaccine") as table:
        table.add_column(sa.Column("minutes_after_opening", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("needs_dilution", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.create_check_constraint(
            op.f("ck_vaccine_minutes_after_opening"), "minutes_after_opening > 0"
        )
    with op.batch_alter_table("vaccine") as table:
        table.alter_column("needs_dilution", server_default=None)
    with op.batch_alter_table("stock_movement", copy_from=_before()) as table:
        table.add_column(sa.Column("counterpart", sa.String(length=120), nullable=True))
        table.add_column(sa.Column("vial_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_stock_movement_vial_id_vial"), "vial", ["vial_id"], ["id"]
        )
        table.create_index(op.f("ix_stock_movement_vial_id"), ["vial_id"])
        table.drop_constraint(op.f("ck_stock_movement_doses"), type_="check")
        table.create_check_constraint(op.f("ck_stock_movement_doses"), DOSES)
        table.create_check_constraint(op.f("ck_stock_movement_open_names_the_vial"), OPEN_NAMES)
        table.create_check_constraint(op.f("ck_stock_movement_open_moves_nothing"), OPEN_MOVES)
        table.drop_constraint(op.f("ck_stock_movement_receive_adds"), type_="check")
        table.drop_constraint(op.f("ck_stock_movement_give_takes"), type_="check")
        table.create_check_constraint(op.f("ck_stock_movement_receive_adds"), RECEIVE_ADDS)
        table.create_check_constraint(op.f("ck_stock_movement_give_takes"), GIVE_TAKES)
        table.create_check_constraint(op.f("ck_stock_movement_transfer_says_whom"), SAYS_WHOM)
        table.create_check_constraint(op.f("ck_stock_movement_adjust_says_why"), SAYS_WHY)
    _say(SQLITE, POSTGRESQL)


def downgrade() -> None:
    _say(NO_SQLITE, NO_POSTGRESQL)
    with op.batch_alter_table("stock_movement", copy_from=_after()) as table:
        table.drop_constraint(op.f("ck_stock_movement_transfer_says_whom"), type_="check")
        table.drop_constraint(op.f("ck_stock_movement_adjust_says_why"), type_="check")
        table.drop_constraint(op.f("ck_stock_movement_receive_adds"), type_="check")
        table.drop_constraint(op.f("ck_stock_movement_give_takes"), type_="check")
        table.create_check_constraint(op.f("ck_stock_movement_receive_adds"), OLD_RECEIVE_ADDS)
        table.create_check_constraint(op.f("ck_stock_movement_give_takes"), OLD_GIVE_TAKES)
        table.drop_constraint(op.f("ck_stock_movement_open_moves_nothing"), type_="check")
        table.drop_constraint(op.f("ck_stock_movement_open_names_the_vial"), type_="check")
        table.drop_constraint(op.f("ck_stock_movement_doses"), type_="check")
        table.create_check_constraint(op.f("ck_stock_movement_doses"), OLD_DOSES)
        table.drop_constraint(op.f("fk_stock_movement_vial_id_vial"), type_="foreignkey")
        table.drop_index(op.f("ix_stock_movement_vial_id"))
        table.drop_column("vial_id")
        table.drop_column("counterpart")
    with op.batch_alter_table("vaccine") as table:
        table.drop_constraint(op.f("ck_vaccine_minutes_after_opening"), type_="check")
        table.drop_column("needs_dilution")
        table.drop_column("minutes_after_opening")
    op.drop_table("vial")


def _make_vial() -> None:
    def points_to(column: str, table: str) -> sa.ForeignKeyConstraint:
        name = op.f(f"fk_vial_{column}_{table}")
        return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)

    op.create_table(
        "vial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("box", sa.Integer(), nullable=True),
        sa.Column("doses", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("discard_at", UtcDateTime(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("doses >= 1", name=op.f("ck_vial_doses")),
        sa.CheckConstraint("discard_at > opened_at", name=op.f("ck_vial_discard_at")),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR checked_by_id <> opened_by_id",
            name=op.f("ck_vial_two_people"),
        ),
        points_to("lot_id", "lot"),
        points_to("opened_by_id", "staff_member"),
        points_to("checked_by_id", "staff_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vial")),
        sa.UniqueConstraint("day", "number", name=op.f("uq_vial_day_number")),
    )
    op.create_index(op.f("ix_vial_lot_id"), "vial", ["lot_id"])


def _say(sqlite: str, postgresql: str) -> None:
    text = sqlite if op.get_bind().dialect.name == "sqlite" else postgresql
    for statement in text.split(";;"):
        op.execute(sa.text(statement.strip()))


def _before() -> sa.Table:
    """The table as 0001 left it: SQLite cannot tell the names of its own constraints."""
    return _table(
        sa.CheckConstraint(OLD_DOSES, name=op.f("ck_stock_movement_doses")),
        sa.CheckConstraint(OLD_RECEIVE_ADDS, name=op.f("ck_stock_movement_receive_adds")),
        sa.CheckConstraint(OLD_GIVE_TAKES, name=op.f("ck_stock_movement_give_takes")),
    )


def _after() -> sa.Table:
    return _table(
        sa.Column("counterpart", sa.String(length=120), nullable=True),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vial_id"], ["vial.id"], name=op.f("fk_stock_movement_vial_id_vial")
        ),
        sa.Index("ix_stock_movement_vial_id", "vial_id"),
        sa.CheckConstraint(DOSES, name=op.f("ck_stock_movement_doses")),
        sa.CheckConstraint(OPEN_NAMES, name=op.f("ck_stock_movement_open_names_the_vial")),
        sa.CheckConstraint(OPEN_MOVES, name=op.f("ck_stock_movement_open_moves_nothing")),
        sa.CheckConstraint(RECEIVE_ADDS, name=op.f("ck_stock_movement_receive_adds")),
        sa.CheckConstraint(GIVE_TAKES, name=op.f("ck_stock_movement_give_takes")),
        sa.CheckConstraint(SAYS_WHOM, name=op.f("ck_stock_movement_transfer_says_whom")),
        sa.CheckConstraint(SAYS_WHY, name=op.f("ck_stock_movement_adjust_says_why")),
    )


def _table(*own: sa.schema.SchemaItem) -> sa.Table:
    def points_to(column: str, table: str) -> sa.ForeignKeyConstraint:
        name = op.f(f"fk_stock_movement_{column}_{table}")
        return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)

    return sa.Table(
        "stock_movement",
        sa.MetaData(naming_convention=NAMES),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("doses", sa.Integer(), nullable=False),
        sa.Column("discard_reason", sa.String(length=30), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("document_number", sa.String(length=60), nullable=True),
        sa.Column("box_count", sa.Integer(), nullable=True),
        sa.Column("injection_id", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'discard' OR discard_reason IS NOT NULL",
            name=op.f("ck_stock_movement_discard_says_why"),
        ),
        sa.CheckConstraint(
            "kind <> 'give' OR injection_id IS NOT NULL",
            name=op.f("ck_stock_movement_give_has_injection"),
        ),
        sa.CheckConstraint(
            "kind <> 'reversal' OR reverses_id IS NOT NULL",
            name=op.f("ck_stock_movement_reversal_points"),
        ),
        *own,
        points_to("injection_id", "injection"),
        points_to("lot_id", "lot"),
        points_to("moved_by_id", "staff_member"),
        points_to("reverses_id", "stock_movement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint(
            "injection_id", "kind", name=op.f("uq_stock_movement_injection_id_kind")
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_stock_movement_reverses_id")),
        sa.Index("ix_stock_movement_lot_id", "lot_id"),
        sa.Index("ix_stock_movement_moved_at", "moved_at"),
    )
