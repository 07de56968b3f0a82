"""Settings: each with a safe default and a line of why."""

import os
import secrets
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Config:
    """What may be set in the environment or in `instance/config.py`."""

    # Which pages answer: "public", "staff" or "all". Two pools keep the desk quick in a rush.
    SERVES = "all"
    # Addresses of reverse proxies whose X-Forwarded-For is believed. None: it could be forged.
    TRUSTED_PROXIES = ""
    # A demo says so on each page and never sends anything.
    IS_DEMO = False
    # Where the secret link, the QR and messages point, when the office has not said.
    PUBLIC_ADDRESS = "http://127.0.0.1:8080"
    # A form of ours is small; a photo of a box may be larger (a later station says so itself).
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 1024 * 1024
    MAX_FORM_PARTS = 500
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"  # a link in an e-mail must open the reader's own booking
    # Only over TLS, once the centre has it: a Secure cookie is not sent on a plain LAN address.
    SESSION_COOKIE_SECURE = False
    # WTForms brings its own sentences; ours are in our catalogues.
    WTF_I18N_ENABLED = False
    WTF_CSRF_TIME_LIMIT = 12 * 3600  # a shift: a page left open at noon still works at six
    WTF_CSRF_SSL_STRICT = False  # the Referer is not sent by pages with no-referrer
    SQLALCHEMY_TRACK_MODIFICATIONS = False
    BABEL_DEFAULT_LOCALE = "fr"
    BABEL_DEFAULT_TIMEZONE = "UTC"


ENVIRONMENT = ("SERVES", "TRUSTED_PROXIES", "IS_DEMO", "PUBLIC_ADDRESS", "SESSION_COOKIE_SECURE")


def from_environment() -> dict[str, Any]:
    """The settings that the environment gives; a truth is 1, true or yes."""
    found: dict[str, Any] = {}
    for name in ENVIRONMENT:
        text = os.environ.get(name)
        if text is not None:
            truth = isinstance(getattr(Config, name), bool)
            found[name] = text.lower() in {"1", "true", "yes"} if truth else text
    if address := os.environ.get("DATABASE_URL"):
        found["SQLALCHEMY_DATABASE_URI"] = address
    return found


def instance_folder() -> Path:
    """Where this centre's database, keys and settings live."""
    return Path(os.environ.get("VAXCENTRE_INSTANCE", ROOT / "instance")).resolve()


def secret(instance: Path, name: str) -> bytes:
    """A secret of this centre, made on first use, readable by its owner only."""
    file = instance / name
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(file.read_text("ascii").strip())
    made = secrets.token_bytes(32)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(made.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return made
