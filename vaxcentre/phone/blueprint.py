"""The phone room's pages hang here; each views file of the station brings its own."""

from flask import Blueprint

from vaxcentre.rules.vocabulary import Role

bp = Blueprint("phone", __name__, url_prefix="/phone")
CALLS = (Role.OPERATOR, Role.RECEPTION)
