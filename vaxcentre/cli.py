"""The commands of the person who keeps the program running."""

import os
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select

from vaxcentre import clock, config
from vaxcentre.database import transaction
from vaxcentre.demo.command import demo_command
from vaxcentre.doctor import doctor_command
from vaxcentre.models.clinic import Centre
from vaxcentre.office import first_manager
from vaxcentre.office.starter_service import plant_courses
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors

staff_commands = AppGroup("staff", help="Staff accounts, from the machine itself.")


def install(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(init_command)
    app.cli.add_command(staff_commands)
    app.cli.add_command(doctor_command)
    app.cli.add_command(demo_command)


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
        _print_link(token)


@staff_commands.command("invite")
@click.argument("name")
def invite_command(name: str) -> None:
    """Make a new one-time link for who signs in as NAME: the old password stops working."""
    try:
        with transaction() as session:
            token = first_manager.call_by_name(session, name, now=clock.now())
    except Refusal as refusal:
        raise click.ClickException(errors.say(refusal)) from None
    click.echo(f"Nouveau lien pour {name} :")
    _print_link(token)


def _print_link(token: str) -> None:
    """The link at the address where the staff's pages are served on this machine."""
    own_port = os.environ.get("SERVES") != "all"
    name, usual = ("STAFF_LISTEN", "127.0.0.1:8081") if own_port else ("LISTEN", "127.0.0.1:8080")
    click.echo(f"  http://{os.environ.get(name) or usual}/welcome/{token}")
    click.echo("Il sert une fois, pendant 24 heures.")
