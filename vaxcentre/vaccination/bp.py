"""The doors of the vaccination station."""

from flask import Blueprint

bp = Blueprint("vaccination", __name__, url_prefix="/vaccination")
