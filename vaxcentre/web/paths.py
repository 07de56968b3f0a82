"""Where a form may lead: only to a page of ours."""

from urllib.parse import urlsplit


def safe_path(target: str | None) -> str:
    """A path of ours to go on to; anything else leads to the front page."""
    parts = urlsplit(target or "")
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return parts.path if own and not parts.path.startswith("//") and "\\" not in parts.path else "/"
