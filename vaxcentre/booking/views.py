"""The public pages: choose, hold, confirm, come back, move, cancel."""

from flask import Blueprint

bp = Blueprint("booking", __name__, url_prefix="/book")
