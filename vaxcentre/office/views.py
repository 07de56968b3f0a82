"""The office: its front page and the centre's card."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")
