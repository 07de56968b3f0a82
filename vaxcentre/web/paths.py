"""Where a form may lead, only to a page of ours; and the numbers of rows in addresses."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

LARGEST_NUMBER = 2**31 - 1  # of any row: what no column holds is not found


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: the number of a row."""

    def __init__(self, rules: Any, **bounds: Any) -> None:
        super().__init__(rules, **({"max": LARGEST_NUMBER} | bounds))


def install(app: Flask) -> None:
    """Let no address ask for a row that no table can have; before the blueprints."""
    app.url_map.converters["int"] = RowNumber


def row_number(text: str) -> int:
    """The number of a row in a query or a form; ValueError where it cannot be one."""
    number = int(text)
    if not 0 < number <= LARGEST_NUMBER:
        raise ValueError("no row has this number")
    return number


def safe_path(target: str | None) -> str:
    """A path of ours to go on to; anything else leads to the front page."""
    parts = urlsplit(target or "")
    is_path = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if not is_path or "//" in (target or "")[:2] or "\\" in parts.path:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def page_of(address: str) -> str:
    """The page behind an address: itself, or where that only takes forms, the nearest above it.

    So one comes back to the page of a form that was sent and shown again with its errors.
    """
    path, mark, query = safe_path(address).partition("?")
    doors = current_app.create_url_adapter(request)
    if doors is None or doors.test(path, "GET"):
        return f"{path}{mark}{query}"
    while path and not doors.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


def endpoint_at(address: str) -> str:
    """Which page of ours answers at an address; "" where none does."""
    doors = current_app.create_url_adapter(request)
    try:
        found = doors.match(urlsplit(address).path, "GET") if doors else ("", {})
    except HTTPException:
        return ""
    return str(found[0])


def own_address(asked: Request) -> str:
    """The page that was asked for, as one comes back to it."""
    return safe_path(asked.full_path.rstrip("?"))
