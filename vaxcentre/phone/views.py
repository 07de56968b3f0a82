"""The operator's one screen."""

from flask import Blueprint

bp = Blueprint("phone", __name__, url_prefix="/phone")
