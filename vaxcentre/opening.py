"""`flask --app vaxcentre.opening init`: what stands before the first page, quickly at each start.

It loads no page: the centre opens a second earlier.
"""

import os
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select

from vaxcentre import clock, config
from vaxcentre.database import transaction
from vaxcentre.foundation import lay
from vaxcentre.models.clinic import Centre
from vaxcentre.office import first_manager
from vaxcentre.office.starter_service import plant_courses


def create_app() -> Flask:
    """The application with this one command."""
    app = lay()
    app.cli.add_command(init_command)
    return app


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Make keys, bring the database up to date, give the centre its row and its first courses.

    Prints a one-time link while nobody can run the office.
    """
    config.secret(Path(current_app.instance_path), "secret_key")
    upgrade()
    with transaction() as session:
        if session.scalar(select(Centre)) is None:
            session.add(Centre(id=1, name="Centre de vaccination", updated_at=clock.now()))
        plant_courses(session, now=clock.now())
    if current_app.config["IS_DEMO"]:
        return  # the demo brings its own people
    with transaction() as session:
        token = first_manager.call_manager(session, now=clock.now())
    if token:
        click.echo("Personne ne tient encore le bureau. Lien du responsable :")
        print_link(token)


def print_link(token: str) -> None:
    """Print the link at the address where the staff's pages are served on this machine."""
    own_port = os.environ.get("SERVES") != "all"
    name, usual = ("STAFF_LISTEN", "127.0.0.1:8081") if own_port else ("LISTEN", "127.0.0.1:8080")
    click.echo(f"  http://{os.environ.get(name) or usual}/welcome/{token}")
    click.echo("Il sert une fois, pendant 24 heures.")
