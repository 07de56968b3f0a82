"""`flask demo`: empty the demo's own database and plant the day anew."""

import os
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.demo.agents import Login
from vaxcentre.demo.service import plant
from vaxcentre.models.base import Base
from vaxcentre.models.staff import StaffMember
from vaxcentre.office.starter_service import plant_courses

MARK = "this-is-a-demo"


@click.command("demo")
@click.option("--seed", default=2026, show_default=True, help="The same seed, the same people.")
@click.option("--moment", type=click.DateTime(), help="Local time of the demo; now by default.")
@click.option("--patients", default=12_000, show_default=True, help="Past patients.")
@with_appcontext
def demo_command(seed: int, moment: datetime | None, patients: int) -> None:
    """Fill a believable centre around the present moment; a real centre is never touched."""
    mark = Path(current_app.instance_path) / MARK
    zone = clock.DEFAULT_ZONE
    now = moment.replace(tzinfo=zone) if moment else clock.now()
    with transaction() as session:
        if not current_app.config["IS_DEMO"] or _is_real(session, mark):
            raise click.ClickException(
                "Ce dossier n’est pas celui d’une démonstration : rien n’a été touché."
            )
        mark.touch(mode=0o600)
        _empty(session)
        plant_courses(session, now=now)
        logins = plant(session, seed=seed, now=now, zone=zone, past_patients=patients)
    _show(logins)


def _is_real(session: Session, mark: Path) -> bool:
    """Somebody works here, and it was not the demo that hired them."""
    return not mark.exists() and bool(session.scalar(select(func.count(StaffMember.id))))


def _empty(session: Session) -> None:
    """Take everything away; numbers begin at one again, so that the same seed plants the same."""
    tables = Base.metadata.sorted_tables
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables)
        session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        return
    # What is append only for everybody else is only invented here.
    triggers = session.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for name, _sql in triggers:
        session.execute(text(f'DROP TRIGGER "{name}"'))
    for table in reversed(tables):
        session.execute(delete(table))
    for _name, sql in triggers:
        session.execute(text(sql))


def _show(logins: list[Login]) -> None:
    """The links, on the address where this demo is about to answer."""
    address = f"http://{os.environ.get('LISTEN') or '127.0.0.1:8080'}"
    click.echo("Les agents de la démonstration. Chaque lien ouvre le poste, une seule fois :\n")
    for login in logins:
        click.echo(f"  {login.name}, {login.profession} ({login.short_name})")
        click.echo(f"    {address}/welcome/{login.token}")
    click.echo(f"\nPour les patients : {address}/\n")
