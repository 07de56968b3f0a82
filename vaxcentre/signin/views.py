"""Sign in, lock, switch, sign out; the one-time link."""

from flask import Blueprint

bp = Blueprint("signin", __name__)
