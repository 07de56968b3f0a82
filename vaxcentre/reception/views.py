"""The day at the desk: search, check in, walk in, undo; the waiting-room display."""

from flask import Blueprint

bp = Blueprint("reception", __name__, url_prefix="/reception")
