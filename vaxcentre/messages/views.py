"""What was told to whom, and what failed."""

from flask import Blueprint

bp = Blueprint("messages", __name__, url_prefix="/messages")
