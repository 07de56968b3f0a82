"""The blueprint that the public pages of booking share."""

from flask import Blueprint

bp = Blueprint("booking", __name__)
