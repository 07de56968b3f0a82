"""Run the migrations on the application's own database."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

import vaxcentre.models  # noqa: F401 - makes every table known
from vaxcentre.extensions import db
from vaxcentre.models.base import Base


def run() -> None:
    """Upgrade, with SQLite's foreign keys off while tables are rebuilt, and checked after."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        if is_sqlite:
            pragma(connection, "foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            **{**current_app.extensions["migrate"].configure_args, "render_as_batch": is_sqlite},
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration would leave {len(broken)} orphans")
        connection.commit()
        if is_sqlite:
            pragma(connection, "foreign_keys = ON")


def pragma(connection: Connection, text: str) -> None:
    """Say it outside a transaction: inside one, SQLite ignores it without a word."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {text}")
    cursor.close()


run()
