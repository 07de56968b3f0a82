"""Where a server finds the program: `wsgi:app`."""

from vaxcentre import create_app

app = create_app()
