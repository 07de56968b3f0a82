"""Where a form may lead: only to a page of ours."""

from urllib.parse import urlsplit

from flask import Request


def safe_path(target: str | None) -> str:
    """A path of ours to go on to; anything else leads to the front page."""
    parts = urlsplit(target or "")
    is_path = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if not is_path or "//" in (target or "")[:2] or "\\" in parts.path:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def own_address(asked: Request) -> str:
    """The page that was asked for, as one comes back to it."""
    return safe_path(asked.full_path.rstrip("?"))
