"""Vaccines, courses and their dated rules."""

from flask import Blueprint

bp = Blueprint("office_vaccines", __name__, url_prefix="/office/vaccines")
