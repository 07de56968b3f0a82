"""The commands of the person who keeps the program running."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select

from vaxcentre import clock, config
from vaxcentre.database import transaction
from vaxcentre.demo.command import demo_command
from vaxcentre.doctor import doctor_command
from vaxcentre.models.clinic import Centre
from vaxcentre.office.starter_service import plant_courses


def install(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(init_command)
    app.cli.add_command(doctor_command)
    app.cli.add_command(demo_command)


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Make keys, bring the database up to date, give the centre its row and its first courses."""
    config.secret(Path(current_app.instance_path), "secret_key")
    upgrade()
    with transaction() as session:
        if session.scalar(select(Centre)) is None:
            session.add(Centre(id=1, name="Centre de vaccination", updated_at=clock.now()))
        plant_courses(session, now=clock.now())
