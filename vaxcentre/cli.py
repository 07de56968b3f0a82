"""The commands of the person who keeps the program running."""

import click
from flask import Flask
from flask.cli import AppGroup

from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.demo.command import demo_command
from vaxcentre.doctor import doctor_command
from vaxcentre.office import first_manager
from vaxcentre.opening import init_command, print_link
from vaxcentre.rules.refusal import Refusal
from vaxcentre.web import errors

staff_commands = AppGroup("staff", help="Staff accounts, from the machine itself.")


def install(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(init_command)
    app.cli.add_command(staff_commands)
    app.cli.add_command(doctor_command)
    app.cli.add_command(demo_command)


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
    print_link(token)
