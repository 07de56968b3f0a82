"""What our pages and writes are compared with: bare Flask, bare SQLite, bare WeasyPrint."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from flask import Flask, render_template
from jinja2 import DictLoader

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title></head>
<body><h1>{{ title }}</h1><table>{% for row in rows %}<tr><td>{{ row.number }}</td>
<td>{{ row.name }}</td><td>{{ row.day }}</td><td>{{ row.places }}</td></tr>{% endfor %}</table>
<form method="post">{% for field in fields %}<label for="{{ field }}">{{ field }}</label>
<input id="{{ field }}" name="{{ field }}">{% endfor %}<button>Send</button></form></body></html>"""


def bare_app() -> Flask:
    """A page of 24 rows and 8 fields, with nothing behind it."""
    app = Flask("floor")
    app.jinja_env.loader = DictLoader({"page.html": PAGE})
    rows = [
        {"number": n, "name": f"Row {n}", "day": f"{n:02d}/11/2026", "places": n * 3}
        for n in range(1, 25)
    ]
    fields = [f"field_{n}" for n in range(8)]

    @app.get("/")
    def page() -> str:
        return render_template("page.html", title="Days", rows=rows, fields=fields)

    return app


class BareBookings:
    """A durable commit for each booking: a guarded UPDATE and an INSERT, in WAL mode with FULL."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
        for line in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE slot (id INTEGER PRIMARY KEY, taken INTEGER, places INTEGER)",
            "CREATE TABLE booking (id INTEGER PRIMARY KEY, slot_id INTEGER, reference TEXT UNIQUE)",
        ):
            self.connection.execute(line)
        self.connection.executemany(
            "INSERT INTO slot VALUES (?, 0, 1000000)", [(n,) for n in range(1, 201)]
        )
        self.count = 0

    def book(self) -> None:
        """One booking, one commit."""
        self.count += 1
        slot = self.count % 200 + 1
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(
            "UPDATE slot SET taken = taken + 1 WHERE id = ? AND taken < places", (slot,)
        )
        self.connection.execute(
            "INSERT INTO booking (slot_id, reference) VALUES (?, ?)", (slot, f"R{self.count}")
        )
        self.connection.execute("COMMIT")


app = bare_app()
