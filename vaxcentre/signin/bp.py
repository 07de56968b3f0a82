"""The doors of the staff, and the lock on each of them."""

from flask import Blueprint

bp = Blueprint("signin", __name__)
